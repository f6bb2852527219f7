// The file of an organisation in tables: itself, its agreements and what ended them, changes of its account.
import { sql, type Kysely, type Transaction } from 'kysely';
import type { Agreement } from '#domain/organisations/agreement.ts';
import type { IbanChange } from '#domain/organisations/iban-change.ts';
import type { Role } from '#domain/devices/permissions.ts';
import type { Database } from '../db/tables.ts';
import type { Organisation } from './repository.ts';

type Db = Kysely<Database>;

export type FileFacts = {
  readonly organisationId: string;
  readonly name: string;
  readonly kind: Organisation['kind'];
  readonly nisCode: string | null;
  readonly kboNumber: string | null;
  readonly contactName: string;
  readonly contactEmail: string;
  readonly contactPhone: string;
  readonly cardSystemIds: readonly string[];
  readonly version: number;
};

export type StoredFile = FileFacts & {
  readonly iban: string | null;
  readonly municipalityName: string | null;
};

export async function findFile(
  db: Db,
  regionId: number,
  organisationId: string,
): Promise<StoredFile | undefined> {
  const { rows } = await sql<StoredFile>`
    select o.organisation_id as "organisationId", o.name, o.kind, o.nis_code as "nisCode", o.kbo_number as "kboNumber",
      o.contact_name as "contactName", o.contact_email as "contactEmail", o.contact_phone as "contactPhone",
      o.iban, o.version, m.name as "municipalityName",
      (select coalesce(array_agg(s.card_system_id order by s.card_system_id), '{}') from organisation_card_system s
        where s.region_id = o.region_id and s.organisation_id = o.organisation_id) as "cardSystemIds"
    from organisation o left join municipality m on m.region_id = o.region_id and m.nis_code = o.nis_code
    where o.region_id = ${regionId} and o.organisation_id = ${organisationId}::uuid
  `.execute(db);
  return rows[0];
}

/** Locked until the transaction ends: everything of one file goes one after the other. */
export async function lockFile(
  trx: Transaction<Database>,
  regionId: number,
  organisationId: string,
): Promise<{ version: number; iban: string | null } | undefined> {
  return trx
    .selectFrom('organisation')
    .select(['version', 'iban'])
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .forUpdate()
    .executeTakeFirst();
}

export async function insertFile(db: Db, regionId: number, file: FileFacts): Promise<void> {
  await db
    .insertInto('organisation')
    .values({ region_id: regionId, organisation_id: file.organisationId, ...columnsOf(file) })
    .execute();
  await writeCardSystems(db, regionId, file);
}

export async function updateFile(db: Db, regionId: number, file: FileFacts): Promise<void> {
  await db
    .updateTable('organisation')
    .set(columnsOf(file))
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', file.organisationId)
    .execute();
  await writeCardSystems(db, regionId, file);
}

const columnsOf = (file: FileFacts) => ({
  name: file.name,
  kind: file.kind,
  nis_code: file.nisCode,
  kbo_number: file.kboNumber,
  contact_name: file.contactName,
  contact_email: file.contactEmail,
  contact_phone: file.contactPhone,
  version: file.version,
});

async function writeCardSystems(
  db: Db,
  regionId: number,
  { organisationId, cardSystemIds }: FileFacts,
): Promise<void> {
  await db
    .deleteFrom('organisation_card_system')
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .execute();
  if (cardSystemIds.length === 0) return;
  await db
    .insertInto('organisation_card_system')
    .values(
      cardSystemIds.map((id) => ({
        region_id: regionId,
        organisation_id: organisationId,
        card_system_id: id,
      })),
    )
    .execute();
}

export type StoredAgreement = Agreement & {
  readonly agreementId: string;
  readonly organisationId: string;
  readonly note: string;
  readonly madeAt: number;
  readonly madeBy: string;
  readonly ended: { readonly because: string; readonly by: string; readonly at: number } | null;
};

/** As they hold: with the day on which one was ended, where it was. */
export async function listAgreements(
  db: Db,
  regionId: number,
  organisationIds: readonly string[],
): Promise<StoredAgreement[]> {
  if (organisationIds.length === 0) return [];
  const { rows } = await sql<StoredAgreement>`
    select a.agreement_id as "agreementId", a.organisation_id as "organisationId", a.from_day as "fromDay",
      coalesce(e.until_day, a.until_day) as "untilDay", a.note, a.made_at as "madeAt", a.made_by as "madeBy",
      case when e.n is not null then json_build_object('because', e.because, 'by', e.by, 'at', e.at) end as ended
    from organisation_agreement a
    left join lateral (
      select * from organisation_agreement_end e
      where e.region_id = a.region_id and e.agreement_id = a.agreement_id order by e.n desc limit 1
    ) e on true
    where a.region_id = ${regionId} and a.organisation_id = any(${organisationIds}::uuid[])
    order by a.from_day desc, a.made_at desc
  `.execute(db);
  return rows;
}

