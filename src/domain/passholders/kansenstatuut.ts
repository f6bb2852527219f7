// The kansenstatuut of a person in one card system: until when, by which proof, suspended or not. Its status is derived
// here and nowhere else; digit 12 of a card only says what was printed.
// Rules: publiq, life cycle of the social tariff (end 30 April of the next year unless the desk picks another day; the
// discount holds for a time of grace; suspended or expired: points and rewards go on, the discount does not).
import { addCivilDays, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';

export type Kansenstatuut = {
  readonly since: CivilDay;
  /** The last day, grace not counted. */
  readonly until: CivilDay;
  /** One of the proofs that the municipality accepts. */
  readonly proof: string;
  /** The first day on which it holds again. */
  readonly suspendedUntil?: CivilDay;
  /** Taken away from that day on: a mistake, the person asked, or lives outside the region from then. */
  readonly endedOn?: CivilDay;
  /** Given back when that move turns out not to happen. */
  readonly endedBy?: 'move';
};

export const KANSENSTATUUT_STATUSES = ['none', 'active', 'grace', 'suspended', 'expired'] as const;
export type KansenstatuutStatus = (typeof KANSENSTATUUT_STATUSES)[number];

/** `graceDays` is a setting of the region. */
export function kansenstatuutOn(
  facts: Kansenstatuut | null,
  day: CivilDay,
  graceDays: number,
): KansenstatuutStatus {
  if (facts === null || day < facts.since) return 'none';
  if (facts.endedOn !== undefined && day >= facts.endedOn) return 'none';
  if (day > addCivilDays(facts.until, graceDays)) return 'expired';
  if (facts.suspendedUntil !== undefined && day < facts.suspendedUntil) return 'suspended';
  return day <= facts.until ? 'active' : 'grace';
}

/** Pays the kansentarief that day. */
export const isEntitled = (status: KansenstatuutStatus): boolean => status === 'active' || status === 'grace';

/** A day of next year, whatever the day of this one: 30 April, unless the region has another (settings). */
export const defaultEndOf = (today: CivilDay, endsOn = '04-30'): CivilDay =>
  `${Number(today.slice(0, 4)) + 1}-${endsOn}`;

export type KansenstatuutRefusal =
  | { readonly code: 'proof-not-accepted'; readonly proof: string }
  | { readonly code: 'end-passed'; readonly today: CivilDay }
  | { readonly code: 'end-too-far'; readonly latest: CivilDay }
  | { readonly code: 'end-not-later'; readonly current: CivilDay }
  | { readonly code: 'no-kansenstatuut' }
  | { readonly code: 'has-kansenstatuut' }
  | { readonly code: 'lives-outside' };

/** What a municipality accepts: of the region's proofs those that it did not leave out. It may narrow, never widen. */
export const acceptedProofs = (
  regionProofs: readonly string[],
  leftOut: readonly string[] | undefined,
): readonly string[] => regionProofs.filter((proof) => !leftOut?.includes(proof));

export type GrantInput = { readonly proof: string; readonly until: CivilDay };
export type GrantFacts = { readonly today: CivilDay; readonly accepted: readonly string[] };

/** A first grant, or a new one after the former was taken away. */
export function grantKansenstatuut(
  current: Kansenstatuut | null,
  { proof, until }: GrantInput,
  { today, accepted }: GrantFacts,
): Result<Kansenstatuut, KansenstatuutRefusal> {
  if (current !== null && (current.endedOn === undefined || current.endedOn > today))
    return refuse({ code: 'has-kansenstatuut' });
  const refusal = refusalOf(proof, until, accepted, today);
  return refusal ? refuse(refusal) : ok({ since: today, until, proof });
}

/** Goes on to a later day, also long after it ended; a suspension ends with it. */
export function renewKansenstatuut(
  current: Kansenstatuut | null,
  { proof, until }: GrantInput,
  { today, accepted }: GrantFacts,
): Result<Kansenstatuut, KansenstatuutRefusal> {
  if (current === null || (current.endedOn !== undefined && current.endedOn <= today))
    return refuse({ code: 'no-kansenstatuut' });
  if (until <= current.until) return refuse({ code: 'end-not-later', current: current.until });
  const refusal = refusalOf(proof, until, accepted, today);
  return refusal ? refuse(refusal) : ok({ since: current.since, until, proof });
}

function refusalOf(
  proof: string,
  until: CivilDay,
  accepted: readonly string[],
  today: CivilDay,
): KansenstatuutRefusal | undefined {
  if (!accepted.includes(proof)) return { code: 'proof-not-accepted', proof };
  if (until < today) return { code: 'end-passed', today };
  const latest = addCivilDays(today, limits.kansenstatuutDaysMax);
  return until > latest ? { code: 'end-too-far', latest } : undefined;
}
