// The first word on each command: refused, held, or placed as a visit among the others of its card. What the domain's
// rules need to know of cards, activities and times is read once for a whole batch.
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { planted } from '#domain/kernel/planted.ts';
import { parseChipNumber } from '#domain/cards/chip-number.ts';
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CheckInPayload, Envelope } from '#domain/sync/command.ts';
import { placeCheckIn, type Placed } from '#domain/sync/rule-batch.ts';
import type { HoldCode, Judgement } from '#domain/sync/ruling.ts';
import { trustedTimeOf, type TrustedTime } from '#domain/sync/trusted-time.ts';
import { anchorKey } from './batch-store.ts';
import type { BatchDevice, BatchStore, NewRuling, UndoRow } from './batch-store.ts';
import type { Content, IncomingCommand } from './incoming-command.ts';

export type RulingContext = {
  readonly receivedAt: Instant;
  /** The account of a number that no card system of the region knows: always the same for the same number. */
  readonly foreignAccountId: (number: string) => string;
};

/** `before`: it was held until now, and a person decided. What is known of its time is when it came, not when that was. */
export type ToRule = {
  readonly command: IncomingCommand;
  readonly hold: HoldCode | null;
  readonly before?: { readonly n: number; readonly receivedAt: Instant; readonly refused: boolean };
};

export type Facts = {
  readonly cards: Awaited<ReturnType<BatchStore['cardsByNumber']>>;
  readonly chips: ReadonlyMap<string, string>;
  readonly activities: Awaited<ReturnType<BatchStore['activities']>>;
  readonly anchors: ReadonlyMap<string, Instant>;
};

export async function loadFacts(
  store: BatchStore,
  device: BatchDevice,
  commands: readonly IncomingCommand[],
): Promise<Facts> {
  const checkIns = commands.flatMap(({ content }) => (content.kind === 'check-in' ? [content.payload] : []));
  const anchors = commands.flatMap(({ content }) =>
    content.kind === 'check-in' || content.kind === 'undo-check-in' ? (content.envelope.anchor ?? []) : [],
  );
  const named = [...new Map(anchors.map((anchor) => [anchorKey(anchor), anchor])).values()];
  const chips = checkIns.flatMap(({ chip }) => (chip === undefined ? [] : [chip]));
  const numbersByChip =
    chips.length > 0 ? await store.numbersByChip([...new Set(chips)]) : new Map<string, string>();
  const numbers = new Set([
    ...checkIns.flatMap(({ number }) => (number === undefined ? [] : [number])),
    ...numbersByChip.values(),
  ]);
  return {
    chips: numbersByChip,
    cards: numbers.size > 0 ? await store.cardsByNumber([...numbers]) : new Map(),
    activities: await store.activities([...new Set(checkIns.map(({ activityId }) => activityId))]),
    anchors: named.length > 0 ? await store.anchorTimes(device.deviceId, named) : new Map(),
  };
}

/** Rulings that are settled, and what is still to be weighed against other visits. */
export type Work = {
  readonly placed: Placed[];
  readonly undos: { readonly row: UndoRow; readonly command: IncomingCommand }[];
  readonly rulings: NewRuling[];
};

export function firstRulings(
  fresh: readonly ToRule[],
  device: BatchDevice,
  facts: Facts,
  context: RulingContext,
): Work {
  const work: Work = { placed: [], undos: [], rulings: [] };
  for (const { command, hold, before } of fresh) {
    const { content } = command;
    const first = ({ id, device: deviceId, seq }: IncomingCommand, judgement: Judgement): void => {
      work.rulings.push({ commandId: id, n: (before?.n ?? 0) + 1, deviceId, seq, judgement });
    };
    if (hold) first(command, { outcome: 'quarantined', code: hold, points: 0 });
    else if (before?.refused) first(command, { outcome: 'refused', code: 'refused-at-desk', points: 0 });
    else if (content.kind === 'malformed')
      first(command, { outcome: 'refused', code: 'malformed', points: 0 });
    else if (content.kind === 'unknown')
      first(command, { outcome: 'pending', code: 'unknown-kind', points: 0 });
    else {
      const time = timeOf(content, device, facts, before ?? context);
      if (content.kind === 'undo-check-in') {
        work.undos.push({
          command,
          row: {
            commandId: command.id,
            targetId: content.payload.target,
            at: time.at,
            deviceId: command.device,
          },
        });
        continue;
      }
      const { payload, envelope } = content;
      const number = numberOf(payload, facts);
      if (number === undefined || (payload.paper && device.kind !== 'desk')) {
        first(command, {
          outcome: 'refused',
          code: number === undefined ? 'malformed' : 'not-allowed',
          points: 0,
        });
        continue;
      }
      const activity = facts.activities.get(payload.activityId);
      const placement = placeCheckIn({
        commandId: command.id,
        deviceId: command.device,
        seq: command.seq,
        number,
        card: facts.cards.get(number),
        foreignAccountId: context.foreignAccountId(number),
        activity,
        activityVersion: envelope.activityVersion,
        enrolled: isEnrolled(device, activity?.activityId, activity?.organisationId),
        time,
        ...(before && { rulingsBefore: before.n }),
      });
      if (placement.placed) work.placed.push(placement.visit);
      else first(command, { outcome: 'refused', code: placement.code, points: 0 });
    }
  }
  return work;
}

/** A chip that is not known is a foreign card of which only the chip was read. */
function numberOf(payload: CheckInPayload, facts: Facts): string | undefined {
  if (payload.number !== undefined) {
    const parsed = parseUitpasNumber(payload.number);
    return parsed.ok ? parsed.value : undefined;
  }
  const chip = parseChipNumber(payload.chip ?? '');
  return chip.ok ? (facts.chips.get(chip.value) ?? chip.value) : undefined;
}

function timeOf(
  content: Extract<Content, { envelope: Envelope }>,
  device: BatchDevice,
  facts: Facts,
  { receivedAt }: Pick<RulingContext, 'receivedAt'>,
): TrustedTime {
  const { envelope } = content;
  if (device.kind === 'desk') {
    // A desk answers for what it enters: the time on the paper stands, within the last month.
    const written =
      content.kind === 'check-in' ? (content.payload.paper?.at ?? envelope.occurredAt) : envelope.occurredAt;
    const at = Math.min(Math.max(written, receivedAt - limits.paperListBackMs), receivedAt);
    return { at, earliest: at, latest: at, plausible: true };
  }
  const anchorTime = envelope.anchor ? facts.anchors.get(anchorKey(envelope.anchor)) : undefined;
  const time = trustedTimeOf(envelope, { anchorTime, enrolledAt: device.enrolledAt, receivedAt });
  return planted('window-not-clamped') || planted('sort-by-clock')
    ? { ...time, at: envelope.occurredAt, plausible: true }
    : time;
}

export const isEnrolled = (
  device: BatchDevice,
  activityId: string | undefined,
  organisationId: string | undefined,
): boolean =>
  device.kind === 'desk'
    ? organisationId === device.organisationId
    : activityId !== undefined && device.enrolledActivityIds.includes(activityId);
