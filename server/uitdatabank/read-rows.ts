// Events as rows of an import: read, or why not, and what each would do here.
import type { EventFacts, ReadProblem } from '#domain/uitdatabank/event-facts.ts';
import { readEvent, titleOf, uuidOf } from '#domain/uitdatabank/read-event.ts';
import { parseBoundedJson } from '../bounded-json.ts';
import type { JudgedEvent } from './judge-rows.ts';
import type { ImportRowFacts } from './repository.ts';

export type ReadRow =
  | { readonly facts: EventFacts }
  | { readonly title: string; readonly eventId: string | null; readonly code: ReadProblem };

/** One event as text; an empty one was too large to send. */
export function eventOfText(text: string, now: number): ReadRow {
  if (text === '') return { title: '', eventId: null, code: 'too-large' };
  let event: unknown;
  try {
    event = parseBoundedJson(text);
  } catch {
    return { title: '', eventId: null, code: 'malformed' };
  }
  return eventOfValue(event, now);
}

export function eventOfValue(event: unknown, now: number): ReadRow {
  const read = readEvent(event, now);
  if (read.ok) return { facts: read.value };
  return { title: titleOf(event), eventId: uuidOf(event) ?? null, code: read.error };
}

const NOTHING = { take: [], kept: [], callOff: 0 };

/** `seen`: events that the import has already; grows by those of these rows. */
export function rowsOf(
  events: readonly ReadRow[],
  start: number,
  judged: ReadonlyMap<string, JudgedEvent>,
  seen: Set<string>,
): ImportRowFacts[] {
  return events.map((event, i): ImportRowFacts => {
    const row = start + i;
    if (!('facts' in event))
      return { ...NOTHING, ...event, row, organiserKey: null, facts: null, state: 'bad' };
    const { facts } = event;
    const { eventId, title, organiser } = facts;
    const of = judged.get(eventId);
    if (seen.has(eventId) || !of)
      return {
        ...NOTHING,
        row,
        title,
        eventId,
        organiserKey: null,
        facts: null,
        state: 'bad',
        code: 'twice',
      };
    seen.add(eventId);
    const { state, code, take, kept, callOff } = of;
    return {
      row,
      title,
      eventId,
      organiserKey: organiser?.key ?? null,
      facts,
      state,
      code,
      take,
      kept,
      callOff,
    };
  });
}
