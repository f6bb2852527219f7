// The contract between the desk screens and the server: one schema for each body, versioned by addition only.
// All under /api, session cookie, JSON. Errors are problem+json (Problem). Card numbers travel in bodies, never in URLs.
import * as z from 'zod/mini';
import { GroupPassFile } from './group-pass-api.ts';
import { CARD_STATES } from './cards/card-facts.ts';
import { HEALTH_WARNINGS } from './checkins/activity-health.ts';
import { CheckInLimit } from './checkins/activity-policy.ts';
import { Schedule } from './checkins/activity-schedule.ts';
import { PriceClass } from './checkins/price-class.ts';
import { VERDICTS } from './checkins/verdict.ts';
import { ACTIONS, ROLES } from './devices/permissions.ts';
import { limits } from './kernel/limits.ts';
import { lineOf } from './kernel/plain-text.ts';
import { PhoneReport } from './sync/exchange.ts';
import { HELD_DECISIONS, HELD_REASONS } from './sync/held-decision.ts';
import { RescueOutcome } from './sync/rescue.ts';
import { Because, OUTCOMES, RulingCode } from './sync/ruling.ts';
import { ActivityKind, EVENT_FIELDS, EventFacts } from './uitdatabank/event-facts.ts';

const Id = z.uuid();
const Instant = z.int();
/** A moment that a desk writes: one that every calendar can show. */
const Moment = z.int().check(z.minimum(0), z.maximum(limits.instantMax));
const text = (max: number): z.ZodMiniString => lineOf(max).check(z.minLength(1));

export { PublicFacts } from './public-api.ts';

/** GET /api/me -> 401 when nobody is signed in. */
export const Me = z.object({
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(z.object({ role: z.enum(ROLES), place: z.string() })),
  /** What may be done somewhere; the server asks again with the exact target. */
  actions: z.array(z.enum(ACTIONS)),
  /** A code of an app also shows who one is. Absent from an older server. */
  secondStep: z.optional(z.boolean()),
  /** The organisations one can work for, own ones first. */
  organisations: z.array(z.object({ organisationId: Id, name: z.string(), kind: z.string() })),
});
export type Me = z.infer<typeof Me>;

// Signing in (the paths are better-auth's): POST /api/auth/sign-in/email {email, password}, POST /api/auth/sign-out,
// POST /api/auth/request-password-reset {email}, POST /api/auth/reset-password {token, newPassword}.

export const ActivityInput = z.object({
  organisationId: Id,
  title: text(limits.activityTitleMax),
  place: text(limits.activityTitleMax),
  points: z.int().check(z.minimum(0), z.maximum(100)),
  limit: z.nullable(CheckInLimit),
  /** Minutes before and after; null takes the region's. */
  marginBeforeMin: z.nullable(z.int().check(z.minimum(0), z.maximum(1440))),
  marginAfterMin: z.nullable(z.int().check(z.minimum(0), z.maximum(1440))),
  /** For dates one by one: all of them. With a schedule that repeats they follow from it and none are given. */
  occurrences: z
    .array(z.object({ occurrenceId: z.optional(Id), startsAt: Moment, endsAt: Moment }))
    .check(z.maxLength(limits.activityOccurrencesMax)),
  /** These three: absent from an older screen, which leaves them as they are. */
  schedule: z.optional(Schedule),
  priceClasses: z.optional(z.array(PriceClass).check(z.maxLength(limits.priceClassesMax))),
  cardSystemIds: z.optional(z.array(z.string().check(z.maxLength(limits.idMax))).check(z.maxLength(20))),
  /** Of the kinds of UiTdatabank, null for none. Absent: as it was. */
  kindId: z.optional(z.nullable(z.string().check(z.maxLength(limits.idMax)))),
  /** The version that was edited; another one in between is a conflict (409). Absent for a new activity. */
  version: z.optional(z.int()),
});
export type ActivityInput = z.infer<typeof ActivityInput>;

export const DeskActivity = z.object({
  activityId: Id,
  organisationId: Id,
  organisationName: z.string(),
  version: z.int(),
  title: z.string(),
  place: z.string(),
  points: z.int(),
  limit: z.nullable(CheckInLimit),
  marginBeforeMin: z.nullable(z.int()),
  marginAfterMin: z.nullable(z.int()),
  occurrences: z.array(
    z.object({
      occurrenceId: Id,
      startsAt: Instant,
      endsAt: Instant,
      opensAt: Instant,
      closesAt: Instant,
      /** It does not take place, and why. */
      cancelledBecause: z.optional(z.string()),
    }),
  ),
  schedule: Schedule,
  priceClasses: z.array(PriceClass),
  cardSystemIds: z.array(z.string()),
  /** What kind of activity it is, in the words of UiTdatabank. */
  kind: z.optional(z.nullable(ActivityKind)),
  /** It came from UiTdatabank: what stands there, and which of it is otherwise here. */
  imported: z.optional(
    z.object({ eventId: z.string(), there: EventFacts, differs: z.array(z.enum(EVENT_FIELDS)) }),
  ),
  warnings: z.array(z.enum(HEALTH_WARNINGS)),
  checkInsToday: z.int(),
  mayWrite: z.boolean(),
});
export type DeskActivity = z.infer<typeof DeskActivity>;

