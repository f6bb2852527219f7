// The contract for pass holders at the desk. As desk-api.ts: one schema for each body, versioned by addition only. Names,
// numbers and birth dates travel in bodies, never in an address that is logged.
import * as z from 'zod/mini';
import { ASSOCIATION_KINDS } from './associations/association.ts';
import { CARD_STATES } from './cards/card-facts.ts';
import { PaidFor } from './cash-api.ts';
import { PriceRule } from './cash/card-price.ts';
import { Payment, PAYMENT_MEANS } from './cash/sale.ts';
import { VisitPast } from './desk-api.ts';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';
import { BLOCK_REASONS, REPLACE_REASONS } from './passholders/card-life.ts';
import { InszText } from './passholders/insz-use.ts';
import { KANSENSTATUUT_STATUSES } from './passholders/kansenstatuut.ts';
import { PassholderAct, Registration } from './passholders/passholder-command.ts';
import { EVENT_KINDS } from './passholders/history.ts';
import { END_REASONS, KANSENSTATUUT_ACTS } from './passholders/passholder.ts';
import { Day, Person } from './passholders/person.ts';

const Id = z.uuid();
const Instant = z.int();

/** POST /api/passholders/register. Ids are made by the screen, once: a second sending is the same act. */
export const RegisterInput = z.object({
  actId: Id,
  passholderId: Id,
  /** The counter one works at: its cards are handed out. */
  organisationId: Id,
  registration: Registration,
  /** Needed where the card has a price. */
  payment: z.optional(Payment),
  /** The national number, where the region asks it and somebody gives it. 422 insz-not-asked, insz-taken {passholderId?}. */
  insz: z.optional(InszText),
});
export type RegisterInput = z.infer<typeof RegisterInput>;

/** POST /api/passholders/:id/acts */
export const ActInput = z.object({
  actId: Id,
  organisationId: Id,
  /** `n` of the file that was on the screen; another one in between is a conflict (409): the screen reads again and merges. */
  basedOn: z.int(),
  act: PassholderAct,
  /** Needed where the act hands out a card that has a price. */
  payment: z.optional(Payment),
});
export type ActInput = z.infer<typeof ActInput>;

const Kansenstatuut = z.object({
  since: Day,
  until: Day,
  proof: z.string(),
  suspendedUntil: z.optional(Day),
  endedOn: z.optional(Day),
});

/** The answer to every act, the same each time it is sent. The file itself is read: that is allowed, counted and audited apart. */
export const ActAnswer = z.object({
  passholderId: Id,
  n: z.int(),
  /** Where a card was handed out. */
  paid: z.optional(PaidFor),
});
export type ActAnswer = z.infer<typeof ActAnswer>;

