// What happened to a person and where that person went, as one stream, the newest first.
import type { HistoryEntry, PassholderFile } from '#domain/passholder-api.ts';

type Visit = NonNullable<PassholderFile['visits']>[number];
export type StreamItem =
  | { readonly kind: 'event'; readonly key: string; readonly at: number; readonly entry: HistoryEntry }
  | { readonly kind: 'visit'; readonly key: string; readonly at: number; readonly visit: Visit };

export function streamOf({
  history = [],
  visits = [],
}: Pick<PassholderFile, 'history' | 'visits'>): StreamItem[] {
  const items: StreamItem[] = [
    ...history.map((entry): StreamItem => ({ kind: 'event', key: `e${entry.n}`, at: entry.at, entry })),
    ...visits.map((visit): StreamItem => ({ kind: 'visit', key: visit.commandId, at: visit.at, visit })),
  ];
  // Of one moment the later event comes first: the sort is stable, and both lists came newest first.
  return items.sort((a, b) => b.at - a.at);
}
