// Cards in stock, and what was done with them. A card row says where it lies; deliveries, transfers and write-offs say why.
import { sql, type Kysely } from 'kysely';
import type { NumberRange } from '#domain/cards/number-range.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { NewCard } from '#domain/stock/delivery.ts';
import type { Place, StockCard, StockChange, Transfer } from '#domain/stock/stock.ts';
import type { Database } from '../db/tables.ts';

export type Db = Kysely<Database>;

/** The cards with these numbers, locked in the order of the numbers. */
export async function lockStockCards(
  db: Db,
  regionId: number,
  numbers: readonly string[],
): Promise<Map<string, StockCard>> {
  const rows = await db
    .selectFrom('card')
    .select(['uitpas_number', 'card_system_id', 'state', 'place_nis', 'transfer_id', 'passholder_id', 'kind'])
    .where('region_id', '=', regionId)
    .where(sql<boolean>`uitpas_number = any(${[...numbers]}::text[])`)
    .orderBy('uitpas_number')
    .forUpdate()
    .execute();
  return new Map(
    rows
      .filter(({ kind, passholder_id }) => kind === 'card' && passholder_id === null)
      .map((row) => [
        row.uitpas_number,
        {
          number: row.uitpas_number as UitpasNumber, // checked by the table
          cardSystemId: row.card_system_id,
          state: row.state,
          place: row.place_nis,
          transferId: row.transfer_id,
        },
      ]),
  );
}

export async function storeChanges(
  db: Db,
  regionId: number,
  changes: readonly StockChange[],
  at: number,
): Promise<void> {
  await sql`
    update card c set
      place_nis = n.place,
      transfer_id = n.transfer_id,
      state = case when n.written_off then 'deleted' else c.state end,
      state_since = case when n.written_off then ${at}::bigint else c.state_since end
    from unnest(
      ${changes.map(({ number }) => number)}::text[], ${changes.map(({ place }) => place)}::text[],
      ${changes.map(({ transferId }) => transferId)}::uuid[], ${changes.map(({ writtenOff }) => writtenOff)}::boolean[]
    ) as n (number, place, transfer_id, written_off)
    where c.region_id = ${regionId} and c.uitpas_number = n.number
  `.execute(db);
}

/** Which of these the region knows already. */
export async function findKnown(
  db: Db,
  regionId: number,
  cards: readonly NewCard[],
): Promise<{ numbers: Set<string>; chips: Set<string> }> {
  const { rows } = await sql<{ uitpas_number: string; chip_number: string | null }>`
    select uitpas_number, chip_number from card
    where region_id = ${regionId} and (uitpas_number = any(${cards.map(({ number }) => number)}::text[])
      or chip_number = any(${cards.flatMap(({ chip }) => chip ?? [])}::text[]))
  `.execute(db);
  return {
    numbers: new Set(rows.map((row) => row.uitpas_number)),
    chips: new Set(rows.flatMap((row) => row.chip_number ?? [])),
  };
}

/** Into the region's own cupboard; throws CardsMeanwhile when one of the cards came into the books in between. */
export async function insertDelivery(
  db: Db,
  regionId: number,
  delivery: {
    readonly deliveryId: string;
    readonly cardSystemId: string;
    readonly organisationId: string;
    readonly reference: string;
    readonly requestDigest: Uint8Array;
    readonly at: number;
    readonly actor: string;
  },
  cards: readonly NewCard[],
): Promise<void> {
  const inserted = await sql`
    insert into card (region_id, uitpas_number, card_system_id, chip_number, kind, state, state_since)
    select ${regionId}::integer, number, ${delivery.cardSystemId}, chip, 'card', 'stock', ${delivery.at}::bigint
    from unnest(${cards.map(({ number }) => number)}::text[], ${cards.map(({ chip }) => chip)}::text[]) as n (number, chip)
    order by number
    on conflict do nothing
  `.execute(db);
  if (Number(inserted.numAffectedRows) < cards.length) throw new CardsMeanwhile();
  await db
    .insertInto('card_delivery')
    .values({
      region_id: regionId,
      delivery_id: delivery.deliveryId,
      card_system_id: delivery.cardSystemId,
      organisation_id: delivery.organisationId,
      reference: delivery.reference,
      request_digest: delivery.requestDigest,
      cards: cards.length,
      at: delivery.at,
      actor: delivery.actor,
    })
    .execute();
}

/** Undoes the transaction: half a delivery is a box that nobody can count. */
export class CardsMeanwhile extends Error {}