/** GET /api/activities?organisationId=&nisCode=&from=&until=&q=&when=open|today|coming|attention|past|all&page=1; both days included. */
export const ActivityList = z.object({
  activities: z.array(DeskActivity),
  total: z.int(),
  page: z.int(),
  pageSize: z.int(),
  /** Municipalities to choose among. */
  places: z.optional(z.array(z.object({ nisCode: z.string(), name: z.string() }))),
});
export type ActivityList = z.infer<typeof ActivityList>;
// GET /api/activities/:id -> DeskActivity; POST /api/activities (ActivityInput) -> DeskActivity; PUT /api/activities/:id
// (ActivityInput with version) -> DeskActivity; 409 code 'changed-meanwhile'.

/** POST /api/activities/:id/occurrences/:occurrenceId/cancel -> DeskActivity. Without a reason it takes place after all. */
export const CancelOccurrence = z.object({
  because: z.nullable(text(limits.reasonMax)),
  version: z.int(),
});
export type CancelOccurrence = z.infer<typeof CancelOccurrence>;

/** GET /api/card-systems -> those of the region, by name. */
export const CardSystems = z.object({
  cardSystems: z.array(z.object({ cardSystemId: z.string(), name: z.string() })),
});
export type CardSystems = z.infer<typeof CardSystems>;

export const DeskCheckIn = z.object({
  commandId: Id,
  /** Trusted time of the visit. */
  at: Instant,
  receivedAt: Instant,
  /** Masked: the desk's list is often on a screen others see. */
  card: z.string(),
  deviceName: z.string(),
  outcome: z.enum(OUTCOMES),
  code: z.optional(RulingCode),
  because: z.optional(Because),
  points: z.int(),
  undone: z.boolean(),
  way: z.string(),
});
export type DeskCheckIn = z.infer<typeof DeskCheckIn>;

/** GET /api/activities/:id/check-ins?day=2026-11-23 (civil day, default today): newest first. */
export const CheckInList = z.object({
  checkIns: z.array(DeskCheckIn),
  /** Of the whole day: what the phone showed, where its ruling says something else now. */
  changed: z.array(z.extend(DeskCheckIn, { shown: z.enum(VERDICTS) })),
  totals: z.object({ scanned: z.int(), counted: z.int(), points: z.int(), toLookAt: z.int() }),
  /** What the region offers for taking a visit back; none: the desk writes it. Absent from an older server. */
  undoReasons: z.optional(z.array(z.string())),
  /** Phones that still owe commands: "phone 3 owes 41-57". */
  owing: z.array(
    z.object({
      deviceId: Id,
      deviceName: z.string(),
      from: z.int(),
      to: z.int(),
      lastSeenAt: z.nullable(Instant),
    }),
  ),
});
export type CheckInList = z.infer<typeof CheckInList>;
// POST /api/check-ins/:commandId/undo {reason} -> DeskCheckIn (an undo command of the desk).

/** GET /api/desk/stream: server-sent events `changed` with this as data; the screen then reads again. */
export const DeskEvent = z.object({
  topic: z.enum(['check-ins', 'devices', 'activities', 'tasks']),
  activityId: z.optional(Id),
});
export type DeskEvent = z.infer<typeof DeskEvent>;

/** POST /api/cards/look-up */
export const CardLookUp = z.object({ number: z.string().check(z.maxLength(40)) });
export type CardLookUp = z.infer<typeof CardLookUp>;
const PastVisit = z.object({
  commandId: Id,
  at: Instant,
  receivedAt: Instant,
  title: z.string(),
  organisationName: z.string(),
  deviceName: z.string(),
  outcome: z.enum(OUTCOMES),
  code: z.optional(RulingCode),
  points: z.int(),
  undone: z.boolean(),
});

/** The newest visits of a person, and what came of them. */
export const VisitPast = z.object({
  visitsThisYear: z.int(),
  /** Points at the end of each of the last twelve months, oldest first. */
  pointsByMonth: z.array(z.int()),
  visits: z.array(PastVisit),
});
export type VisitPast = z.infer<typeof VisitPast>;

