// What somebody typed in the one box of a desk, as a question: a card, a chip, or people by name in any order, birth
// date, and where they live. Rules: publiq, UiTPASNumber, chip number, INSZ; dates as Belgians write them.
// Invariant: what may be an INSZ is never searched as words and never leaves this file, not even in part.
import { parseChipNumber, type ChipNumber } from '../cards/chip-number.ts';
import { parseInsz } from '../cards/insz.ts';
import { parseUitpasNumber, type UitpasNumber, type UitpasNumberProblem } from '../cards/uitpas-number.ts';
import { isCivilDay, type CivilDay } from '../kernel/civil-time.ts';
import { cleanLine } from '../kernel/plain-text.ts';

export type Search =
  | { readonly kind: 'empty' }
  | { readonly kind: 'card'; readonly number: UitpasNumber }
  | { readonly kind: 'chip'; readonly chip: ChipNumber }
  | { readonly kind: 'insz' }
  /** Digits that are no card number, perhaps not yet. */
  | { readonly kind: 'number'; readonly problem: UitpasNumberProblem }
  /** Fewer than two letters of a name and no whole birth date: that would list a municipality. */
  | { readonly kind: 'too-short' }
  | PeopleSearch;

export type PeopleSearch = {
  readonly kind: 'people';
  /** Words of names as they were typed, with spaces between; may be empty when the birth date is whole. */
  readonly names: string;
  readonly born: Born | undefined;
  readonly homes: readonly SearchedHome[];
};

export type Born = { readonly day: CivilDay } | { readonly year: number };

/** A municipality by its name, which somebody may also bear (`name`), or a postcode. */
export type SearchedHome =
  { readonly nisCode: string; readonly name: string } | { readonly postalCode: string };

/** A municipality as far as the asker knows it. */
export type SearchPlace = {
  readonly nisCode: string;
  readonly name: string;
  readonly postalCodes: readonly string[];
};

const LETTERS_MIN = 2;
const OLDEST_YEAR = 1900;
const PLACE_WORDS_MAX = 3;
const POSTCODE_DIGITS_MAX = 5;
/** Two, two, two, three and two digits, as an identity card groups them or without anything between. */
const INSZ = /(?<!\d)\d{2}[\s./-]?\d{2}[\s./-]?\d{2}[\s./-]?\d{3}[\s./-]?\d{2}(?!\d)/;
const WRITTEN_DAY = /(?<![\d/.-])(\d{1,2})([\s/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/.-])/;
const ISO_DAY = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/;

export function readSearch(
  typed: string,
  { today, places }: { readonly today: CivilDay; readonly places: readonly SearchPlace[] },
): Search {
  const text = cleanLine(typed);
  if (text === '') return { kind: 'empty' };
  const number = /(?<!\d)\d{13}(?!\d)/.exec(text)?.[0] ?? text;
  const card = parseUitpasNumber(number);
  if (card.ok) return { kind: 'card', number: card.value };
  const chip = parseChipNumber(text);
  if (chip.ok && /\d/.test(chip.value)) return { kind: 'chip', chip: chip.value };
  if (holdsInsz(text)) return { kind: 'insz' };

  const people = readPeople(text, today, places);
  if (people === undefined) return asNumber(text);
  const letters = people.names.match(/\p{L}/gu)?.length ?? 0;
  if (letters >= LETTERS_MIN || (people.born !== undefined && 'day' in people.born)) return people;
  return letters === 0 && digitsOf(text).length > POSTCODE_DIGITS_MAX
    ? asNumber(text)
    : { kind: 'too-short' };
}