/** False when this id is stored already. */
export async function insertAgreement(
  db: Db,
  regionId: number,
  agreement: Omit<StoredAgreement, 'ended'>,
): Promise<boolean> {
  const result = await db
    .insertInto('organisation_agreement')
    .values({
      region_id: regionId,
      agreement_id: agreement.agreementId,
      organisation_id: agreement.organisationId,
      from_day: agreement.fromDay,
      until_day: agreement.untilDay,
      note: agreement.note,
      made_at: agreement.madeAt,
      made_by: agreement.madeBy,
    })
    .onConflict((conflict) => conflict.columns(['region_id', 'agreement_id']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function endAgreement(
  db: Db,
  regionId: number,
  end: { agreementId: string; untilDay: string; because: string; at: number; by: string },
): Promise<void> {
  await sql`
    insert into organisation_agreement_end (region_id, agreement_id, n, until_day, because, at, by)
    select ${regionId}, ${end.agreementId}::uuid, coalesce(max(n), 0) + 1, ${end.untilDay}, ${end.because}, ${end.at}, ${end.by}
    from organisation_agreement_end where region_id = ${regionId} and agreement_id = ${end.agreementId}::uuid
  `.execute(db);
}

export type StoredIbanChange = IbanChange & {
  readonly because: string;
  readonly proposedAt: number;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
};

/** The one that waits first, then the newest. */
export async function listIbanChanges(
  db: Db,
  regionId: number,
  organisationId: string,
): Promise<StoredIbanChange[]> {
  const rows = await db
    .selectFrom('organisation_iban_change')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .orderBy((eb) => eb.fn.coalesce('closed_at', eb.val(Number.MAX_SAFE_INTEGER)), 'desc')
    .orderBy('proposed_at', 'desc')
    .limit(50)
    .execute();
  return rows.map((row) => ({
    changeId: row.change_id,
    iban: row.iban,
    because: row.because,
    state: row.state,
    proposedAt: row.proposed_at,
    proposedBy: row.proposed_by,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
  }));
}

export async function insertIbanChange(
  db: Db,
  regionId: number,
  change: {
    changeId: string;
    organisationId: string;
    iban: string;
    because: string;
    proposedAt: number;
    proposedBy: string;
  },
): Promise<void> {
  await db
    .insertInto('organisation_iban_change')
    .values({
      region_id: regionId,
      change_id: change.changeId,
      organisation_id: change.organisationId,
      iban: change.iban,
      because: change.because,
      state: 'proposed',
      proposed_at: change.proposedAt,
      proposed_by: change.proposedBy,
      closed_at: null,
      closed_by: null,
      closed_because: null,
    })
    .execute();
}

export async function closeIbanChange(
  db: Db,
  regionId: number,
  close: {
    changeId: string;
    state: 'confirmed' | 'withdrawn';
    because: string | null;
    at: number;
    by: string;
  },
): Promise<void> {
  await db
    .updateTable('organisation_iban_change')
    .set({ state: close.state, closed_at: close.at, closed_by: close.by, closed_because: close.because })
    .where('region_id', '=', regionId)
    .where('change_id', '=', close.changeId)
    .execute();
}

export async function writeIban(
  db: Db,
  regionId: number,
  organisationId: string,
  iban: string,
): Promise<void> {
  await db
    .updateTable('organisation')
    .set({ iban })
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .execute();
}

/** Organisations of which an account waits for a second person. */
export async function listIbanWaiting(db: Db, regionId: number): Promise<Set<string>> {
  const rows = await db
    .selectFrom('organisation_iban_change')
    .select('organisation_id')
    .where('region_id', '=', regionId)
    .where('state', '=', 'proposed')
    .execute();
  return new Set(rows.map((row) => row.organisation_id));
}

export async function listMembers(
  db: Db,
  regionId: number,
  organisationId: string,
): Promise<{ name: string; role: Role }[]> {
  return db
    .selectFrom('role_grant as g')
    .innerJoin('auth_user as u', 'u.id', 'g.user_id')
    .select(['u.name', 'g.role'])
    .where('g.region_id', '=', regionId)
    .where('g.organisation_id', '=', organisationId)
    .orderBy('u.name')
    .limit(200)
    .execute();
}
