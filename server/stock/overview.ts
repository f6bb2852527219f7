// The stock as a counter sees it: its own cupboard with its boxes, the counts of the others it may see, what is under way.
import { isAllowed } from '#domain/devices/permissions.ts';
import { toRanges } from '#domain/cards/number-range.ts';
import type { StockOverview } from '#domain/stock-api.ts';
import type { Place } from '#domain/stock/stock.ts';
import type { Actor } from '../auth/actor.ts';
import { requirePermissionSomewhere } from '../auth/permission.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import {
  findOrganisation,
  findRegion,
  listCardSystems,
  listMunicipalities,
} from '../organisations/repository.ts';
import { listNewestCounts } from './count-repository.ts';
import { countStock, listDeliveries, listRanges, listTransferItems, listTransfers } from './repository.ts';
import { mayManage, type StockContext } from './service.ts';

const RANGES_SHOWN = 200;
const TRANSFER_RANGES_SHOWN = 20;
const CLOSED_SHOWN_MS = 92 * 24 * 3_600_000;

export async function readStock(
  context: StockContext,
  actor: Actor,
  organisationId: string | undefined,
): Promise<StockOverview> {
  await requirePermissionSomewhere(context, actor, 'stock.read');
  const { db, clock } = context;
  const { regionId } = actor;
  const sees = (place: Place): boolean =>
    isAllowed(actor.grants, 'stock.read', { regionId, ...(place !== null && { nisCode: place }) });
  const [municipalities, region, cardSystems, counted, organisation] = await Promise.all([
    listMunicipalities(db, regionId),
    findRegion(db, regionId),
    listCardSystems(db, regionId),
    countStock(db, regionId),
    organisationId === undefined ? undefined : findOrganisation(db, regionId, organisationId),
  ]);
  const places: { place: Place; name: string }[] = [
    { place: null, name: region?.name ?? '' },
    ...municipalities.map(({ nisCode, name }) => ({ place: nisCode, name })),
  ];
  const seen = places.filter(({ place }) => sees(place));
  // Who keeps the region's cupboard begins there, at whatever counter.
  const own = mayManage(actor, null) ? null : (organisation?.nisCode ?? null);
  const ranges = await listRanges(
    db,
    regionId,
    seen.map(({ place }) => place),
    RANGES_SHOWN + 1,
  );
  const systemName = new Map(cardSystems.map(({ cardSystemId, name }) => [cardSystemId, name]));
  const listed = (await listTransfers(db, regionId, clock.now() - CLOSED_SHOWN_MS)).filter(
    ({ from, to }) => sees(from) || sees(to),
  );
  const delivers = isAllowed(actor.grants, 'stock.deliver', { regionId });
  const deliveries = delivers ? await listDeliveries(db, regionId) : [];
  const items = await listTransferItems(
    db,
    regionId,
    listed.map(({ transferId }) => transferId),
  );
  const counts = (await listNewestCounts(db, regionId)).filter(({ place_nis }) => sees(place_nis));
  const nameOf = await readStaffNames(db, [
    ...listed.flatMap(({ sentBy, closedBy }) => [sentBy, closedBy ?? sentBy]),
    ...[...deliveries, ...counts].map(({ actor: who }) => who),
  ]);

  return {
    cupboards: seen
      .sort((a, b) => Number(b.place === own) - Number(a.place === own))
      .map(({ place, name }) => ({
        place,
        name,
        manages: mayManage(actor, place),
        kinds: counted
          .filter((kind) => kind.place === place)
          .map(({ cardSystemId, kansenstatuut, inStock, underWay }) => {
            const boxes = ranges.filter(
              (range) =>
                range.place === place &&
                range.cardSystemId === cardSystemId &&
                range.kansenstatuut === kansenstatuut,
            );
            const newest = counts.find(
              (each) =>
                each.place_nis === place &&
                each.card_system_id === cardSystemId &&
                each.kansenstatuut === kansenstatuut,
            );
            return {
              cardSystemId,
              cardSystemName: systemName.get(cardSystemId) ?? cardSystemId,
              kansenstatuut,
              inStock,
              underWay,
              ranges: boxes.slice(0, RANGES_SHOWN).map(({ first, last, count }) => ({ first, last, count })),
              moreRanges: boxes.length > RANGES_SHOWN,
              ...(newest && {
                count: {
                  ...{ at: newest.at, by: nameOf.get(newest.actor) ?? '', why: newest.why },
                  ...{ expected: newest.expected, counted: newest.counted },
                },
              }),
            };
          }),
      })),
    places,
    cardSystems,
    delivers,
    transfers: listed.map((transfer) => {
      const sent = items.filter(({ transferId }) => transferId === transfer.transferId);
      const isOpen = transfer.state === 'under-way';
      return {
        ...transfer,
        sentBy: nameOf.get(transfer.sentBy) ?? transfer.sentBy,
        closedBy: transfer.closedBy && (nameOf.get(transfer.closedBy) ?? transfer.closedBy),
        count: sent.length,
        missing: sent.filter(({ missing }) => missing).length,
        ranges: toRanges(sent.map(({ number }) => number)).slice(0, TRANSFER_RANGES_SHOWN),
        mayReceive: isOpen && mayManage(actor, transfer.to),
        mayWithdraw: isOpen && mayManage(actor, transfer.from),
      };
    }),
    deliveries: deliveries.map((row) => ({
      deliveryId: row.delivery_id,
      cardSystemName: systemName.get(row.card_system_id) ?? row.card_system_id,
      reference: row.reference,
      cards: row.cards,
      at: row.at,
      actor: nameOf.get(row.actor) ?? row.actor,
    })),
  };
}
