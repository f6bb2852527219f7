// The card in hand. Its number is kept in memory only: not in an address, not in storage, gone with the tab.
import { CardFile } from '#domain/desk-api.ts';
import { parseChipNumber } from '#domain/cards/chip-number.ts';
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

let asked = $state('');
/** Known without asking the server: the rule that the number breaks. */
let problem = $state<string | undefined>();
const file = new Resource<CardFile>();

export const cardLookUp = {
  file,
  get asked(): string {
    return asked;
  },
  /** A code of the server's own vocabulary, e.g. number-check-digit. */
  get problem(): string | undefined {
    return problem;
  },
  ask(number: string): void {
    asked = number.trim();
    file.clear();
    const parsed = parseUitpasNumber(asked);
    problem = parsed.ok || parseChipNumber(asked).ok ? undefined : `number-${parsed.error.code}`;
    if (problem !== undefined) return;
    cardLookUp.reload();
  },
  reload(): void {
    void file.load((signal) => api.post('/api/cards/look-up', { number: asked }, CardFile, { signal }));
  },
  forget(): void {
    asked = '';
    problem = undefined;
    file.clear();
  },
};