/** What happened, told without the person's data: who may read the file has those beside it. */
export const HistoryEntry = z.object({
  n: z.int(),
  at: Instant,
  day: Day,
  kind: z.enum(EVENT_KINDS),
  /** Who did it, and at which counter; null where nobody did, or nobody knows the account any more. */
  by: z.nullable(z.string()),
  organisationName: z.nullable(z.string()),
  number: z.optional(z.string()),
  nextNumber: z.optional(z.string()),
  cardSystemName: z.optional(z.string()),
  blockReason: z.optional(z.enum(BLOCK_REASONS)),
  replaceReason: z.optional(z.enum(REPLACE_REASONS)),
  /** In the words of the region, under that reason. */
  finerReason: z.optional(z.string()),
  endReason: z.optional(z.enum(END_REASONS)),
  act: z.optional(z.enum(KANSENSTATUUT_ACTS)),
  /** As it held from then on. */
  kansenstatuut: z.optional(Kansenstatuut),
  /** Of a move: the municipality that pays, null outside the region, and from which day. */
  homeName: z.optional(z.nullable(z.string())),
  from: z.optional(Day),
  /** Of a membership that ends by itself: when; null: not any more. */
  on: z.optional(z.nullable(Day)),
  /** Happened to another file of this person, before both became one. */
  otherFile: z.optional(z.boolean()),
  /** Which parts of the person are not what they were. */
  changed: z.optional(z.array(z.string())),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

/** A small JPEG or WebP, as base64url. */
const Picture = z.object({
  mediaType: z.enum(['image/jpeg', 'image/webp']),
  data: z.string(),
  at: Instant,
});
export type Picture = z.infer<typeof Picture>;

/** GET /api/passholders/:id */
export const PassholderFile = z.object({
  passholderId: Id,
  n: z.int(),
  state: z.enum(['active', 'erased']),
  person: z.nullable(Person),
  homes: z.array(z.object({ nisCode: z.nullable(z.string()), name: z.nullable(z.string()), from: Day })),
  memberships: z.array(
    z.object({
      cardSystemId: z.string(),
      cardSystemName: z.string(),
      status: z.enum(['active', 'ended']),
      kansenstatuut: z.nullable(Kansenstatuut),
      /** Today. */
      kansenstatuutStatus: z.enum(KANSENSTATUUT_STATUSES),
      /** Ends by itself on this day. */
      endsOn: z.optional(Day),
    }),
  ),
  cards: z.array(
    z.object({
      number: z.string(),
      cardSystemId: z.string(),
      state: z.enum(['active', 'blocked', 'replaced']),
      since: Instant,
      replacedBy: z.optional(z.string()),
    }),
  ),
  points: z.int(),
  /** Days after its end in which the kansenstatuut still holds here. Absent from an older server, as what follows. */
  graceDays: z.optional(z.int()),
  /** The newest first; one that was withdrawn stays, with who did it and why. Absent from an older server. */
  notes: z.optional(
    z.array(
      z.object({
        noteId: Id,
        text: z.string(),
        at: Instant,
        by: z.nullable(z.string()),
        organisationName: z.nullable(z.string()),
        withdrawn: z.nullable(z.object({ at: Instant, by: z.nullable(z.string()), because: z.string() })),
      }),
    ),
  ),
  /** Since when the national number lies here; null: not. The number itself is shown to nobody. */
  inszWrittenAt: z.optional(z.nullable(Instant)),
  /** Null: there is none. Absent from an older server. */
  picture: z.optional(z.nullable(Picture)),
  /** The newest first. */
  history: z.optional(z.array(HistoryEntry)),
  ...z.partial(VisitPast).shape,
});
export type PassholderFile = z.infer<typeof PassholderFile>;

const MergeWish = z.object({
  /** The counter one works at. */
  organisationId: Id,
  /** The file that comes in, and what both screens showed: another `n` is a conflict (409 changed-meanwhile). */
  other: Id,
  basedOn: z.int(),
  otherBasedOn: z.int(),
  /** As it stands from now on. */
  person: Person,
  /** Of each card system in which both have an active card: the one that stays. */
  stays: z.array(tokenOf(limits.idMax)).check(z.maxLength(limits.mergeCardsMax)),
});

/** POST /api/passholders/:id/merge: two files of one person; this one stays. Wants a fresh proof. */
export const MergeInput = z.extend(MergeWish, { actId: Id });
export type MergeInput = z.infer<typeof MergeInput>;

/** POST /api/passholders/:id/merge/preview: what would stand afterwards. Nothing is stored. */
export const MergePreviewInput = MergeWish;
export type MergePreviewInput = z.infer<typeof MergePreviewInput>;

export const MergePreview = z.object({
  points: z.int(),
  /** Visits of both at one activity in one period, beyond its limit: they do not count twice. */
  visitsBeyondLimit: z.int(),
  cards: z.array(z.object({ number: z.string(), state: z.enum(['active', 'blocked', 'replaced']) })),
  memberships: z.array(
    z.object({
      cardSystemName: z.string(),
      status: z.enum(['active', 'ended']),
      kansenstatuut: z.enum(KANSENSTATUUT_STATUSES),
      until: z.nullable(Day),
    }),
  ),
  /** Active cards that say something else of the kansenstatuut than holds. */
  cardsThatDiffer: z.array(z.string()),
});
export type MergePreview = z.infer<typeof MergePreview>;

/** POST /api/passholders/:id/insz: null takes it away. */
export const InszInput = z.object({ organisationId: Id, insz: z.nullable(InszText) });
export type InszInput = z.infer<typeof InszInput>;
export const InszAnswer = z.object({ inszWrittenAt: z.nullable(Instant) });
export type InszAnswer = z.infer<typeof InszAnswer>;

/** POST /api/passholders/:id/insz/check: is it this person's? */
export const InszCheckInput = z.object({ insz: InszText });
export type InszCheckInput = z.infer<typeof InszCheckInput>;
export const InszChecked = z.object({ same: z.boolean() });
export type InszChecked = z.infer<typeof InszChecked>;

/**
 * PUT /api/passholders/:id/picture: drawn anew by the screen; null takes away what was there, for good.
 * 422 picture-none, picture-too-heavy, picture-too-wide, picture-says-more, not-here.
 */
export const PictureInput = z.object({
  data: z.nullable(z.string().check(z.maxLength(limits.pictureBase64Max))),
});
export type PictureInput = z.infer<typeof PictureInput>;
export const PictureAnswer = z.object({ pictureAt: z.nullable(Instant) });
export type PictureAnswer = z.infer<typeof PictureAnswer>;

/** GET /api/organisations/:id/counter: by what this counter registers people. */
export const CounterFacts = z.object({
  today: Day,
  graceDays: z.int(),
  /** What the region decided (settings); absent from an older server. */
  kansenstatuutEndsOn: z.optional(z.string()),
  moveBackDays: z.optional(z.int()),
  moveAheadDays: z.optional(z.int()),
  blockReasons: z.optional(z.array(z.enum(BLOCK_REASONS))),
  replaceReasons: z.optional(z.array(z.object({ under: z.enum(REPLACE_REASONS), text: z.string() }))),
  inszAsked: z.optional(z.boolean()),
  cardPrices: z.optional(z.array(PriceRule)),
  /** How this counter is paid. */
  paymentMeans: z.optional(z.array(z.enum(PAYMENT_MEANS))),
  /** Of the region that gives the cards; `proofs`: which the municipality accepts for the kansenstatuut. */
  municipalities: z.array(
    z.object({
      nisCode: z.string(),
      name: z.string(),
      postalCodes: z.array(z.string()),
      proofs: z.array(z.string()),
    }),
  ),
  regionName: z.optional(z.string()),
  /** Municipalities of the other regions of this server. Absent from an older one. */
  otherTowns: z.optional(
    z.array(z.object({ regionName: z.string(), name: z.string(), postalCodes: z.array(z.string()) })),
  ),
});
export type CounterFacts = z.infer<typeof CounterFacts>;

/** POST /api/passholders/check-card: may this card be handed out here? Nothing is reserved: the act decides. */
export const CheckCardInput = z.object({
  organisationId: Id,
  number: z.string().check(z.maxLength(limits.idMax)),
});
export type CheckCardInput = z.infer<typeof CheckCardInput>;

export const CheckedCard = z.object({
  number: z.string(),
  /** Absent: it may be handed out. */
  why: z.optional(
    z.enum([
      'card-unknown',
      'card-is-group-pass',
      'card-not-in-stock',
      'card-under-way',
      'card-at-other-counter',
    ]),
  ),
  cardSystemId: z.optional(z.string()),
  cardSystemName: z.optional(z.string()),
  /** Of a card that is not in stock. */
  state: z.optional(z.enum(CARD_STATES)),
  /** Where it lies; null for the region's own cupboard. */
  placeName: z.optional(z.nullable(z.string())),
});
export type CheckedCard = z.infer<typeof CheckedCard>;

/** POST /api/passholders/arrivals: whose the card is that somebody brings who moves here. Nothing of a person comes back. */
export const ArrivalInput = z.object({
  organisationId: Id,
  number: z.string().check(z.maxLength(limits.idMax)),
});
export type ArrivalInput = z.infer<typeof ArrivalInput>;

export const Arrival = z.object({
  number: z.string(),
  /** Another region of this server hears it by itself; of an unknown one nobody here knows anything. */
  where: z.enum(['here', 'other-region', 'unknown']),
  regionName: z.optional(z.string()),
  /** Of somebody of this region: to move that file here (an act, with name and birth date), or to open it where it is one's own. */
  passholderId: z.optional(Id),
  n: z.optional(z.int()),
  own: z.optional(z.boolean()),
});
export type Arrival = z.infer<typeof Arrival>;

/** POST /api/passholders/search. What was typed in the one box: names, birth date, where somebody lives (search-text.ts). */
export const SearchInput = z.object({
  text: lineOf(limits.searchTextMax),
  /** Only people of this municipality. */
  nisCode: z.optional(z.string().check(z.maxLength(limits.idMax))),
  /** The list of the room; otherwise the few lines under the box. */
  whole: z.optional(z.boolean()),
});
export type SearchInput = z.infer<typeof SearchInput>;

/** One whose file one may read. */
export const FoundPerson = z.object({
  passholderId: Id,
  firstName: z.string(),
  lastName: z.string(),
  dateOfBirth: Day,
  /** The municipality that pays today, or where somebody lives outside the region. */
  home: z.nullable(z.string()),
  /** Active cards, the newest first. */
  cards: z.array(z.string()),
  /** Of the newest card where none is active; null: never had one. */
  cardState: z.nullable(z.enum(['active', 'blocked', 'replaced'])),
  /** In the card system where it is worth most. */
  kansenstatuut: z.enum(KANSENSTATUUT_STATUSES),
  /** How many are in the family, this one included; absent where there is none. */
  familySize: z.optional(z.int()),
});
export type FoundPerson = z.infer<typeof FoundPerson>;

/** 422 search-too-short, search-insz and search-number: nothing was searched. */
export const SearchAnswer = z.object({
  people: z.array(FoundPerson),
  /** There are more than these: type more. */
  more: z.boolean(),
});
export type SearchAnswer = z.infer<typeof SearchAnswer>;

/** POST /api/passholders/duplicates, and /duplicates/ask: is who is being registered known already? */
export const DuplicateInput = z.object({
  /** The counter one works at. */
  organisationId: Id,
  firstName: lineOf(limits.personNameMax),
  lastName: lineOf(limits.personNameMax),
  dateOfBirth: Day,
  /** Somebody with this number is certainly the same. Left out of account where it is not asked. */
  insz: z.optional(InszText),
});
export type DuplicateInput = z.infer<typeof DuplicateInput>;

export const DuplicateAnswer = z.object({
  /** Whose file one may read; the most alike first. No card and no kansenstatuut: the file has those. */
  own: z.array(
    z.object({
      passholderId: Id,
      firstName: z.string(),
      lastName: z.string(),
      dateOfBirth: Day,
      /** Has the same national number. */
      certain: z.optional(z.boolean()),
    }),
  ),
  /** Somebody who fits wholly has a file at another desk; which one, nobody hears. */
  elsewhere: z.boolean(),
});
export type DuplicateAnswer = z.infer<typeof DuplicateAnswer>;

/** The other desk has it on its list of tasks. 422 nobody-elsewhere: there is nobody any more. */
export const DuplicateAsked = z.object({ asked: z.literal(true) });
export type DuplicateAsked = z.infer<typeof DuplicateAsked>;

/** GET /api/passholders/places: the municipalities whose people one may find by name. */
export const SearchPlaces = z.object({
  places: z.array(z.object({ nisCode: z.string(), name: z.string() })),
});
export type SearchPlaces = z.infer<typeof SearchPlaces>;

/**
 * POST /api/passholders/:id/copy {} (GDPR, article 15): all that is kept of somebody, for that person. Who of the staff did
 * something is not in it, at which counter is.
 */
export const PassholderCopy = z.object({
  madeAt: Instant,
  regionName: z.string(),
  file: PassholderFile,
  /** The national number, where it lies here: for the person alone. */
  insz: z.optional(z.string()),
  /** The newest first, all of them; the file itself has the last ones. */
  visits: z.array(
    z.object({
      at: Instant,
      title: z.string(),
      organisationName: z.string(),
      points: z.int(),
      undone: z.boolean(),
    }),
  ),
  payments: z.array(
    z.object({
      day: Day,
      organisationName: z.string(),
      dueCents: z.int(),
      means: z.nullable(z.enum(PAYMENT_MEANS)),
    }),
  ),
  /** When a counter looked at this file or changed it, by the name of the act (src/domain/audit/audit-action.ts). */
  looks: z.array(z.object({ at: Instant, action: z.string() })),
  /** What one counter asked another one about this person. Absent from an older server. */
  tasks: z.optional(
    z.array(
      z.object({
        at: Instant,
        kind: z.string(),
        fromName: z.string(),
        toName: z.string(),
        doneAt: z.nullable(Instant),
      }),
    ),
  ),
  /** Since when somebody is in a family, and how many they are; the names of the others are theirs. Absent from an older server. */
  families: z.optional(
    z.array(z.object({ from: Day, until: z.nullable(Day), isContact: z.boolean(), members: z.int() })),
  ),
  /** Each registration and each renewal at an association or a school. Absent from an older server. */
  associations: z.optional(
    z.array(
      z.object({
        name: z.string(),
        kind: z.enum(ASSOCIATION_KINDS),
        from: Day,
        until: Day,
        stoppedOn: z.nullable(Day),
      }),
    ),
  ),
  /** More visits, payments or looks were kept than are in it. */
  more: z.boolean(),
});
export type PassholderCopy = z.infer<typeof PassholderCopy>;
