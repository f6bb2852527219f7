// Whom somebody can be a member of: an association, or a school for its pupils. Rules: publiq, association memberships (the end is
// picked, or follows from the birth date or from the registration, so many months further; an organisation may read or write them)
// and schools. Invariants: who ends is not taken away; a school has pupils until the end of the school year, and no organisation
// sees them, as each of them is poor.
import * as z from 'zod/mini';
import type { CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { lineOf, tokenOf } from '../kernel/plain-text.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';

export const ASSOCIATION_KINDS = ['association', 'school'] as const;
export type AssociationKind = (typeof ASSOCIATION_KINDS)[number];

/** publiq: CUSTOM, BASED_ON_DATE_OF_BIRTH, BASED_ON_REGISTRATION_DATE; a school has its own. */
export const END_RULES = ['custom', 'birth-date', 'registration-date', 'school-year'] as const;
export type EndRule = (typeof END_RULES)[number];

export const AssociationFacts = z.object({
  kind: z.enum(ASSOCIATION_KINDS),
  name: lineOf(limits.organisationNameMax).check(z.minLength(1)),
  /** Whose desk keeps it; null: the region. */
  nisCode: z.nullable(tokenOf(limits.idMax)),
  /** The club itself, where it is an organisation with staff of its own. */
  organisationId: z.nullable(z.uuid()),
  organisationReads: z.boolean(),
  organisationWrites: z.boolean(),
  endRule: z.enum(END_RULES),
  /** Of the rules by birth date and by registration. */
  endMonths: z.nullable(z.int()),
});
export type AssociationFacts = z.infer<typeof AssociationFacts>;

export type Association = AssociationFacts & {
  readonly associationId: string;
  /** What a change on a screen was based on. */
  readonly n: number;
  /** From that day nobody joins or renews. */
  readonly endedOn: CivilDay | null;
};

export type AssociationRefusal =
  | { readonly code: 'association-end-rule' }
  | { readonly code: 'association-months'; readonly max: number }
  | { readonly code: 'association-no-organisation' }
  | { readonly code: 'association-school-organisation' }
  | { readonly code: 'association-kind-fixed' };

const countsMonths = (rule: EndRule): boolean => rule === 'birth-date' || rule === 'registration-date';

export function checkAssociation(facts: AssociationFacts): Result<AssociationFacts, AssociationRefusal> {
  const { kind, endRule, endMonths, organisationId, organisationReads, organisationWrites } = facts;
  if ((kind === 'school') !== (endRule === 'school-year')) return refuse({ code: 'association-end-rule' });
  if (kind === 'school' && organisationId !== null)
    return refuse({ code: 'association-school-organisation' });
  if (organisationId === null && (organisationReads || organisationWrites))
    return refuse({ code: 'association-no-organisation' });
  const max = limits.associationMonthsMax;
  const isRight = countsMonths(endRule)
    ? endMonths !== null && endMonths >= 1 && endMonths <= max
    : endMonths === null;
  return isRight ? ok(facts) : refuse({ code: 'association-months', max });
}

/** A school does not become a club: who its pupils are was promised to them. */
export const checkChange = (
  { kind }: Pick<Association, 'kind'>,
  facts: AssociationFacts,
): Result<AssociationFacts, AssociationRefusal> =>
  facts.kind === kind ? checkAssociation(facts) : refuse({ code: 'association-kind-fixed' });
