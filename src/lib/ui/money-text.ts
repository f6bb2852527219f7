// Amounts as people type them at a counter: 5; 5,5; 5.50; € 12,00. No thousands: nobody pays those at a counter.

/** In cents, or undefined when this is no amount. */
export function parseEuroText(text: string): number | undefined {
  const match = /^€?\s*(\d{1,6})(?:[.,](\d{1,2}))?\s*€?$/.exec(text.trim());
  if (!match) return undefined;
  const [, euros = '', rest = ''] = match;
  return Number(euros) * 100 + Number(rest.padEnd(2, '0'));
}

/** As one types it: 550 is 5,50. */
export const euroInputOf = (cents: number): string =>
  `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, '0')}`;
