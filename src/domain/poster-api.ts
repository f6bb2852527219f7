// The contract of a poster: its QR opens `/ik`, where a pass holder saves a point on his own phone. Without a session, so what
// is answered tells nothing about a card (docs/THREATS.md): only who also knows the birth date hears what came of it.
import * as z from 'zod/mini';
import { OUTCOMES, RulingCode } from './sync/ruling.ts';
import { isCivilDay } from './kernel/civil-time.ts';

/** Twelve signs of base32: 60 bits, so nobody guesses one; on a wall, so it is no secret. */
export const POSTER_CODE = /^[0-9A-HJKMNP-TV-Z]{12}$/;
const PosterCode = z.string().check(z.regex(POSTER_CODE));

/** POST /api/ik/look */
export const PosterLook = z.object({ code: PosterCode });
export const PosterActivity = z.object({
  title: z.string(),
  place: z.string(),
  organisationName: z.string(),
  points: z.int(),
  open: z.boolean(),
  /** The next time, where it is not open; null when there is none. */
  opensAt: z.nullable(z.int()),
  /** Of the region, the municipality or the organisation, by language; empty where nobody wrote one. Absent from an older server. */
  text: z.optional(z.object({ nl: z.string(), en: z.string() })),
});
export type PosterActivity = z.infer<typeof PosterActivity>;

/** POST /api/ik/save. `saveId` is made once: sent again after a lost answer it is the same visit. */
export const PosterSave = z.object({
  code: PosterCode,
  saveId: z.uuid(),
  number: z.string().check(z.maxLength(40)),
  bornOn: z.optional(z.string().check(z.refine((text) => isCivilDay(text)))),
});
export type PosterSave = z.infer<typeof PosterSave>;

export const PosterSaved = z.object({
  /** Only for who knows the birth date; absent for everybody else, whatever the number is. */
  own: z.optional(
    z.object({
      outcome: z.enum(OUTCOMES),
      code: z.optional(RulingCode),
      points: z.int(),
      balance: z.int(),
      /** The digital pass: SVG of the number as Code 128 and as QR. */
      barcodeSvg: z.string(),
      qrSvg: z.string(),
    }),
  ),
});
export type PosterSaved = z.infer<typeof PosterSaved>;

/** GET and POST /api/activities/:id/poster; the second makes a new code, and the old one no longer works. */
export const DeskPoster = z.object({
  title: z.string(),
  place: z.string(),
  organisationName: z.string(),
  /** In place of the usual words, where somebody decided so (settings). Absent from an older server. */
  heading: z.optional(z.string()),
  help: z.optional(z.string()),
  poster: z.nullable(z.object({ url: z.string(), qrSvg: z.string(), madeAt: z.int() })),
});
export type DeskPoster = z.infer<typeof DeskPoster>;
// GET /api/activities/:id/poster.pdf -> the same on paper.
