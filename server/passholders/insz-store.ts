// National numbers as they lie here: sealed under one key, found again by a keyed hash under another, and every use noted with its
// purpose. The number itself leaves this file only for the copy that the person asks for.
import { createHmac } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Insz } from '#domain/cards/insz.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { InszPurpose } from '#domain/passholders/insz-use.ts';
import { settingFor, type SettingEntry } from '#domain/settings/settings.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import type { Organisation } from '../organisations/repository.ts';
import { openBytes, sealBytes } from '../sealed-bytes.ts';
import { deleteInsz, findByInsz, findInsz, lockNumber, storeInsz } from './insz-repository.ts';

type Db = Kysely<Database>;
export type InszContext = Pick<Context, 'keys' | 'ids'>;

export type InszUse = {
  readonly regionId: number;
  readonly passholderId: string | null;
  readonly purpose: InszPurpose;
  readonly at: number;
  readonly actor: string;
};

export const noteUse = (db: Db, { regionId, passholderId, purpose, at, actor }: InszUse): Promise<void> =>
  appendAudit(db, {
    ...{ regionId, at, actor, action: 'insz-used' as const, detail: { purpose } },
    subject: passholderId === null ? 'passholders' : `passholder:${passholderId}`,
  });

export const isInszAsked = (
  settings: readonly SettingEntry[],
  { nisCode = null, organisationId }: { readonly nisCode?: string | null; readonly organisationId: string },
  today: string,
): boolean => settingFor(settings, 'inszAsked', { nisCode, organisationId }, today).value;

/** Under each key, the newest first: what an older one matched is still found. */
const matchesOf = ({ keys }: InszContext, regionId: number, insz: Insz): [Buffer, ...Buffer[]] => {
  const [newest, ...older] = keys.inszMatching;
  const under = (key: typeof newest): Buffer =>
    createHmac('sha256', key.bytes).update(`insz|${regionId}|${insz}`).digest();
  return [under(newest), ...older.map(under)];
};

/** In the place of the number where a request is remembered. */
export const inszMark = (context: InszContext, regionId: number, insz: Insz): string =>
  matchesOf(context, regionId, insz)[0].toString('hex');

export const findHolder = (
  db: Db,
  context: InszContext,
  regionId: number,
  insz: Insz,
): Promise<string | undefined> => findByInsz(db, regionId, matchesOf(context, regionId, insz));

/** Within the transaction of the act. Refused where somebody else has it: one person, one file. */
export async function keepInsz(
  trx: Db,
  context: InszContext,
  insz: Insz,
  use: InszUse & { readonly passholderId: string },
): Promise<Result<null, { readonly code: 'insz-taken' }>> {
  const { regionId, passholderId, at, actor } = use;
  const matches = matchesOf(context, regionId, insz);
  await lockNumber(trx, regionId, matches.at(-1) ?? matches[0]);
  const holder = await findByInsz(trx, regionId, matches);
  if (holder !== undefined && holder !== passholderId) return refuse({ code: 'insz-taken' });
  const sealed = sealBytes(
    context.keys.inszSealing,
    context.ids,
    whoseOf(regionId, passholderId),
    Buffer.from(insz),
  );
  await storeInsz(trx, regionId, passholderId, { ...sealed, match: matches[0] }, { at, by: actor });
  await noteUse(trx, use);
  return ok(null);
}

/** Undefined where there is none, or its key is gone. */
export async function openInsz(
  db: Db,
  { keys }: InszContext,
  regionId: number,
  passholderId: string,
): Promise<string | undefined> {
  const stored = await findInsz(db, regionId, passholderId);
  return stored && openBytes(keys.inszSealing, whoseOf(regionId, passholderId), stored)?.toString('utf8');
}

export async function forgetInsz(trx: Db, use: InszUse & { readonly passholderId: string }): Promise<void> {
  await deleteInsz(trx, use.regionId, use.passholderId);
  await noteUse(trx, use);
}

const whoseOf = (regionId: number, passholderId: string): string => `insz|${regionId}|${passholderId}`;

/** Where it is asked, of whom one registers or whose file one mends. */
export const placeOf = ({ organisationId, nisCode }: Organisation) => ({
  organisationId,
  nisCode: nisCode ?? null,
});