export const CardFile = z.object({
  /** Of a group pass, for who may see it. */
  groupPass: z.optional(GroupPassFile),
  number: z.string(),
  cardSystemName: z.string(),
  kind: z.enum(['card', 'digital', 'group-pass']),
  state: z.enum(CARD_STATES),
  stateSince: Instant,
  /** First name only: card in hand, any counter of the card system. */
  firstName: z.nullable(z.string()),
  /** Only for who may read the file of that person. */
  passholderId: z.optional(Id),
  points: z.nullable(z.int()),
  visitsThisYear: z.int(),
  /** Points at the end of each of the last twelve months, oldest first. */
  pointsByMonth: z.array(z.int()),
  history: z.array(PastVisit),
  /** Where that person was is for who may read the file: nothing of it stands here. */
  pastHidden: z.optional(z.boolean()),
});
export type CardFile = z.infer<typeof CardFile>;
// 404 codes: 'card-unknown' (well-formed, not of this region); 422 'number-length' | 'number-not-a-digit' | 'number-digit-12' | 'number-check-digit'.

/** POST /api/paper-lists: each row becomes a command of this desk. The same request id again changes nothing. */
export const PaperListInput = z.object({
  requestId: Id,
  activityId: Id,
  reason: text(limits.reasonMax),
  rows: z
    .array(z.object({ number: z.string().check(z.maxLength(40)), at: Moment }))
    .check(z.minLength(1), z.maxLength(limits.paperListRowsMax)),
});
export type PaperListInput = z.infer<typeof PaperListInput>;
export const PaperListResult = z.object({
  rows: z.array(
    z.object({
      row: z.int(),
      /** Absent when the row was no card number: then nothing was stored for it. */
      outcome: z.optional(z.enum(OUTCOMES)),
      code: z.optional(z.string()),
      because: z.optional(Because),
      points: z.int(),
    }),
  ),
});
export type PaperListResult = z.infer<typeof PaperListResult>;

const SeqRange = z.tuple([z.int().check(z.minimum(1)), z.int().check(z.maximum(limits.seqMax))]);

/** Held scans of one phone with the same reason. */
export const HeldGroup = z.object({
  deviceId: Id,
  deviceName: z.string(),
  organisationName: z.string(),
  deviceState: z.enum(['pending', 'active', 'refused', 'revoked']),
  revokedAt: z.nullable(Instant),
  reason: z.enum(HELD_REASONS),
  count: z.int(),
  /** Not check-ins but undos of check-ins. */
  undos: z.int(),
  /** First and last moment as the phone's clock said. */
  claimed: z.tuple([Instant, Instant]),
  /** Between these two they surely were made: the phone's last contact before, and when they came. */
  bracket: z.tuple([Instant, Instant]),
  receivedAt: Instant,
  activities: z.array(z.object({ activityId: Id, title: z.string(), count: z.int() })),
  /** The first of them, as many as one decision takes. */
  seqs: z.array(SeqRange),
  mayDecide: z.boolean(),
});
export type HeldGroup = z.infer<typeof HeldGroup>;

export const HeldDecisionRow = z.object({
  decisionId: Id,
  deviceName: z.string(),
  reason: z.enum(HELD_REASONS),
  decision: z.enum(HELD_DECISIONS),
  why: z.string(),
  count: z.int(),
  counted: z.int(),
  decidedAt: Instant,
  decidedBy: z.string(),
  /** Another decision followed it. */
  reversedAt: z.nullable(Instant),
  mayDecide: z.boolean(),
});
export type HeldDecisionRow = z.infer<typeof HeldDecisionRow>;

/** GET /api/quarantine?organisationId= : what waits for a decision, and the last decisions. */
export const Quarantine = z.object({
  groups: z.array(HeldGroup),
  decisions: z.array(HeldDecisionRow),
  /** There are more held scans than this answer read. */
  more: z.boolean(),
});
export type Quarantine = z.infer<typeof Quarantine>;

/** GET /api/devices/:id/quarantine?reason= : the scans of one group, to choose among. */
export const HeldScans = z.object({
  scans: z.array(
    z.object({
      seq: z.int(),
      kind: z.enum(['check-in', 'undo-check-in', 'unknown']),
      at: Instant,
      bracket: z.tuple([Instant, Instant]),
      receivedAt: Instant,
      title: z.nullable(z.string()),
      /** Masked. */
      card: z.string(),
    }),
  ),
});
export type HeldScans = z.infer<typeof HeldScans>;

