// The cards to practise with, one for each thing that a screen can say. Their codes are no card numbers: held before a
// scanner that works they are "no UITPAS", so a card of a practice can never become a visit.

export const PRACTICE_CARDS = [
  { key: 'saved', code: 'STREEKBALIE-OEFENKAART-1' },
  { key: 'already', code: 'STREEKBALIE-OEFENKAART-2' },
  { key: 'blocked', code: 'STREEKBALIE-OEFENKAART-3' },
  { key: 'unknown', code: 'STREEKBALIE-OEFENKAART-4' },
  { key: 'article', code: 'STREEKBALIE-OEFENKAART-5' },
  { key: 'not-saved', code: 'STREEKBALIE-OEFENKAART-6' },
] as const;

export type PracticeCard = (typeof PRACTICE_CARDS)[number];
