// Is somebody who is being registered known already? Names that are one mistake apart (the database knows how they sound,
// docs/adr/017) and a birth date that is the same, or that a slip of the hand made another one. Invariants (docs/adr/022): of a file of
// another desk only that there is one, and only where everything fits; never a name, a place, a card or a kansenstatuut of it.
import { isCivilDay, type CivilDay } from '../kernel/civil-time.ts';
import type { Person } from './person.ts';

export type Identity = Pick<Person, 'firstName' | 'lastName' | 'dateOfBirth'>;

const LETTERS_MIN = 2;

/** Half a name fits half the region: nothing is asked before there is a whole person. */
export const isWhole = ({ firstName, lastName, dateOfBirth }: Identity): boolean =>
  [firstName, lastName].every((name) => name.replace(/[^\p{L}]/gu, '').length >= LETTERS_MIN) &&
  isCivilDay(dateOfBirth);

/** The day itself first, then day and month exchanged, then the last two figures of the year, the day or the month exchanged. */
export function alikeDays(day: CivilDay): readonly CivilDay[] {
  const [year = '', month = '', date = ''] = day.split('-');
  const turned = (two: string): string => `${two[1]}${two[0]}`;
  const near = [
    day,
    `${year}-${date}-${month}`,
    `${year.slice(0, 2)}${turned(year.slice(2))}-${month}-${date}`,
    `${year}-${turned(month)}-${date}`,
    `${year}-${month}-${turned(date)}`,
  ];
  return [...new Set(near.filter(isCivilDay))];
}

/** A file whose names fit. */
export type Match = {
  readonly passholderId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly dateOfBirth: CivilDay;
  /** Of a municipality whose desk one works at. */
  readonly own: boolean;
  /** Its municipality, which has to look; null: the region's own desk. */
  readonly nisCode: string | null;
  /** Has the same national number: then names and days may differ. */
  readonly certain: boolean;
};

export type Duplicates = { readonly own: readonly Match[]; readonly elsewhere: readonly Match[] };

/** The most alike first; of other desks only who fits wholly. */
export function sortMatches(matches: readonly Match[], { dateOfBirth }: Identity): Duplicates {
  const fits = (match: Match): boolean => match.certain || match.dateOfBirth === dateOfBirth;
  return {
    own: matches
      .filter(({ own }) => own)
      .sort(
        (a, b) =>
          Number(b.certain) - Number(a.certain) ||
          Number(fits(b)) - Number(fits(a)) ||
          (a.dateOfBirth < b.dateOfBirth ? -1 : 1),
      ),
    elsewhere: matches.filter((match) => !match.own && fits(match)),
  };
}