/** POST /api/devices/:id/quarantine -> HeldDecided: exactly the scans that were on the screen. */
export const HeldDecisionInput = z.object({
  reason: z.enum(HELD_REASONS),
  seqs: z.array(SeqRange).check(z.minLength(1), z.maxLength(limits.heldDecidedMax)),
  decision: z.enum(HELD_DECISIONS),
  /** Needed for a refusal. */
  why: lineOf(limits.reasonMax),
});
export type HeldDecisionInput = z.infer<typeof HeldDecisionInput>;
/** `count` is 0 when somebody else had decided already. */
export const HeldDecided = z.object({ count: z.int(), counted: z.int() });
export type HeldDecided = z.infer<typeof HeldDecided>;
// POST /api/quarantine-decisions/:id/reverse {why} -> HeldDecided: refused scans are accepted after all, accepted visits undone.

export const DeskDevice = z.object({
  deviceId: Id,
  name: z.string(),
  organisationId: Id,
  organisationName: z.string(),
  activities: z.array(z.object({ activityId: Id, title: z.string() })),
  state: z.enum(['pending', 'active', 'refused', 'revoked']),
  /** While pending: the two words that must be on the phone too. */
  words: z.nullable(z.tuple([z.string(), z.string()])),
  requestedAt: Instant,
  enrolledAt: z.nullable(Instant),
  revokedAt: z.nullable(Instant),
  /** Somebody said that it was lost; it is revoked since then. */
  lostAt: z.nullable(Instant),
  lastSeenAt: z.nullable(Instant),
  platform: z.string(),
  appVersion: z.string(),
  /** Commands the server knows to exist but does not have yet: how many, and the first of which they are. */
  owes: z.int(),
  owed: z.array(SeqRange),
  quarantined: z.int(),
  /** Its commands up to here are in custody. */
  inCustody: z.int(),
  replaces: z.nullable(Id),
  report: z.nullable(PhoneReport),
});
export type DeskDevice = z.infer<typeof DeskDevice>;
/** GET /api/devices?organisationId= */
export const DeviceList = z.object({
  devices: z.array(DeskDevice),
  /** For two weeks after the database was put back from a backup. */
  restored: z.nullable(
    z.object({
      at: Instant,
      /** When that backup was made. */
      from: Instant,
      /** Phones that were enrolled then; those that had contact since; those still awaited. */
      phones: z.int(),
      heard: z.int(),
      awaited: z.array(z.object({ deviceId: Id, name: z.string(), lastSeenAt: z.nullable(Instant) })),
      /** Scans of before that moment that came in since. */
      again: z.int(),
    }),
  ),
});
export type DeviceList = z.infer<typeof DeviceList>;
// POST /api/devices/:id/approve {words: [a, b]} | /refuse {} | /rename {name} | /revoke {} | /lost {} -> DeskDevice

/** POST /api/rescue: the file that a phone made of its unsent scans, as base64url -> RescueOutcome. */
export const BringRescue = z.object({ bundle: z.string().check(z.maxLength(limits.rescueTextMax)) });
export type BringRescue = z.infer<typeof BringRescue>;
export const DeskRescue = z.object({
  rescueId: Id,
  deviceId: Id,
  deviceName: z.string(),
  broughtAt: Instant,
  /** A colleague, or the phone that carried it. */
  broughtBy: z.string(),
  ...z.omit(RescueOutcome, { device: true, name: true, undos: true }).shape,
});
export type DeskRescue = z.infer<typeof DeskRescue>;
/** GET /api/rescue?organisationId= -> the newest first. */
export const DeskRescues = z.object({ rescues: z.array(DeskRescue) });
export type DeskRescues = z.infer<typeof DeskRescues>;

/** POST /api/enrol-links */
export const EnrolLinkInput = z.object({
  organisationId: Id,
  activityIds: z.array(Id).check(z.minLength(1), z.maxLength(limits.deviceActivitiesMax)),
  /** The phone that takes the place of this one, of the same organisation. */
  replaces: z.optional(Id),
});
export type EnrolLinkInput = z.infer<typeof EnrolLinkInput>;
export const EnrolLink = z.object({
  linkId: Id,
  /** Shown once: the server keeps only its hash. `code` as typed by hand, `url` with the code in the fragment. */
  code: z.string(),
  url: z.string(),
  /** SVG of the QR of `url`. */
  qrSvg: z.string(),
  expiresAt: Instant,
});
export type EnrolLink = z.infer<typeof EnrolLink>;
/** GET /api/enrol-links/:id -> has a phone used it, and which one waits for approval? */
export const EnrolLinkState = z.object({
  state: z.enum(['open', 'used', 'expired']),
  device: z.nullable(DeskDevice),
});
export type EnrolLinkState = z.infer<typeof EnrolLinkState>;
