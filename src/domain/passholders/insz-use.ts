// The national number of a pass holder: what it may be used for, and whether it is that of this person. Rules: region and municipality say
// whether it is asked (settings), nobody has to give it; every use has one of these purposes and is noted (docs/adr/022).
import * as z from 'zod/mini';
import { inszFacts, parseInsz, type Insz } from '../cards/insz.ts';
import { assert } from '../kernel/assert.ts';
import { limits } from '../kernel/limits.ts';
import type { Person } from './person.ts';

/** Stored in the audit for ever: only ever add. */
export const INSZ_PURPOSES = [
  'register',
  'duplicate-check',
  'write',
  'remove',
  'verify',
  'copy',
  'merge',
] as const;
export type InszPurpose = (typeof INSZ_PURPOSES)[number];

/** As typed, with or without signs; what its check digits contradict never gets in. */
export const InszText = z.string().check(
  z.maxLength(limits.inszTextMax),
  z.refine((text) => parseInsz(text).ok),
);

/** Of what the schema let in. */
export function inszOf(text: string): Insz {
  const parsed = parseInsz(text);
  assert(parsed.ok, 'checked before: a national number');
  return parsed.value;
}

export type InszDoubt = 'birth-date-differs' | 'gender-differs';

/** Worth a second look, no error: registers hold mistakes, some birth dates are unknown, and gender may be X. */
export function inszDoubts(insz: Insz, person: Pick<Person, 'dateOfBirth' | 'gender'>): readonly InszDoubt[] {
  const { year, month, day, gender } = inszFacts(insz);
  const born = [year, month, day].map((part, i) => String(part).padStart(i === 0 ? 4 : 2, '0')).join('-');
  const isKnown = month !== 0 && day !== 0 && person.dateOfBirth !== '';
  return [
    ...(isKnown && born !== person.dateOfBirth ? (['birth-date-differs'] as const) : []),
    ...(gender !== undefined &&
    (person.gender === 'male' || person.gender === 'female') &&
    person.gender !== gender
      ? (['gender-differs'] as const)
      : []),
  ];
}
