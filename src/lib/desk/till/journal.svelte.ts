// The day of the counter one works at.
import {
  CloseAnswer,
  DayJournal,
  MoveAnswer,
  PaidFor,
  type CloseInput,
  type CorrectInput,
  type MoveInput,
} from '#domain/cash-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

const day = new Resource<DayJournal>();
let organisationId: string | undefined;
let asked: string | undefined;

const path = (): string => `/api/tills/${encodeURIComponent(organisationId ?? '')}`;

export const journal = {
  day,
  reload(): void {
    if (organisationId === undefined) return;
    const query = asked === undefined ? '' : `?day=${encodeURIComponent(asked)}`;
    void day.load((signal) => api.get(`${path()}${query}`, DayJournal, { signal }));
  },
  /** In an $effect. */
  open(ofOrganisationId: string, ofDay: string | undefined): void {
    if (ofOrganisationId !== organisationId) day.clear(); // never the till of another counter
    organisationId = ofOrganisationId;
    asked = ofDay;
    journal.reload();
  },
  close: (input: CloseInput): Promise<CloseAnswer> =>
    anew(() => api.post(`${path()}/close`, input, CloseAnswer)),
  move: (input: MoveInput): Promise<MoveAnswer> =>
    anew(() => api.post(`${path()}/change`, input, MoveAnswer)),
  correct: (entryId: string, input: CorrectInput): Promise<PaidFor> =>
    anew(() => api.post(`/api/cash/entries/${encodeURIComponent(entryId)}/correct`, input, PaidFor)),
};

/** Also after a refusal: somebody else may have been first. */
async function anew<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } finally {
    journal.reload();
  }
}
