import type { PassholderFile } from '#domain/passholder-api.ts';
import type { NumberLetter } from './number-letter.svelte.ts';

/** The letter that this file may need: for the region somebody goes to, or came from. */
export function letterOf(file: PassholderFile, region: string): NumberLetter | undefined {
  const to = { region, back: `/balie/pashouders/${file.passholderId}` };
  if (file.state !== 'active') return undefined;
  const left = file.history?.find(
    ({ kind, endReason }) =>
      kind === 'membership-end-planned' || (kind === 'membership-ended' && endReason === 'moved-away'),
  );
  const outside = file.homes.at(-1)?.nisCode === null;
  const newest = file.cards
    .filter(({ state }) => state !== 'replaced')
    .reduce<PassholderFile['cards'][number] | undefined>(
      (last, card) => (last && last.since >= card.since ? last : card),
      undefined,
    );
  if (left && outside && newest) return { kind: 'leaves', number: newest.number, ...to };
  const came = file.history?.find(({ kind, number }) => kind === 'registered' && number !== undefined);
  return came?.number === undefined ? undefined : { kind: 'came', number: came.number, ...to };
}