function asNumber(text: string): Search {
  const card = parseUitpasNumber(digitsOf(text));
  return card.ok ? { kind: 'card', number: card.value } : { kind: 'number', problem: card.error };
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

/** With its separators any eleven digits; without them only a valid one: thirteen digits pass by eleven while typing. */
function holdsInsz(text: string): boolean {
  const found = INSZ.exec(text)?.[0];
  return found !== undefined && (/\D/.test(found) || parseInsz(found).ok);
}

/** Undefined when there are digits in it that mean nothing here. */
function readPeople(text: string, today: CivilDay, places: readonly SearchPlace[]): PeopleSearch | undefined {
  let born: Born | undefined;
  const bear = (found: Born | undefined): string | undefined => {
    if (found === undefined || born !== undefined) return undefined;
    born = found;
    return ' ';
  };
  const rest = text
    .replace(ISO_DAY, (all, y: string, m: string, d: string) => bear(dayOf(y, m, d, today)) ?? all)
    .replace(
      WRITTEN_DAY,
      (all, d: string, _: string, m: string, y: string) => bear(dayOf(y, m, d, today)) ?? all,
    );

  const homes: SearchedHome[] = [];
  const words: string[] = [];
  const known = new Set(places.flatMap(({ postalCodes }) => postalCodes));
  for (const word of rest.split(/[\s,;]+/)) {
    const digits = digitsOf(word);
    if (digits === '') words.push(word);
    else if (word !== digits) {
      // A date that is not whole yet (3/4), or a letter that slipped in: what stays are its letters.
      if (digits.length > 6) return undefined;
      words.push(word.replace(/[\d/]+/g, ' ').trim());
    } else if (digits.length === 8 || digits.length === 6) {
      if (bear(dayInDigits(digits, today)) === undefined) return undefined;
    } else if (digits.length === 4 && !known.has(digits) && isYear(digits, today))
      bear({ year: Number(digits) });
    else if (digits.length === 4 || digits.length === 5) homes.push({ postalCode: digits });
    else if (digits.length > 5) return undefined;
  }
  return {
    kind: 'people',
    ...placesIn(
      words.filter((word) => /\p{L}/u.test(word)),
      places,
      homes,
    ),
    born,
  };
}

const isYear = (digits: string, today: CivilDay): boolean =>
  Number(digits) >= OLDEST_YEAR && digits <= today.slice(0, 4);

/** 03042015, 20150403 or 030415. */
function dayInDigits(digits: string, today: CivilDay): Born | undefined {
  const at = (from: number, to?: number): string => digits.slice(from, to);
  const written = dayOf(at(4), at(2, 4), at(0, 2), today);
  return written ?? (digits.length === 8 ? dayOf(at(0, 4), at(4, 6), at(6), today) : undefined);
}

/** Of a year in two digits the last one that is not to come. */
function dayOf(year: string, month: string, day: string, today: CivilDay): Born | undefined {
  const monthAndDay = `${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const years = year.length === 4 ? [year] : [`20${year}`, `19${year}`];
  const found = years
    .map((each) => `${each}-${monthAndDay}`)
    .find((each) => isCivilDay(each) && each <= today);
  return found === undefined || Number(found.slice(0, 4)) < OLDEST_YEAR ? undefined : { day: found };
}

/** Before a particle it is a name: Van Ieper. And somebody has a name besides it. */
const PARTICLE = /^(van|vande|vanden|vander|de|den|der|ter|ten|te|la|le|el|du|d'?)$/i;

function placesIn(
  words: readonly string[],
  places: readonly SearchPlace[],
  homes: readonly SearchedHome[],
): Pick<PeopleSearch, 'names' | 'homes'> {
  const names = [...words];
  const found = [...homes];
  for (const { nisCode, name } of places) {
    const whole = placeForm(name);
    // Of a municipality that was joined its first part is enough: Langemark.
    const forms = name.includes('-') ? [whole, placeForm(name.split('-')[0] ?? name)] : [whole];
    for (const [at, length] of spans(names)) {
      const before = names[at - 1];
      const taken = names.slice(at, at + length);
      if (!forms.includes(placeForm(taken.join(' ')))) continue;
      if (length === names.length || (before !== undefined && PARTICLE.test(before))) continue;
      names.splice(at, length);
      found.push({ nisCode, name: taken.join(' ') });
      break;
    }
  }
  return { names: names.join(' '), homes: found };
}

/** Every run of neighbouring words, the longest first. */
function spans(words: readonly string[]): [at: number, length: number][] {
  const lengths = Array.from({ length: Math.min(words.length, PLACE_WORDS_MAX) }, (_, i) => i + 1);
  return lengths
    .reverse()
    .flatMap((length) => words.slice(length - 1).map((_, at): [number, number] => [at, length]));
}

const placeForm = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, ' ')
    .trim();
