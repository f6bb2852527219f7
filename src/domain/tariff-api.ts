// The contract for tariffs. As desk-api.ts: one schema for each body, versioned by addition only. Amounts are cents.
import * as z from 'zod/mini';
import { Cents } from './kernel/money.ts';
import { Day } from './passholders/person.ts';
import { SETTING_SCOPES } from './settings/settings.ts';

const Step = z.object({
  why: z.enum(['percent', 'amount', 'at-most', 'at-least', 'one-cent', 'what-is-left']),
  percent: z.optional(z.int()),
  cents: Cents,
});
export type ShareStepAnswer = z.infer<typeof Step>;

/** Of one price class: what somebody of the region with a kansenstatuut pays, or why there is no kansentarief. */
export const TariffLine = z.object({
  label: z.string(),
  cents: Cents,
  offer: z.optional(
    z.object({
      keyName: z.string(),
      person: Cents,
      organisation: Cents,
      municipality: Cents,
      steps: z.object({ person: z.array(Step), organisation: z.array(Step) }),
    }),
  ),
  refusal: z.optional(
    z.object({
      code: z.enum(['free', 'no-key', 'above-ceiling', 'not-cheaper']),
      ceilingCents: z.optional(Cents),
    }),
  ),
});
export type TariffLine = z.infer<typeof TariffLine>;

/** GET /api/activities/:id/tariffs?day= : by the keys that hold on that day, or on the next day that it takes place. */
export const ActivityTariffs = z.object({
  day: Day,
  /** Who decided those keys. */
  source: z.enum([...SETTING_SCOPES, 'default']),
  lines: z.array(TariffLine),
});
export type ActivityTariffs = z.infer<typeof ActivityTariffs>;