export const findDelivery = (
  db: Db,
  regionId: number,
  deliveryId: string,
): Promise<{ request_digest: Uint8Array; cards: number } | undefined> =>
  db
    .selectFrom('card_delivery')
    .select(['request_digest', 'cards'])
    .where('region_id', '=', regionId)
    .where('delivery_id', '=', deliveryId)
    .executeTakeFirst();

/** False, and nothing is stored, when another one has this id. */
export async function insertTransfer(
  db: Db,
  regionId: number,
  transfer: Omit<Transfer, 'state'> & {
    readonly note: string;
    readonly sentBy: string;
    readonly requestDigest: Uint8Array;
  },
): Promise<boolean> {
  const { transferId, numbers } = transfer;
  const inserted = await db
    .insertInto('card_transfer')
    .values({
      region_id: regionId,
      transfer_id: transferId,
      card_system_id: transfer.cardSystemId,
      from_nis: transfer.from,
      to_nis: transfer.to,
      note: transfer.note,
      request_digest: transfer.requestDigest,
      state: 'under-way',
      sent_at: transfer.sentAt,
      sent_by: transfer.sentBy,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (Number(inserted.numInsertedOrUpdatedRows) === 0) return false;
  await sql`
    insert into card_transfer_item (region_id, transfer_id, uitpas_number)
    select ${regionId}::integer, ${transferId}::uuid, number from unnest(${[...numbers]}::text[]) as n (number)
  `.execute(db);
  return true;
}

export type StoredTransfer = Transfer & {
  readonly requestDigest: Uint8Array;
  readonly missing: readonly string[];
};

/** With `lock` until the end of the transaction. */
export async function findTransfer(
  db: Db,
  regionId: number,
  transferId: string,
  lock: boolean,
): Promise<StoredTransfer | undefined> {
  const row = await db
    .selectFrom('card_transfer')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('transfer_id', '=', transferId)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!row) return undefined;
  const items = await db
    .selectFrom('card_transfer_item')
    .select(['uitpas_number', 'outcome'])
    .where('region_id', '=', regionId)
    .where('transfer_id', '=', transferId)
    .orderBy('uitpas_number')
    .execute();
  return {
    transferId,
    cardSystemId: row.card_system_id,
    from: row.from_nis,
    to: row.to_nis,
    state: row.state,
    sentAt: row.sent_at,
    numbers: items.map((item) => item.uitpas_number as UitpasNumber), // checked by the table of cards
    missing: items.filter(({ outcome }) => outcome === 'missing').map((item) => item.uitpas_number),
    requestDigest: row.request_digest,
  };
}

export async function closeTransfer(
  db: Db,
  regionId: number,
  transferId: string,
  closing: {
    readonly state: 'received' | 'withdrawn';
    readonly at: number;
    readonly actor: string;
    readonly missing: readonly string[];
  },
): Promise<void> {
  await db
    .updateTable('card_transfer')
    .set({ state: closing.state, closed_at: closing.at, closed_by: closing.actor })
    .where('region_id', '=', regionId)
    .where('transfer_id', '=', transferId)
    .execute();
  await sql`
    update card_transfer_item set outcome = case
      when ${closing.state} = 'withdrawn' then 'withdrawn'
      when uitpas_number = any(${[...closing.missing]}::text[]) then 'missing'
      else 'arrived' end
    where region_id = ${regionId} and transfer_id = ${transferId}::uuid
  `.execute(db);
}

export async function insertWriteOffs(
  db: Db,
  regionId: number,
  act: {
    readonly actId: string;
    readonly requestDigest: Uint8Array;
    readonly place: Place;
    readonly reason: string;
    readonly at: number;
    readonly actor: string;
  },
  numbers: readonly string[],
): Promise<void> {
  await db
    .insertInto('card_write_off')
    .values(
      numbers.map((number) => ({
        region_id: regionId,
        uitpas_number: number,
        act_id: act.actId,
        request_digest: act.requestDigest,
        place_nis: act.place,
        reason: act.reason,
        at: act.at,
        actor: act.actor,
      })),
    )
    .execute();
}

export async function findWriteOff(
  db: Db,
  regionId: number,
  actId: string,
): Promise<{ readonly requestDigest: Uint8Array; readonly cards: number } | undefined> {
  const rows = await db
    .selectFrom('card_write_off')
    .select('request_digest')
    .where('region_id', '=', regionId)
    .where('act_id', '=', actId)
    .execute();
  return rows[0] && { requestDigest: rows[0].request_digest, cards: rows.length };
}

export type CountedKind = {
  readonly place: Place;
  readonly cardSystemId: string;
  readonly kansenstatuut: boolean;
  readonly inStock: number;
  readonly underWay: number;
};

export async function countStock(db: Db, regionId: number): Promise<CountedKind[]> {
  const { rows } = await sql<CountedKind>`
    select place_nis as place, card_system_id as "cardSystemId", substr(uitpas_number, 12, 1) = '1' as kansenstatuut,
      count(*) filter (where transfer_id is null)::integer as "inStock",
      count(*) filter (where transfer_id is not null)::integer as "underWay"
    from card where region_id = ${regionId} and state = 'stock' and kind = 'card'
    group by 1, 2, 3 order by 2, 3
  `.execute(db);
  return rows;
}

export type CountedRange = NumberRange & {
  readonly place: Place;
  readonly cardSystemId: string;
  readonly kansenstatuut: boolean;
  readonly count: number;
};

/** Boxes: what follows each other in a cupboard. Serial numbers sort as text, digit 12 after them. */
export async function listRanges(
  db: Db,
  regionId: number,
  places: readonly Place[],
  maxEach: number,
): Promise<CountedRange[]> {
  const { rows } = await sql<CountedRange>`
    with lying as (
      select place_nis, card_system_id, substr(uitpas_number, 12, 1) as kind, uitpas_number,
        substr(uitpas_number, 1, 11)::bigint - row_number() over (
          partition by place_nis, card_system_id, substr(uitpas_number, 12, 1) order by uitpas_number) as box
      from card
      where region_id = ${regionId} and state = 'stock' and kind = 'card' and transfer_id is null
        and (place_nis = any(${places.filter((place) => place !== null)}::text[])
          or (place_nis is null and ${places.includes(null)}))
    ), boxes as (
      select place_nis, card_system_id, kind, min(uitpas_number) as first, max(uitpas_number) as last, count(*)::integer as count
      from lying group by place_nis, card_system_id, kind, box
    ), numbered as (
      select *, row_number() over (partition by place_nis, card_system_id, kind order by first) as no from boxes
    )
    select place_nis as place, card_system_id as "cardSystemId", kind = '1' as kansenstatuut, first, last, count
    from numbered where no <= ${maxEach} order by place_nis nulls first, card_system_id, kind, first
  `.execute(db);
  return rows;
}

export type ListedTransfer = Omit<Transfer, 'numbers'> & {
  readonly note: string;
  readonly sentBy: string;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
};

/** Everything under way, and what was closed lately. */
export async function listTransfers(
  db: Db,
  regionId: number,
  closedSince: number,
): Promise<ListedTransfer[]> {
  const rows = await db
    .selectFrom('card_transfer')
    .selectAll()
    .where('region_id', '=', regionId)
    .where((eb) => eb.or([eb('state', '=', 'under-way'), eb('closed_at', '>', closedSince)]))
    .orderBy('sent_at', 'desc')
    .limit(TRANSFERS_SHOWN)
    .execute();
  return rows.map((row) => ({
    transferId: row.transfer_id,
    cardSystemId: row.card_system_id,
    from: row.from_nis,
    to: row.to_nis,
    state: row.state,
    sentAt: row.sent_at,
    note: row.note,
    sentBy: row.sent_by,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
  }));
}
const TRANSFERS_SHOWN = 200;

export async function listTransferItems(
  db: Db,
  regionId: number,
  transferIds: readonly string[],
): Promise<{ transferId: string; number: UitpasNumber; missing: boolean }[]> {
  if (transferIds.length === 0) return [];
  const rows = await db
    .selectFrom('card_transfer_item')
    .select(['transfer_id', 'uitpas_number', 'outcome'])
    .where('region_id', '=', regionId)
    .where('transfer_id', 'in', transferIds)
    .orderBy('uitpas_number')
    .execute();
  return rows.map((row) => ({
    transferId: row.transfer_id,
    number: row.uitpas_number as UitpasNumber, // checked by the table of cards
    missing: row.outcome === 'missing',
  }));
}

export const listDeliveries = (
  db: Db,
  regionId: number,
): Promise<
  {
    delivery_id: string;
    card_system_id: string;
    reference: string;
    cards: number;
    at: number;
    actor: string;
  }[]
> =>
  db
    .selectFrom('card_delivery')
    .select(['delivery_id', 'card_system_id', 'reference', 'cards', 'at', 'actor'])
    .where('region_id', '=', regionId)
    .orderBy('at', 'desc')
    .limit(DELIVERIES_SHOWN)
    .execute();
const DELIVERIES_SHOWN = 20;

export async function hasCardSystem(db: Db, regionId: number, cardSystemId: string): Promise<boolean> {
  const row = await db
    .selectFrom('card_system')
    .select('card_system_id')
    .where('region_id', '=', regionId)
    .where('card_system_id', '=', cardSystemId)
    .executeTakeFirst();
  return row !== undefined;
}
