// Text that a database can keep and a screen can show (UTF-8 as PostgreSQL has it: no NUL, no lone surrogate).
// Rule: Unicode TR 36, parts 2.5 and 3: what cannot be seen but turns or hides what stands beside it leaves a name.
import * as z from 'zod/mini';

const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Control characters, lone surrogates, zero-width space and word joiner, marks that turn the direction of what follows. */
const UNSEEN = /[\p{Cc}\p{Cs}\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

/** One line as a person typed or pasted it, without what nobody sees. Joiners stay: emoji are made with them. */
export const cleanLine = (text: string): string => text.replace(BREAKS, ' ').replace(UNSEEN, '').trim();

/** Of a person: cleaned, never refused for what nobody can see. */
export const lineOf = (max: number): z.ZodMiniString =>
  z.string().check(z.overwrite(cleanLine), z.maxLength(max));

/** Of a program: refused when no database can keep it. */
export const tokenOf = (max: number): z.ZodMiniString =>
  z.string().check(z.maxLength(max), z.regex(/^[^\0\p{Cs}]*$/u));
