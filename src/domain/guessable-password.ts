// A password that others would try first. Rule: ASVS 6.2.4 and 6.2.11; the words that count as known stand below (6.1.2).
// Invariant: what people make up of words of their own passes; no kind of sign is asked for.

/** What lists of stolen passwords are made of, in the languages of a Flemish desk, and the words of this trade. */
const KNOWN_WORDS = [
  ...[
    'password',
    'passwort',
    'passw0rd',
    'p@ssw0rd',
    'p@ssword',
    'wachtwoord',
    'paswoord',
    'motdepasse',
    'pass',
  ],
  ...[
    'welkom',
    'welcome',
    'bienvenue',
    'hallo',
    'hello',
    'bonjour',
    'geheim',
    'secret',
    'letmein',
    'changeme',
  ],
  ...[
    'verander',
    'nieuw',
    'login',
    'admin',
    'administrator',
    'beheerder',
    'beheer',
    'root',
    'user',
    'gebruiker',
  ],
  ...[
    'guest',
    'gast',
    'default',
    'master',
    'test',
    'demo',
    'iloveyou',
    'ikhouvanjou',
    'jetaime',
    'love',
    'liefde',
  ],
  ...['dragon', 'monkey', 'football', 'voetbal', 'anderlecht', 'clubbrugge', 'superman', 'batman', 'pokemon'],
  ...['princess', 'prinses', 'sunshine', 'shadow', 'michael', 'jordan', 'starwars', 'computer', 'internet'],
  ...['google', 'facebook', 'samsung', 'iphone', 'microsoft', 'windows', 'belgium', 'belgie', 'vlaanderen'],
  ...[
    'lente',
    'zomer',
    'herfst',
    'winter',
    'spring',
    'summer',
    'autumn',
    'januari',
    'februari',
    'maart',
    'april',
  ],
  ...[
    'juni',
    'juli',
    'augustus',
    'september',
    'oktober',
    'november',
    'december',
    'maandag',
    'vrijdag',
    'zondag',
  ],
  ...[
    'streekbalie',
    'uitpas',
    'kansenpas',
    'kansentarief',
    'kansenstatuut',
    'paspartoe',
    'balie',
    'gemeente',
  ],
  ...[
    'stad',
    'ocmw',
    'bibliotheek',
    'bib',
    'vrijetijd',
    'vrijwilliger',
    'jeugddienst',
    'medewerker',
    'westhoek',
  ],
];
/** Rows of keyboards, and what one counts along; read in both directions. */
const ROWS = [
  'qwertyuiop',
  'azertyuiop',
  'asdfghjkl',
  'qsdfghjklm',
  'zxcvbnm',
  'wxcvbn',
  'abcdefghijklmnopqrstuvwxyz',
];
const ROW_PART_MIN = 3;
const LETTERS_OF_ONES_OWN_MIN = 4;
const SIGNS_DIFFERENT_MIN = 5;

/** `about`: name and address of whose password it is, as far as they are known. */
export function isGuessable(password: string, about: readonly string[] = []): boolean {
  const plain = password.toLowerCase();
  if (new Set(plain).size < SIGNS_DIFFERENT_MIN) return true;
  const words = [...KNOWN_WORDS, ...about.flatMap(partsOf)].sort((a, b) => b.length - a.length);
  const left = words.reduce((rest, word) => rest.replaceAll(word, ' '), plain);
  const own = withoutRows(left.replace(/\d/g, '').replace(/[^\p{L}]/gu, ' '));
  return new Set(own.replaceAll(' ', '')).size < LETTERS_OF_ONES_OWN_MIN;
}

/** Short parts of an address or name (de, van, be) stand in too many words. */
const partsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((part) => part.length >= 4);

function withoutRows(text: string): string {
  const rows = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);
  let rest = '';
  for (let at = 0; at < text.length;) {
    const run = longestRun(text, at, rows);
    if (run >= ROW_PART_MIN) at += run;
    else {
      rest += text.charAt(at);
      at += 1;
    }
  }
  return rest;
}

function longestRun(text: string, start: number, rows: readonly string[]): number {
  let length = 0;
  while (
    start + length < text.length &&
    rows.some((row) => row.includes(text.slice(start, start + length + 1)))
  )
    length += 1;
  return length;
}
