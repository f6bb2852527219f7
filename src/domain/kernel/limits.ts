// Every maximum of the product in one place: each loop, queue, list and text has a limit.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const limits = {
  /** Highest sequence number of a device: a 32-bit column, a scan a second for 68 years. */
  seqMax: 2_147_483_647,
  /** Commands in one sync request. */
  batchCommandsMax: 500,
  /** Characters of one envelope or payload; a check-in needs about 400. */
  commandTextMax: 4_096,
  /** Bytes of one request body, after decompression. */
  bodyBytesMax: 2 * 1024 * 1024,
  /** Brackets within brackets, and brackets and commas in all, of one body; a full batch is 5 deep and has 3,000. */
  jsonDepthMax: 32,
  jsonPartsMax: 50_000,
  /** Contiguous runs in one request: normally one, more only after a gap or a rescue. */
  batchRunsMax: 16,
  /** Rulings and visits of others in one answer; the rest follows with the next request. */
  feedItemsMax: 2_000,
  /** Commands beyond a gap that are read at once, and that the gaps of one answer are told from. */
  heldPageMax: 1_000,
  /** Commands beyond a filled gap that one request passes over; the next request goes on. */
  heldPassedMax: 5_000,
  /** Activities one phone can be enrolled for. */
  deviceActivitiesMax: 20,
  /** Enrol link: single use and short-lived (offline-and-sync part 4). */
  enrolLinkMs: 10 * MINUTE_MS,
  /** A phone waits this long for the coordinator's approval. */
  enrolApprovalMs: 30 * MINUTE_MS,
  /** The same card within this time on one phone is one scan. */
  sameScanMs: 5 * SECOND_MS,
  /** Undo stays on the verdict for this long; afterwards from the list. */
  undoInPlaceMs: 10 * SECOND_MS,
  /** A phone may undo its own scan for this long; later only a desk can. */
  undoByPhoneMs: DAY_MS,
  /** Settled commands stay on the phone this long, so that a restored server gets them again. */
  settledKeptMs: 14 * DAY_MS,
  /** The roster lives this long after the last enrolled occurrence ... */
  rosterAfterOccurrenceMs: 12 * HOUR_MS,
  /** ... and never longer than this after it was built. */
  rosterMaxAgeMs: 72 * HOUR_MS,
  /** Changed cards that travel as changes, and that a phone keeps beside its file; beyond them the whole file is cheaper. */
  rosterChangesMax: 20_000,
  /** A phone clock further off than this is warned about in pre-flight. */
  clockSkewWarnMs: 2 * MINUTE_MS,
  /** "Oldest unsent" older than this while online is an alarm. */
  unsentAlarmMs: MINUTE_MS,
  syncTimeoutMs: 20 * SECOND_MS,
  syncPollMs: MINUTE_MS,
  syncBackoffMaxMs: MINUTE_MS,
  /** A revoked phone that owes nothing looks this seldom whether somebody decided about its scans. */
  syncRevokedPollMs: HOUR_MS,
  accessTokenMs: 15 * MINUTE_MS,
  /** Every answer that a phone may name as its anchor is remembered this long; of older ones the first of each hour. */
  anchorsAllKeptMs: 7 * DAY_MS,
  /** After its end an enrol link still says for this long that it was used, or came too late. */
  enrolLinkKeptMs: 30 * DAY_MS,
  /** An invitation that is over is still listed as such for this long. */
  invitationKeptMs: 30 * DAY_MS,
  /** To whom a letter went, without its text; one that could not leave in a month has no link that still works. */
  mailKeptMs: 30 * DAY_MS,
  /** Rows that housekeeping deletes in one transaction, and in one round of a table. */
  tidyBatchRows: 5_000,
  tidyRoundRows: 500_000,
  /** Entries of the audit that one block seals. */
  auditBlockEntriesMax: 500,
  /** Entries on one page of the screen, and in one piece of an export. */
  auditPageRows: 50,
  auditExportRows: 500,
  /** Of each kind in the copy for the person: a lifetime of visits. */
  copyRowsMax: 10_000,
  /** In the list to choose from: a region has hundreds of people. */
  auditPeopleMax: 5_000,
  /** Sensitive acts want a proof of who one is, no older than this (ASVS 7.5.3). */
  freshProofMs: 10 * MINUTE_MS,
  /** An invitation outlives a weekend. */
  invitationMs: 3 * DAY_MS,
  /** An amount at a counter: a million euros is a typing error. */
  centsMax: 100_000_000,
  percentMax: 100,
  ageMax: 125,
  priceRulesMax: 60,
  distributionKeysMax: 40,
  keyNameMax: 60,
  /** A voucher for every child of a region. */
  voucherUsesMax: 100_000,
  /** A council decides at most so far ahead, and a setting may begin so late. */
  settingAheadDays: 731,
  settingListMax: 50,
  settingTextMax: 300,
  settingReasonMax: 80,
  posterHeadingMax: 60,
  posterHelpMax: 120,
  personNameMax: 80,
  /** Eleven figures with signs between them. */
  inszTextMax: 20,
  groupPassTicketsMax: 5_000,
  groupPassesShownMax: 500,
  /** A note is a sentence or two, and a file no diary. */
  noteTextMax: 300,
  notesMax: 50,
  /** Publiq limits both and tells no numbers; parents who live apart, and a grandparent, fit. */
  familyMembersMax: 14,
  familyAdultsMax: 6,
  familiesOfOneMax: 2,
  /** Associations and schools of a region that a list shows at once. */
  associationsShownMax: 2_000,
  /** A membership by birth date may last until somebody is very old. */
  associationMonthsMax: 1_500,
  /** Whose membership ends within so many days may renew it; a member may have begun so long ago, and go on so far ahead. */
  memberRenewDays: 92,
  memberBackDays: 731,
  memberAheadDays: 3_660,
  memberPageRows: 50,
  memberSheetRows: 20_000,
  membersRenewedMax: 200,
  /** One card for each card system of a region. */
  mergeCardsMax: 20,
  /** What is typed in the one box, and how much of it is looked for. */
  searchTextMax: 120,
  searchWordsMax: 6,
  /** A name that a program gave to something. */
  idMax: 64,
  cityMax: 80,
  streetMax: 120,
  phoneMax: 30,
  /** A kansenstatuut ends at most so many days ahead: 30 April of next year is never further than 16 months. */
  kansenstatuutDaysMax: 731,
  emailMax: 254,
  passwordMin: 12,
  passwordMax: 128,
  /** A paper list reaches back this far. */
  paperListBackMs: 31 * DAY_MS,
  paperListRowsMax: 300,
  /** The year 2100: no activity begins or ends later, and every calendar can show it. */
  instantMax: 4_102_444_800_000,
  organisationNameMax: 80,
  activityTitleMax: 120,
  /** What a phone holds of one activity: apps that are installed refuse more. */
  activityOccurrencesMax: 200,
  /** Times of day in a week of opening hours: three for each day. */
  scheduleHoursMax: 21,
  /** Holidays and closing days of one activity. */
  scheduleExceptionsMax: 60,
  priceClassesMax: 12,
  priceLabelMax: 60,
  deviceNameMax: 40,
  reasonMax: 300,
  /** Held scans that one decision rules, in one transaction; the rest is shown again. */
  heldDecidedMax: 2_000,
  /** Unsent commands in one rescue bundle; whoever has more makes several. */
  rescueCommandsMax: 5_000,
  /** Contiguous runs in one: full ones of 500, and what lies between gaps. */
  rescueRunsMax: 40,
  /** A bundle as it travels, in bytes and as base64url: it fits in one request. */
  rescueBytesMax: 1_500_000,
  rescueTextMax: 2_000_000,
  /** Its body after decompression: 5,000 commands of 1,600 characters. */
  rescueBodyMax: 8 * 1024 * 1024,
  /** Bundles of other phones that wait on one phone. */
  rescueCarriedMax: 50,
  /** A carrier asks again for a bundle without a signed answer after a minute, later more seldom, but never more seldom than this. */
  rescueUnheardRetryMaxMs: 15 * MINUTE_MS,
  /** And so long after a refusal that may change: a phone that is approved later, a server that is renewed. */
  rescueRefusedRetryMs: HOUR_MS,
  /** The desk shows this long what a restored database got again, and a phone what became of what it carried. */
  rescueShownMs: 14 * DAY_MS,
  /** Held scans that a desk reads at once. */
  heldReadMax: 20_000,
  /** The picture of a pass holder: as it is chosen, as it is kept, and that as base64url. Its longest side in pixels. */
  pictureChosenBytesMax: 30 * 1024 * 1024,
  pictureBytesMax: 60_000,
  pictureBase64Max: 80_000,
  pictureSideMax: 480,
  /** A sheet that somebody hands in: its bytes, those as base64, what it unpacks to, and what it may hold. */
  sheetBytesMax: 1_500_000,
  sheetBase64Max: 2_000_000,
  sheetUnpackedMax: 20 * 1024 * 1024,
  sheetRowsMax: 25_000,
  sheetColumnsMax: 60,
  sheetCellMax: 500,
  /** New cards in one delivery; a region of 600,000 people gets a few thousand a year. */
  deliveryCardsMax: 50_000,
  /** Cards in one box that goes from one cupboard to another, and the stretches of numbers in it. */
  transferCardsMax: 10_000,
  transferRangesMax: 500,
  /** Events of UiTdatabank in one import; a region of 18 municipalities has some five thousand at once. */
  importEventsMax: 10_000,
  /** Events that go up at once, the text of one without its pictures and descriptions, and of all of those at once. */
  importPieceEvents: 100,
  importEventTextMax: 64_000,
  importPieceTextMax: 1_000_000,
  /** A page that the server fetches: events, bytes, and how long it may take. */
  importPageEvents: 50,
  importPageBytesMax: 8 * 1024 * 1024,
  importPagePartsMax: 400_000,
  importFetchMs: 20 * SECOND_MS,
  /** Dates of one event that are looked through; most of them are over. */
  importDatesMax: 2_000,
  /** Rows that are stored in one request, and shown at once; how long an import can be looked at. */
  importStoreRows: 50,
  importPageRows: 50,
  importKeptMs: 31 * DAY_MS,
  importAddressMax: 1_000,
  importKeyMax: 200,
  /** People in one list that is carried out, and what is kept of a cell as it stood there. */
  bulkRowsMax: 10_000,
  bulkCellMax: 40,
  /** Rows of such a list that are shown at once. */
  bulkPageRows: 50,
  /** People in one page of a file. */
  bulkExportRows: 2_000,
  /** A list that nobody started goes after a week; one that is over, when a question about it is no longer likely. */
  bulkDraftKeptMs: 7 * DAY_MS,
  bulkKeptMs: 92 * DAY_MS,
  /** The work list of the kansenstatuut looks so far ahead and back, shows so many and gives so many to a sheet. */
  kansenstatuutSoonDaysMax: 366,
  kansenstatuutExpiredDays: 731,
  kansenstatuutPageRows: 50,
  kansenstatuutSheetRows: 20_000,
  /** Tasks of each kind of list that a counter sees; who did one still sees it for a month, and it is kept a season. */
  tasksShownMax: 200,
  taskShownMs: 31 * DAY_MS,
  taskKeptMs: 92 * DAY_MS,
} as const;
