// A file of UiTdatabank cut into events, each as a text without what nobody takes over (descriptions, pictures, people to call), and
// those into pieces that fit in one request: a whole agenda of a region is some forty megabytes, and a server takes two at once.
import { limits } from '#domain/kernel/limits.ts';
import { at, isObject, listAt } from '#domain/uitdatabank/json-ld.ts';

export type FileProblem = 'file-none' | 'file-malformed' | 'file-too-large' | 'too-many-events';
export type CutFile =
  { readonly texts: readonly string[]; readonly problem?: undefined } | { readonly problem: FileProblem };

/** Read in one go by the browser of who chose it. */
export const FILE_BYTES_MAX = 100 * 1024 * 1024;

const LEFT_OUT = [
  'description',
  'mediaObject',
  'image',
  'images',
  'videos',
  'labels',
  'hiddenLabels',
  'contactPoint',
  'bookingInfo',
  'seeAlso',
  'sameAs',
  'creator',
  'contributors',
  'metadata',
];

export function cutFile(text: string): CutFile {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return { problem: 'file-malformed' };
  }
  const events = eventsIn(file);
  if (events.length === 0) return { problem: 'file-none' };
  if (events.length > limits.importEventsMax) return { problem: 'too-many-events' };
  return { texts: events.map(textOf) };
}

/** A page of the Search API, a list of events, or one event. */
function eventsIn(file: unknown): readonly unknown[] {
  if (Array.isArray(file)) return file;
  if (!isObject(file)) return [];
  return at(file, 'member') === undefined && '@id' in file ? [file] : listAt(file, 'member');
}

/** Empty: too large to send. */
function textOf(event: unknown): string {
  const kept = isObject(event)
    ? Object.fromEntries(Object.entries(event).filter(([key]) => !LEFT_OUT.includes(key)))
    : event;
  try {
    const text = JSON.stringify(kept);
    return text.length > limits.importEventTextMax ? '' : text;
  } catch {
    return ''; // deeper than a browser writes
  }
}

export type Piece = { readonly start: number; readonly texts: readonly string[] };

export function piecesOf(texts: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  while (start < texts.length) {
    let end = start + 1;
    let size = texts[start]?.length ?? 0;
    while (end < texts.length && end - start < limits.importPieceEvents) {
      size += texts[end]?.length ?? 0;
      if (size > limits.importPieceTextMax) break;
      end += 1;
    }
    pieces.push({ start, texts: texts.slice(start, end) });
    start = end;
  }
  return pieces;
}
