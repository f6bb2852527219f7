// Every desk route for every person: allowed here, refused there, and an unknown id looks like a forbidden one to who may
// not see everything. Complete by construction: the routes come from the app itself.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { CheckInList, DeskActivity } from '#domain/desk-api.ts';
import { addCivilDays, civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { OrganisationFile } from '#domain/organisation-api.ts';
import { createApp } from '#server/app.ts';
import { addPerson } from '#server/auth/accounts.ts';
import { addTask } from '#server/tasks/service.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { startIdentityProvider, type IdentityProvider } from '#tests/_support/identity-provider.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';
import { PASSWORD, emailOf, staffRegions, type StaffedRegion } from '#tests/_support/staffed-region.ts';
import { APP_URL, openTestContext, type TestServer } from '#tests/_support/test-context.ts';

type Person = StaffedRegion['people'][number];
type Case = {
  route: string;
  path?: (ids: Ids) => string;
  query?: string;
  body?: (ids: Ids) => unknown;
  /** Who gets past the permission; everyone else is answered 403, the administrator of another region 404. */
  allowed: Person[];
  /** Needs a proof of who one is that is minutes old. */
  sensitive?: true;
  /** Acts on someone of the staff who is then gone: each person gets a new one. */
  usesUp?: true;
  /** Of the person himself: what is somebody else's does not exist, for anyone. */
  isOwn?: true;
};
type Ids = {
  organisationId: string;
  activityId: string;
  occurrenceId: string;
  agreementId: string;
  changeId: string;
  deviceId: string;
  linkId: string;
  commandId: string;
  invitationId: string;
  grantId: string;
  userId: string;
  decisionId: string;
  passholderId: string;
  transferId: string;
  settingId: number;
  entryId: string;
  voucherId: string;
  listId: string;
  exportId: string;
  familyId: string;
  groupPassId: string;
  associationId: string;
  termId: string;
  taskId: string;
  importId: string;
};

const ALL: Person[] = ['admin', 'desk', 'youth', 'bib', 'auditor', 'foreign'];
const NO_IDS: Ids = {
  organisationId: '',
  activityId: '',
  occurrenceId: '',
  agreementId: '',
  changeId: '',
  deviceId: '',
  linkId: '',
  commandId: '',
  invitationId: '',
  grantId: '',
  userId: '',
  decisionId: '',
  passholderId: '',
  transferId: '',
  settingId: 0,
  entryId: '',
  voucherId: '',
  listId: '',
  exportId: '',
  familyId: '',
  groupPassId: '',
  associationId: '',
  termId: '',
  taskId: '',
  importId: '',
};
/** The target of all of these is Bibliotheek Ieper: not the place of the youth worker of Diksmuide. */
const READERS: Person[] = ['admin', 'desk', 'bib', 'auditor'];
const WORKERS: Person[] = ['admin', 'desk', 'bib'];
const MANAGERS: Person[] = ['admin', 'bib'];
/** Who may write activities somewhere. */
const WRITERS: Person[] = ['admin', 'desk', 'youth', 'bib', 'foreign'];

const AN_ASSOCIATION = {
  ...{ kind: 'association', name: 'Turnkring', nisCode: IEPER, organisationId: null },
  ...{ organisationReads: false, organisationWrites: false, endRule: 'custom', endMonths: null },
} as const;

const activity = ({ organisationId }: Ids) => ({
  organisationId,
  title: 'Proef',
  place: 'Hier',
  points: 1,
  limit: null,
  marginBeforeMin: null,
  marginAfterMin: null,
  occurrences: [{ startsAt: 1, endsAt: 2 }],
  version: 0,
});

const organisation = () => ({
  ...{ name: 'Nieuw', kind: 'region', nisCode: null, kboNumber: '', version: 0 },
  ...{ contactName: '', contactEmail: '', contactPhone: '', cardSystemIds: [] },
});

const delivery = ({ organisationId }: Ids) => ({
  deliveryId: crypto.randomUUID(),
  organisationId,
  cardSystemId: 'x',
  reference: 'doos 1',
  file: '',
});

const WORK_LIST = { view: 'soon', cardSystemId: 'x', soonDays: 30, sort: 'until', page: 1 };

const NO_PASSKEY = {
  id: 'x',
  rawId: 'x',
  type: 'public-key',
  response: { clientDataJSON: 'x' },
  clientExtensionResults: {},
};

const CASES: Case[] = [
  { route: 'GET /api/me', allowed: ALL },
  { route: 'GET /api/activities', allowed: ALL },
  { route: 'GET /api/activities/:id', path: (ids) => `/api/activities/${ids.activityId}`, allowed: READERS },
  {
    route: 'GET /api/activities/:id/tariffs',
    path: (ids) => `/api/activities/${ids.activityId}/tariffs`,
    allowed: READERS,
  },
  { route: 'POST /api/activities', body: activity, allowed: WORKERS },
  {
    route: 'PUT /api/activities/:id',
    path: (ids) => `/api/activities/${ids.activityId}`,
    body: activity,
    allowed: WORKERS,
  },
  {
    route: 'POST /api/activities/:id/occurrences/:occurrenceId/cancel',
    path: (ids) => `/api/activities/${ids.activityId}/occurrences/${ids.occurrenceId}/cancel`,
    body: () => ({ because: 'zaal bezet', version: 0 }),
    allowed: WORKERS,
  },
  {
    route: 'GET /api/activities/:id/poster',
    path: (ids) => `/api/activities/${ids.activityId}/poster`,
    allowed: WORKERS,
  },
  {
    route: 'POST /api/activities/:id/poster',
    path: (ids) => `/api/activities/${ids.activityId}/poster`,
    body: () => ({}),
    allowed: WORKERS,
  },
  {
    route: 'GET /api/activities/:id/poster.pdf',
    path: (ids) => `/api/activities/${ids.activityId}/poster.pdf`,
    allowed: WORKERS,
  },
  {
    route: 'POST /api/activities/:id/take-over',
    path: (ids) => `/api/activities/${ids.activityId}/take-over`,
    body: () => ({ field: 'title', version: 0 }),
    allowed: WORKERS,
  },
  { route: 'GET /api/uitdatabank/source', allowed: WRITERS },
  {
    route: 'PUT /api/uitdatabank/source',
    body: () => ({ url: 'geen adres' }),
    allowed: ['admin', 'foreign'],
    sensitive: true,
  },
  { route: 'GET /api/uitdatabank/imports', allowed: WRITERS },
  {
    route: 'POST /api/uitdatabank/imports',
    body: (ids) => ({
      importId: crypto.randomUUID(),
      organisationId: ids.organisationId,
      source: { kind: 'file', name: 'proef.json', total: 1 },
    }),
    allowed: WORKERS,
  },
  {
    route: 'GET /api/uitdatabank/imports/:id',
    path: (ids) => `/api/uitdatabank/imports/${ids.importId}`,
    allowed: WORKERS,
  },
  {
    route: 'GET /api/uitdatabank/imports/:id/rows',
    path: (ids) => `/api/uitdatabank/imports/${ids.importId}/rows`,
    allowed: WORKERS,
  },
  ...(
    [
      ['pieces', () => ({ start: 0, texts: ['{}'] })],
      ['fetch', () => ({})],
      ['organisers', (ids: Ids) => ({ key: 'x', organisationId: ids.organisationId })],
      ['store', () => ({})],
    ] as const
  ).map(([what, body]) => ({
    route: `POST /api/uitdatabank/imports/:id/${what}`,
    path: (ids: Ids) => `/api/uitdatabank/imports/${ids.importId}/${what}`,
    body,
    allowed: WORKERS,
  })),
  {
    route: 'POST /api/uitdatabank/imports/:id/rows/:row/call-off',
    path: (ids) => `/api/uitdatabank/imports/${ids.importId}/rows/0/call-off`,
    body: () => ({}),
    allowed: WORKERS,
  },
  { route: 'GET /api/card-systems', allowed: ALL },
  { route: 'GET /api/organisations', allowed: ['admin', 'desk', 'bib', 'auditor', 'foreign'] },
  { route: 'GET /api/organisations/choices', allowed: ['admin', 'desk', 'bib', 'auditor', 'foreign'] },
  { route: 'POST /api/organisations', body: organisation, allowed: ['admin', 'foreign'] },
  {
    route: 'GET /api/organisations/:id',
    path: (ids) => `/api/organisations/${ids.organisationId}`,
    allowed: READERS,
  },
  {
    route: 'PUT /api/organisations/:id',
    path: (ids) => `/api/organisations/${ids.organisationId}`,
    body: organisation,
    allowed: ['admin'],
  },
  {
    route: 'POST /api/organisations/:id/agreements',
    path: (ids) => `/api/organisations/${ids.organisationId}/agreements`,
    body: () => ({
      agreementId: crypto.randomUUID(),
      fromDay: '2026-01-02',
      untilDay: '2026-01-01',
      note: '',
    }),
    allowed: ['admin'],
  },
  {
    route: 'POST /api/organisations/:id/agreements/:agreementId/end',
    path: (ids) => `/api/organisations/${ids.organisationId}/agreements/${ids.agreementId}/end`,
    body: () => ({ untilDay: '2020-01-01', because: 'stopt' }),
    allowed: ['admin'],
  },
  {
    route: 'POST /api/organisations/:id/iban',
    path: (ids) => `/api/organisations/${ids.organisationId}/iban`,
    body: () => ({ iban: 'BE00', because: 'nieuwe bank' }),
    allowed: MANAGERS,
    sensitive: true,
  },
  {
    route: 'POST /api/organisations/:id/iban/:changeId/confirm',
    path: (ids) => `/api/organisations/${ids.organisationId}/iban/${ids.changeId}/confirm`,
    body: () => ({ iban: 'BE00' }),
    allowed: ['admin'],
    sensitive: true,
  },
  {
    route: 'POST /api/organisations/:id/iban/:changeId/withdraw',
    path: (ids) => `/api/organisations/${ids.organisationId}/iban/${ids.changeId}/withdraw`,
    body: () => ({ because: 'vergist' }),
    allowed: MANAGERS,
  },
  { route: 'GET /api/devices', allowed: ALL },
  { route: 'GET /api/desk/stream', allowed: ALL },
  {
    route: 'POST /api/enrol-links',
    body: (ids) => ({ organisationId: ids.organisationId, activityIds: [ids.activityId] }),
    allowed: WORKERS,
  },
  { route: 'GET /api/enrol-links/:id', path: (ids) => `/api/enrol-links/${ids.linkId}`, allowed: WORKERS },
  {
    route: 'GET /api/activities/:id/check-ins',
    path: (ids) => `/api/activities/${ids.activityId}/check-ins`,
    allowed: READERS,
  },
  {
    route: 'POST /api/check-ins/:id/undo',
    path: (ids) => `/api/check-ins/${ids.commandId}/undo`,
    body: () => ({ reason: 'vergist' }),
    allowed: WORKERS,
  },
  {
    route: 'POST /api/paper-lists',
    body: (ids) => ({
      requestId: crypto.randomUUID(),
      activityId: ids.activityId,
      reason: 'geen stroom',
      rows: [{ number: 'geen nummer', at: 1 }],
    }),
    allowed: WORKERS,
  },
  { route: 'POST /api/auth/prove', body: () => ({ password: PASSWORD }), allowed: ALL },
  { route: 'GET /api/account', allowed: ALL },
  { route: 'POST /api/account/name', body: () => ({ name: 'Naam' }), allowed: ALL },
  {
    route: 'POST /api/account/password',
    body: () => ({ currentPassword: PASSWORD, newPassword: PASSWORD }),
    allowed: ALL,
  },
  { route: 'POST /api/account/end-other-sessions', body: () => ({}), allowed: ALL },
  ...['totp/begin', 'totp/confirm', 'totp/remove', 'recovery-codes'].map((what) => ({
    route: `POST /api/account/${what}`,
    body: () => ({ code: '000000' }),
    allowed: ALL,
    sensitive: true as const,
  })),
  {
    route: 'POST /api/account/passkeys/begin',
    body: () => ({}),
    allowed: ALL,
    sensitive: true,
  },
  {
    route: 'POST /api/account/passkeys/finish',
    body: () => ({ name: 'Sleutel', answer: NO_PASSKEY }),
    allowed: ALL,
    sensitive: true,
  },
  {
    route: 'POST /api/account/passkeys/:id/remove',
    path: () => `/api/account/passkeys/${crypto.randomUUID()}/remove`,
    body: () => ({}),
    allowed: [],
    isOwn: true,
  },
  ...['link', 'unlink'].map((what) => ({
    route: `POST /api/account/provider/${what}`,
    body: () => ({}),
    allowed: ALL,
    sensitive: true as const,
  })),
  { route: 'POST /api/auth/prove/passkey', body: () => ({ answer: NO_PASSKEY }), allowed: ALL },
  {
    route: 'POST /api/account/sessions/:id/end',
    path: () => `/api/account/sessions/${crypto.randomUUID()}/end`,
    body: () => ({}),
    allowed: [],
    isOwn: true,
  },
  { route: 'GET /api/staff', allowed: ['admin', 'bib', 'foreign'] },
  {
    route: 'POST /api/staff/invitations',
    body: (ids) => ({
      email: 'nieuw@test.invalid',
      role: 'youth-worker',
      place: { kind: 'organisation', organisationId: ids.organisationId },
    }),
    allowed: MANAGERS,
    sensitive: true,
  },
  {
    route: 'POST /api/staff/invitations/:id/withdraw',
    path: (ids) => `/api/staff/invitations/${ids.invitationId}/withdraw`,
    body: () => ({}),
    usesUp: true,
    allowed: MANAGERS,
  },
  {
    route: 'POST /api/staff/grants/:id/withdraw',
    path: (ids) => `/api/staff/grants/${ids.grantId}/withdraw`,
    body: () => ({}),
    usesUp: true,
    allowed: MANAGERS,
    sensitive: true,
  },
  ...['sign-out', 'password-link', 'remove-second-step'].map((verb) => ({
    route: `POST /api/staff/:id/${verb}`,
    path: (ids: Ids) => `/api/staff/${ids.userId}/${verb}`,
    body: () => ({}),
    usesUp: true as const,
    allowed: MANAGERS,
    sensitive: true as const,
  })),
  { route: 'GET /api/quarantine', allowed: ALL },
  {
    route: 'GET /api/devices/:id/quarantine',
    path: (ids) => `/api/devices/${ids.deviceId}/quarantine?reason=device-revoked`,
    allowed: READERS,
  },
  {
    route: 'POST /api/devices/:id/quarantine',
    path: (ids) => `/api/devices/${ids.deviceId}/quarantine`,
    body: () => ({ reason: 'device-revoked', seqs: [[1, 1]], decision: 'accept', why: '' }),
    allowed: WORKERS,
  },
  {
    route: 'POST /api/quarantine-decisions/:id/reverse',
    path: (ids) => `/api/quarantine-decisions/${ids.decisionId}/reverse`,
    body: () => ({ why: 'vergist' }),
    allowed: WORKERS,
  },
  { route: 'GET /api/rescue', allowed: ALL },
  // Whoever works here may bring a bundle: it proves itself.
  {
    route: 'POST /api/rescue',
    body: () => ({ bundle: 'AAAA' }),
    allowed: ALL.filter((person) => person !== 'auditor'),
  },
  {
    route: 'POST /api/passholders/register',
    body: ({ organisationId }) => ({
      actId: crypto.randomUUID(),
      passholderId: crypto.randomUUID(),
      organisationId,
      registration: { kind: 'register', person: aPerson(), cardSystemId: 'x', number: stockCard(1).number },
    }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'GET /api/organisations/:id/counter',
    path: ({ organisationId }) => `/api/organisations/${organisationId}/counter`,
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/passholders/check-card',
    body: ({ organisationId }) => ({ organisationId, number: stockCard(1).number }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/passholders/arrivals',
    body: ({ organisationId }) => ({ organisationId, number: stockCard(1).number }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'GET /api/passholders/:id',
    path: ({ passholderId }) => `/api/passholders/${passholderId}`,
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/passholders/:id/copy',
    path: ({ passholderId }) => `/api/passholders/${passholderId}/copy`,
    body: () => ({}),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'PUT /api/passholders/:id/picture',
    path: ({ passholderId }) => `/api/passholders/${passholderId}/picture`,
    body: () => ({ data: null }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/passholders/:id/acts',
    path: ({ passholderId }) => `/api/passholders/${passholderId}/acts`,
    body: ({ organisationId }) => ({
      actId: crypto.randomUUID(),
      organisationId,
      basedOn: -1,
      act: { kind: 'block-card', number: stockCard(1).number, reason: 'lost' },
    }),
    allowed: ['admin', 'desk'],
  },
  // Which group passes one sees is in group-passes.test.ts.
  { route: 'GET /api/group-passes', allowed: ['admin', 'desk', 'bib', 'auditor', 'foreign'] },
  {
    route: 'POST /api/group-passes',
    body: ({ organisationId }) => ({
      ...{ groupPassId: crypto.randomUUID(), organisationId, number: stockCard(1).number, name: 'Groep' },
      ...{ holderId: organisationId, paysNis: IEPER, year: 2026, tickets: 1 },
    }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/group-passes/:id/acts',
    path: ({ groupPassId }) => `/api/group-passes/${groupPassId}/acts`,
    body: () => ({ kind: 'block' }),
    allowed: ['admin', 'desk'],
  },
  // Whose members one sees by name is in associations.test.ts; the library reads and writes those of its own association.
  { route: 'GET /api/associations', allowed: ['admin', 'desk', 'bib', 'auditor', 'foreign'] },
  {
    route: 'POST /api/associations',
    body: () => ({ associationId: crypto.randomUUID(), ...AN_ASSOCIATION }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/associations/:id/acts',
    path: ({ associationId }) => `/api/associations/${associationId}/acts`,
    body: () => ({ kind: 'resume' }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/associations/:id/members',
    path: ({ associationId }) => `/api/associations/${associationId}/members`,
    body: () => ({ view: 'all', text: '', page: 1 }),
    allowed: ['admin', 'desk', 'bib'],
  },
  {
    route: 'POST /api/associations/:id/members/sheet',
    path: ({ associationId }) => `/api/associations/${associationId}/members/sheet`,
    body: () => ({ view: 'all', text: '', page: 1 }),
    allowed: ['admin', 'desk', 'bib'],
    sensitive: true,
  },
  {
    route: 'POST /api/associations/:id/register',
    path: ({ associationId }) => `/api/associations/${associationId}/register`,
    body: ({ passholderId }) => ({
      ...{ termId: crypto.randomUUID(), who: { passholderId }, from: '2026-01-01', until: null },
    }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/associations/:id/renew',
    path: ({ associationId }) => `/api/associations/${associationId}/renew`,
    body: ({ termId }) => ({
      renewals: [{ termId, newTermId: crypto.randomUUID(), basedOn: '2026-01-01', until: null }],
    }),
    allowed: ['admin', 'desk', 'bib'],
  },
  {
    route: 'POST /api/associations/:id/stop',
    path: ({ associationId }) => `/api/associations/${associationId}/stop`,
    body: ({ termId }) => ({ termId, on: '2099-01-01', reason: 'asked' }),
    allowed: ['admin', 'desk', 'bib'],
  },
  {
    route: 'GET /api/passholders/:id/associations',
    path: ({ passholderId }) => `/api/passholders/${passholderId}/associations`,
    allowed: ['admin', 'desk'],
  },
  // Which families one sees, and of whom the name, is in families.test.ts.
  {
    route: 'GET /api/passholders/:id/families',
    path: ({ passholderId }) => `/api/passholders/${passholderId}/families`,
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/families',
    body: ({ organisationId, passholderId }) => ({
      familyId: crypto.randomUUID(),
      organisationId,
      members: [{ memberId: crypto.randomUUID(), passholderId }],
    }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'GET /api/families/:id',
    path: ({ familyId }) => `/api/families/${familyId}`,
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/families/:id/acts',
    path: ({ familyId }) => `/api/families/${familyId}/acts`,
    body: () => ({ kind: 'leave', memberId: crypto.randomUUID(), on: '2026-01-01' }),
    allowed: ['admin', 'desk'],
  },
  { route: 'GET /api/audit', allowed: ['admin', 'auditor', 'foreign'] },
  { route: 'GET /api/audit/people', allowed: ['admin', 'auditor', 'foreign'] },
  {
    route: 'POST /api/audit/subject',
    body: () => ({ number: stockCard(1).number }),
    allowed: ['admin', 'auditor', 'foreign'],
  },
  // Which place one may see and change is in settings.test.ts.
  { route: 'GET /api/settings', allowed: ['admin', 'desk', 'bib', 'auditor', 'foreign'] },
  {
    route: 'GET /api/settings/margin-reach',
    query: '?key=marginBeforeMin&from=2026-11-23',
    allowed: ['admin', 'desk', 'bib', 'auditor', 'foreign'],
  },
  {
    route: 'POST /api/settings',
    body: () => ({
      ...{ key: 'kansenstatuutProofsLeftOut', nisCode: IEPER, organisationId: null },
      ...{ value: ['geen'], from: '2026-11-23', reason: 'proef', basedOn: 0 },
    }),
    allowed: ['admin', 'desk'],
    sensitive: true,
  },
  {
    route: 'POST /api/settings/withdraw',
    body: ({ settingId }) => ({ settingId, reason: 'proef' }),
    allowed: ['admin', 'desk'],
    sensitive: true,
  },
  {
    route: 'GET /api/cash/entries/:id',
    path: ({ entryId }) => `/api/cash/entries/${entryId}`,
    allowed: ['admin', 'desk', 'auditor'],
  },
  {
    route: 'POST /api/cash/entries/:id/correct',
    path: ({ entryId }) => `/api/cash/entries/${entryId}/correct`,
    body: () => ({ entryId: crypto.randomUUID(), why: 'proef' }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'GET /api/tills/:id',
    path: ({ organisationId }) => `/api/tills/${organisationId}`,
    allowed: ['admin', 'desk', 'auditor'],
  },
  {
    route: 'GET /api/today/:id',
    path: ({ organisationId }) => `/api/today/${organisationId}`,
    allowed: READERS,
  },
  {
    route: 'POST /api/tills/:id/close',
    path: ({ organisationId }) => `/api/tills/${organisationId}/close`,
    body: () => ({
      ...{ closeId: crypto.randomUUID(), day: '2099-01-01', expectedCents: 0, countedCents: 0, keptCents: 0 },
    }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/tills/:id/change',
    path: ({ organisationId }) => `/api/tills/${organisationId}/change`,
    body: () => ({ entryId: crypto.randomUUID(), way: 'in', cents: 100, why: 'proef' }),
    allowed: ['admin', 'desk'],
  },
  { route: 'GET /api/vouchers', allowed: ['admin', 'desk', 'bib', 'auditor', 'foreign'] },
  {
    route: 'POST /api/vouchers/check',
    body: ({ organisationId }) => ({ organisationId, code: 'GEEN1' }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/vouchers',
    body: () => ({
      ...{ voucherId: crypto.randomUUID(), code: 'EENCODE', label: 'proef', kind: 'amount', value: 1 },
      ...{ nisCode: IEPER, from: '2026-01-01', until: '2026-01-02', usesMax: 1 },
    }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/vouchers/:id/end',
    path: ({ voucherId }) => `/api/vouchers/${voucherId}/end`,
    body: () => ({}),
    allowed: ['admin', 'desk'],
  },
  { route: 'GET /api/figures', allowed: ['admin', 'desk', 'auditor', 'foreign'] },
  { route: 'GET /api/stock', allowed: ['admin', 'desk', 'auditor', 'foreign'] },
  { route: 'POST /api/stock/deliveries/check', body: delivery, allowed: ['admin', 'foreign'] },
  { route: 'POST /api/stock/deliveries', body: delivery, allowed: ['admin'] },
  {
    route: 'POST /api/stock/transfers',
    body: ({ organisationId }) => ({
      ...{
        transferId: crypto.randomUUID(),
        organisationId,
        cardSystemId: 'x',
        from: IEPER,
        to: null,
        note: '',
      },
      ranges: [{ first: stockCard(1).number, last: stockCard(1).number }],
    }),
    allowed: ['admin', 'desk', 'foreign'],
  },
  {
    route: 'POST /api/stock/transfers/:id/receive',
    path: ({ transferId }) => `/api/stock/transfers/${transferId}/receive`,
    body: () => ({ missing: [stockCard(2).number] }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/stock/transfers/:id/withdraw',
    path: ({ transferId }) => `/api/stock/transfers/${transferId}/withdraw`,
    body: () => ({}),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/stock/write-offs',
    body: ({ organisationId }) => ({
      ...{ actId: crypto.randomUUID(), organisationId, place: IEPER, reason: 'lost' },
      ranges: [{ first: stockCard(1).number, last: stockCard(1).number }],
    }),
    allowed: ['admin', 'desk', 'foreign'],
  },
  {
    route: 'POST /api/stock/counts',
    body: ({ organisationId }) => ({
      ...{ countId: crypto.randomUUID(), organisationId, place: IEPER, cardSystemId: 'uitpas-westhoek' },
      ...{ kansenstatuut: false, seen: 1, counted: 2, why: 'proef' },
    }),
    allowed: ['admin', 'desk', 'foreign'],
  },
  // Whom one finds is in people-search.test.ts.
  {
    route: 'POST /api/passholders/search',
    body: () => ({ text: 'voorbeeld' }),
    allowed: ['admin', 'desk', 'foreign'],
  },
  ...['', '/preview'].map((preview) => ({
    route: `POST /api/passholders/:id/merge${preview}`,
    path: ({ passholderId }: Ids) => `/api/passholders/${passholderId}/merge${preview}`,
    body: ({ organisationId, passholderId: other }: Ids) => ({
      ...{ actId: crypto.randomUUID(), organisationId, other, basedOn: 0, otherBasedOn: 0 },
      ...{ person: aPerson(), stays: [] },
    }),
    allowed: ['admin', 'desk'] satisfies Person[] as Person[],
    ...(preview === '' && { sensitive: true as const }),
  })),
  {
    route: 'POST /api/passholders/:id/insz',
    path: ({ passholderId }) => `/api/passholders/${passholderId}/insz`,
    body: ({ organisationId }) => ({ organisationId, insz: null }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/passholders/:id/insz/check',
    path: ({ passholderId }) => `/api/passholders/${passholderId}/insz/check`,
    body: () => ({ insz: '83.03.02-015.40' }),
    allowed: ['admin', 'desk'],
  },
  ...['', '/ask'].map((ask) => ({
    route: `POST /api/passholders/duplicates${ask}`,
    body: ({ organisationId }: Ids) => ({
      ...{ organisationId, firstName: 'Noor', lastName: 'Voorbeeld', dateOfBirth: '1931-01-01' },
    }),
    allowed: ['admin', 'desk'] satisfies Person[] as Person[],
  })),
  { route: 'GET /api/passholders/places', allowed: ['admin', 'desk', 'foreign'] },
  // Whom the list shows is in kansenstatuut-list.test.ts.
  { route: 'GET /api/kansenstatuut/choices', allowed: ['admin', 'desk', 'foreign'] },
  { route: 'POST /api/kansenstatuut/list', body: () => WORK_LIST, allowed: ['admin', 'desk', 'foreign'] },
  {
    route: 'POST /api/kansenstatuut/sheet',
    body: () => WORK_LIST,
    allowed: ['admin', 'desk', 'foreign'],
    sensitive: true,
  },
  // Whose tasks one sees is in tasks.test.ts.
  { route: 'GET /api/tasks', allowed: ['admin', 'desk', 'foreign'] },
  {
    route: 'POST /api/tasks/:id/done',
    path: ({ taskId }) => `/api/tasks/${taskId}/done`,
    body: () => ({}),
    allowed: ['admin', 'desk'],
  },
  { route: 'GET /api/bulk/lists', allowed: ['admin', 'desk', 'foreign'] },
  {
    route: 'POST /api/bulk/lists',
    body: ({ organisationId }) => ({
      ...{ listId: crypto.randomUUID(), organisationId, title: 'lijst' },
      work: { kind: 'block-card', reason: 'lost' },
      source: { numbers: [stockCard(1).number] },
    }),
    allowed: ['admin', 'desk'],
  },
  // Made by the desk: whose a list is, is in bulk.test.ts.
  {
    route: 'GET /api/bulk/lists/:id',
    path: ({ listId }) => `/api/bulk/lists/${listId}`,
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/bulk/lists/:id/act',
    path: ({ listId }) => `/api/bulk/lists/${listId}/act`,
    body: () => ({ act: 'stop' }),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/bulk/lists/:id/rows',
    path: ({ listId }) => `/api/bulk/lists/${listId}/rows`,
    body: () => ({}),
    allowed: ['admin', 'desk'],
  },
  {
    route: 'POST /api/bulk/lists/:id/people',
    path: ({ exportId }) => `/api/bulk/lists/${exportId}/people`,
    body: () => ({}),
    allowed: ['admin', 'desk'],
    sensitive: true,
  },
  // Any counter may look up a card of the region; each look-up is audited.
  { route: 'POST /api/cards/look-up', body: () => ({ number: '1' }), allowed: ['admin', 'desk', 'foreign'] },
  ...['approve', 'refuse', 'rename', 'revoke', 'lost'].map((verb) => ({
    route: `POST /api/devices/:id/${verb}`,
    path: (ids: Ids) => `/api/devices/${ids.deviceId}/${verb}`,
    body: () => ({ words: ['a', 'b'], name: 'Inkom' }),
    allowed: WORKERS,
    ...((verb === 'revoke' || verb === 'lost') && { sensitive: true as const }),
  })),
];

/** Open to everyone, or proven by a phone's key instead of a session. */
const WITHOUT_SESSION = [
  'GET /api/public',
  'POST /api/ik/look',
  'POST /api/ik/save',
  'POST /api/auth/sign-in/email',
  'POST /api/auth/sign-in/second',
  'POST /api/auth/passkey/begin',
  'POST /api/auth/passkey/finish',
  'POST /api/auth/provider/begin',
  'POST /api/auth/provider/finish',
  'POST /api/auth/sign-out',
  'POST /api/auth/request-password-reset',
  'POST /api/auth/reset-password',
  'POST /api/invitations/look',
  'POST /api/invitations/accept',
  'POST /api/enrol',
  'POST /api/enrol/status',
  'POST /api/sync',
  'POST /api/rescue/carried',
  'GET /api/roster/:rosterId',
  'GET /api/sync/stream',
  'GET /api/dev/mailbox',
];

let server: TestServer;
let provider: IdentityProvider;
let app: ReturnType<typeof createApp>;
let ids: Ids;
const clients = new Map<Person, DeskClient>();

beforeAll(async () => {
  server = await openTestContext(Date.now());
  provider = await startIdentityProvider(APP_URL);
  server.context.config.oidc = provider.settings;
  const staffed = await staffRegions(server.context);
  app = createApp(server.context);
  for (const person of staffed.people) {
    clients.set(person, await new DeskClient(app).signIn(emailOf(person), PASSWORD));
  }
  const { organisationId } = staffed.organisations.bib;
  const bib = client('bib');
  const idOf = async (path: string, body: unknown, key: string): Promise<string> =>
    String(((await bib.post(path, body)).body as Record<string, unknown>)[key]);
  const draft: Ids = { ...NO_IDS, organisationId };
  const made = DeskActivity.parse((await bib.post('/api/activities', activity(draft))).body);
  const { activityId } = made;
  const occurrenceId = made.occurrences[0]?.occurrenceId ?? '';
  const linkId = await idOf('/api/enrol-links', { organisationId, activityIds: [activityId] }, 'linkId');
  const deviceId = crypto.randomUUID();
  await server.context.db
    .insertInto('device')
    .values({
      region_id: 1,
      device_id: deviceId,
      organisation_id: organisationId,
      name: 'Inkom',
      kind: 'phone',
      state: 'revoked',
      public_key: JSON.stringify({ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }),
      enrolled_by: null,
      requested_at: 0,
      enrolled_at: 0,
      revoked_at: 0,
      replaces: null,
      last_seen_at: null,
      report: null,
      broken_at_seq: null,
      revoked_after_seq: 0,
      token_hash: null,
      token_expires_at: null,
    })
    .execute();
  const decisionId = crypto.randomUUID();
  await server.context.db
    .insertInto('quarantine_decision')
    .values({
      region_id: 1,
      decision_id: decisionId,
      device_id: deviceId,
      reason: 'device-revoked',
      seqs: '[[1, 1]]',
      decision: 'refuse',
      why: 'proef',
      count: 1,
      counted: 0,
      decided_at: 0,
      decided_by: 'system',
      reversed_at: null,
    })
    .execute();
  const passholderId = crypto.randomUUID();
  await server.context.db
    .insertInto('passholder')
    .values({
      region_id: 1,
      passholder_id: passholderId,
      first_name: 'Noor',
      last_name: 'Voorbeeld',
      date_of_birth: '2014-04-03',
      postal_code: '8900',
      nis_code: IEPER,
      created_at: 0,
      upstream_reason: null,
    })
    .execute();
  const transferId = crypto.randomUUID();
  await server.context.db
    .insertInto('card_transfer')
    .values({
      region_id: 1,
      transfer_id: transferId,
      card_system_id: 'testregio',
      // Both sides in Ieper, so that its desk may do both acts.
      from_nis: IEPER,
      to_nis: IEPER,
      note: '',
      request_digest: Buffer.alloc(0),
      state: 'under-way',
      sent_at: 0,
      sent_by: 'system',
    })
    .execute();
  const taskId = crypto.randomUUID();
  const task = { kind: 'known-here', from: null, to: IEPER, passholderId, number: null } as const;
  await addTask(server.context.db, 1, taskId, task, { at: 0, actor: 'system' });
  const familyId = crypto.randomUUID();
  const family = await client('desk').post('/api/families', {
    ...{ familyId, organisationId, members: [{ memberId: crypto.randomUUID(), passholderId }] },
  });
  expect(family.status).toBe(201);
  const groupPassId = crypto.randomUUID();
  const { number } = stockCard(900, true);
  await server.context.db
    .insertInto('card')
    .values({
      ...{ region_id: 1, uitpas_number: number, card_system_id: 'testregio', passholder_id: null },
      ...{ chip_number: null, kind: 'group-pass', state: 'active', state_since: 0, upstream_reason: null },
    })
    .execute();
  await server.context.db
    .insertInto('group_pass')
    .values({
      ...{ region_id: 1, group_pass_id: groupPassId, uitpas_number: number, name: 'Groep', pays_nis: IEPER },
      ...{ holder_id: organisationId, request_digest: Buffer.alloc(0), made_at: 0, made_by: 'system' },
    })
    .execute();
  const [associationId, termId] = [crypto.randomUUID(), crypto.randomUUID()];
  const association = await client('desk').post('/api/associations', {
    ...{
      associationId,
      ...AN_ASSOCIATION,
      organisationId,
      organisationReads: true,
      organisationWrites: true,
    },
  });
  expect(association.status).toBe(201);
  const member = await client('desk').post(`/api/associations/${associationId}/register`, {
    ...{ termId, who: { passholderId } },
    ...{
      from: civilDayOf(server.context.clock.now()),
      until: addCivilDays(civilDayOf(server.context.clock.now()), 30),
    },
  });
  expect(member.status).toBe(201);
  const listId = crypto.randomUUID();
  const looked = await client('desk').post('/api/bulk/lists', {
    ...{ listId, organisationId, title: 'lijst', work: { kind: 'block-card', reason: 'lost' } },
    source: { numbers: [stockCard(1).number] },
  });
  expect(looked.status).toBe(201);
  const exportId = crypto.randomUUID();
  const exported = await client('desk').post('/api/bulk/lists', {
    ...{ listId: exportId, organisationId, title: 'brief', work: { kind: 'export' } },
    source: { numbers: [stockCard(1).number] },
  });
  expect(exported.status).toBe(201);
  const { setting_id: settingId } = await server.context.db
    .insertInto('setting')
    .values({
      region_id: 1,
      key: 'kansenstatuutProofsLeftOut',
      nis_code: IEPER,
      organisation_id: null,
      value: '[]',
      from_day: '2020-01-01',
      withdraws: null,
      set_at: 0,
      set_by: 'system',
      reason: 'proef',
    })
    .returning('setting_id')
    .executeTakeFirstOrThrow();
  const [entryId, voucherId] = [crypto.randomUUID(), crypto.randomUUID()];
  await server.context.db
    .insertInto('voucher')
    .values({
      ...{ region_id: 1, voucher_id: voucherId, code: 'PROEF', label: 'proef', kind: 'amount', value: 1 },
      ...{ nis_code: IEPER, from_day: '2026-01-01', until_day: '2099-01-01', uses_max: 1 },
      ...{ made_at: 0, made_by: 'system', ended_at: null, ended_by: null },
    })
    .execute();
  await server.context.db
    .insertInto('cash_entry')
    .values({
      ...{
        region_id: 1,
        entry_id: entryId,
        organisation_id: organisationId,
        kind: 'sale',
        day: '2026-01-01',
      },
      ...{ at: 0, actor: 'system', act_id: null, passholder_id: null, receipt_year: 2026, receipt_no: 1 },
      ...{ reason: 'first-card', means: 'free', voucher_id: null, corrects: null },
    })
    .execute();
  const { agreementId, changeId } = await organisationFile(organisationId);
  const commandId = await checkIn(organisationId);
  ids = {
    ...draft,
    agreementId,
    changeId,
    activityId,
    occurrenceId,
    linkId,
    deviceId,
    decisionId,
    passholderId,
    transferId,
    settingId,
    listId,
    exportId,
    familyId,
    groupPassId,
    associationId,
    termId,
    taskId,
    commandId,
  };
  ids = { ...ids, entryId, voucherId, importId: await eventImport(organisationId, activityId) };
  ids = { ...ids, ...(await newColleague()) };
});
afterAll(async () => {
  await server.close();
  await provider.stop();
});

test('every route of the app is in this table', () => {
  const routes = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api'))
    .map(({ method, path }) => `${method} ${path}`);
  const named = [...CASES.map(({ route }) => route), ...WITHOUT_SESSION];
  expect([...new Set(routes)].sort()).toEqual([...named].sort());
});

describe.each(CASES)('$route', ({ route, path, query = '', body, allowed, sensitive, usesUp, isOwn }) => {
  const [method = '', pattern = ''] = route.split(' ');
  const send = (desk: DeskClient, target: Ids) =>
    desk.send(method, (path?.(target) ?? pattern) + query, body?.(target));

  test('nobody without a session', async () => {
    const answer = await send(new DeskClient(app), ids);
    expect(answer).toMatchObject({ status: 401, code: 'not-signed-in' });
  });

  test.each(ALL)('as %s', async (person) => {
    const before = await refusals(person);
    const answer = await send(client(person), { ...ids, ...(usesUp && (await newColleague())) });
    if (allowed.includes(person)) {
      expect(answer.status).not.toBe(403);
      expect(answer.status).not.toBe(404);
      expect(answer.status).toBeLessThan(500);
    } else if (person === 'foreign' || isOwn) {
      // In his own region he may see everything, and there it does not exist: nothing is given away.
      expect(answer).toMatchObject({ status: 404, code: 'not-found' });
    } else {
      expect(answer).toMatchObject({ status: 403, code: 'not-allowed' });
      expect(await refusals(person)).toBe(before + 1);
    }
  });

  if (sensitive)
    test('with an old proof of who one is: not before a new one', async () => {
      const now = server.context.clock.now();
      server.setNow(now + limits.freshProofMs + 60_000);
      const answers = [await send(client('admin'), ids), await send(client('youth'), ids)];
      server.setNow(now);
      const others = allowed.includes('youth') ? 'proof-needed' : 'not-allowed';
      expect(answers.map(({ code }) => code)).toEqual(['proof-needed', others]);
    });

  if (!path || isOwn) return;
  test('an unknown id: 404 only for who may see everything', async () => {
    const id = crypto.randomUUID();
    const unknown = {
      ...ids,
      organisationId: id,
      activityId: id,
      deviceId: id,
      linkId: id,
      commandId: id,
      decisionId: id,
    };
    Object.assign(unknown, { agreementId: id, changeId: id, occurrenceId: id });
    Object.assign(unknown, {
      listId: id,
      exportId: id,
      entryId: id,
      voucherId: id,
      taskId: id,
      familyId: id,
      importId: id,
    });
    Object.assign(unknown, { groupPassId: id, associationId: id, termId: id });
    Object.assign(unknown, { passholderId: id, transferId: id, invitationId: id, grantId: id, userId: id });
    expect((await send(client('admin'), unknown)).status).toBe(404);
    expect((await send(client('bib'), unknown)).status).toBe(403);
  });
});

test('lists show only the places of the grants', async () => {
  const titles = async (person: Person): Promise<number> =>
    ((await client(person).get('/api/activities')).body as { total: number }).total;
  expect(await titles('bib')).toBeGreaterThan(0);
  expect(await titles('youth')).toBe(0);
  expect(await titles('foreign')).toBe(0);
  const devices = async (person: Person): Promise<number> =>
    ((await client(person).get('/api/devices')).body as { devices: unknown[] }).devices.length;
  expect(await devices('desk')).toBe(1);
  expect(await devices('youth')).toBe(0);
  expect(await devices('foreign')).toBe(0);
});

/** A volunteer of the library who never signed in, and one who is invited. */
async function newColleague(): Promise<Pick<Ids, 'invitationId' | 'grantId' | 'userId'>> {
  const { db } = server.context;
  const place = { kind: 'organisation', organisationId: ids.organisationId } as const;
  const email = `${crypto.randomUUID()}@test.invalid`;
  const grants = [{ regionId: 1, role: 'youth-worker', place }] as const;
  const userId = await addPerson(server.context, { email, name: 'Vrijwilliger', grants, by: 'system' });
  const { grant_id: grantId } = await db
    .selectFrom('role_grant')
    .select('grant_id')
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  const invited = await client('admin').post('/api/staff/invitations', {
    email,
    role: 'youth-worker',
    place,
  });
  expect(invited.status).toBe(201);
  const { invitation_id: invitationId } = await db
    .selectFrom('invitation')
    .select('invitation_id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  return { invitationId, grantId, userId };
}

/** An agreement that may be ended and an account that somebody else confirms, of the library. */
async function organisationFile(organisationId: string): Promise<Pick<Ids, 'agreementId' | 'changeId'>> {
  const agreementId = crypto.randomUUID();
  const path = `/api/organisations/${organisationId}`;
  const agreement = { agreementId, fromDay: '2026-01-01', untilDay: null, note: '' };
  await client('admin').post(`${path}/agreements`, agreement);
  const proposed = await client('bib').post(`${path}/iban`, { iban: 'BE68539007547034', because: 'nieuw' });
  return { agreementId, changeId: OrganisationFile.parse(proposed.body).ibanChanges[0]?.changeId ?? '' };
}

/** An import of one event that became the activity. */
async function eventImport(organisationId: string, activityId: string): Promise<string> {
  const { db } = server.context;
  const [importId, eventId] = [crypto.randomUUID(), crypto.randomUUID()];
  const facts = JSON.stringify({
    ...{ eventId, title: 'Proef', place: 'Hier', organiser: null, kind: null, dates: [], priceClasses: [] },
    ...{ schedule: { kind: 'dates' }, withdrawn: { why: 'deleted', text: '' } },
  });
  await client('desk').post('/api/uitdatabank/imports', {
    ...{ importId, organisationId, source: { kind: 'file', name: 'proef.json', total: 2 } },
  });
  await db
    .insertInto('uitdatabank_event')
    .values({ region_id: 1, event_id: eventId, activity_id: activityId, facts, read_at: 0 })
    .execute();
  await db
    .insertInto('uitdatabank_row')
    .values({
      ...{
        region_id: 1,
        import_id: importId,
        row_no: 0,
        title: 'Proef',
        event_id: eventId,
        organiser_key: null,
      },
      ...{ facts, state: 'unchanged', code: null, take: [], kept: [], call_off: 1 },
    })
    .execute();
  return importId;
}

/** Someone came in at the library: a visit that may be undone. */
async function checkIn(organisationId: string): Promise<string> {
  const now = server.context.clock.now();
  const occurrences = [{ startsAt: now - 1_000, endsAt: now + 3_600_000 }];
  const open = DeskActivity.parse(
    (await client('bib').post('/api/activities', { ...activity({ ...NO_IDS, organisationId }), occurrences }))
      .body,
  );
  await client('bib').post('/api/paper-lists', {
    requestId: crypto.randomUUID(),
    activityId: open.activityId,
    reason: 'geen stroom',
    rows: [{ number: makeUitpasNumber('123', '0'), at: now }],
  });
  const { checkIns } = CheckInList.parse(
    (await client('bib').get(`/api/activities/${open.activityId}/check-ins`)).body,
  );
  return checkIns[0]?.commandId ?? '';
}

function client(person: Person): DeskClient {
  const found = clients.get(person);
  if (!found) throw new Error(`nobody is called ${person}`);
  return found;
}

async function refusals(person: Person): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from audit_entry join auth_user on actor = 'user:' || id
    where email = ${emailOf(person)} and action = 'refused'
  `.execute(server.context.db);
  return rows[0]?.count ?? 0;
}
