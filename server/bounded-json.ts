// JSON of strangers: looked over before it is parsed. Two megabytes of brackets keep JSON.parse busy for half a second and
// cost a hundred megabytes, and an honest body is nothing like it: a full batch of scans is 5 deep with 3,000 parts.
import { limits } from '#domain/kernel/limits.ts';

/** Throws a SyntaxError for what is no JSON, and for what is deeper or in more parts than any honest body. */
export function parseBoundedJson(text: string, partsMax: number = limits.jsonPartsMax): unknown {
  if (!isWithinBounds(text, partsMax)) throw new SyntaxError('deeper or in more parts than any body of ours');
  return JSON.parse(text);
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPENING = [91, 123];
const CLOSING = [93, 125];

function isWithinBounds(text: string, partsMax: number): boolean {
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (OPENING.includes(code)) {
      depth += 1;
      parts += 1;
      if (depth > limits.jsonDepthMax) return false;
    } else if (CLOSING.includes(code)) depth -= 1;
    else if (code === COMMA) parts += 1;
    if (parts > partsMax) return false;
  }
  return true;
}

/** Of the closing quote; a text that has none ends there, and is no JSON. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
}
