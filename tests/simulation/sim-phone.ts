// One phone of a simulation: the phone's own code from the scan to the sync loop, over a disk that survives, a clock
// that may be wrong and a network that may fail. Killed between any two accesses to storage, nothing of it goes on.
import { readScan } from '#domain/cards/read-scan.ts';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import type { CommandKind, CheckInPayload } from '#domain/sync/command.ts';
import { checkIn, type ScanShown } from '../../src/lib/checkins/check-in.ts';
import { undoScan } from '../../src/lib/checkins/undo-scan.ts';
import { markOf } from '../../src/lib/db/device-keys.ts';
import type { TraceStore } from '../../src/lib/db/known-device.ts';
import type { DeviceRow, OutboxRow, ScanRow, VisitRow } from '../../src/lib/db/phone-db.ts';
import type { Chance } from '../../src/lib/ids.ts';
import { requestEnrolment, settleEnrolment } from '../../src/lib/session/enrol.ts';
import { findDebtors, readStanding } from '../../src/lib/session/open-session.ts';
import { openPhone, type Phone, type PhoneParts } from '../../src/lib/session/phone.ts';
import { dispatch } from '../../src/lib/sync/dispatch.ts';
import { expectedOnPhone, type PhoneFacts } from './auditor.ts';
import type { Dice } from './dice.ts';
import { BrokenLaw, type Promised, type WatchedPhone } from './laws.ts';
import type { Network } from './network.ts';
import { openOn, PhoneDisk } from './phone-disk.ts';
import { REGION, type SimServer } from './sim-server.ts';
import type { Town } from './town.ts';
import { PhoneClock, type WorldClock } from './world-clock.ts';

export type PhoneSurroundings = {
  readonly town: Town;
  readonly clock: WorldClock;
  readonly network: Network;
  readonly server: SimServer;
  readonly dice: Dice;
  readonly promise: (promised: Promised) => void;
  readonly enrolled: () => void;
  /** A law that was broken inside the phone. */
  readonly broken: (law: BrokenLaw) => void;
};

export class SimPhone implements WatchedPhone {
  readonly name: string;
  readonly clock: PhoneClock;
  /** All that this phone was enrolled as, the newest last: who loses the storage becomes a new device. */
  readonly deviceIds: string[] = [];
  /** Devices whose numbers or rows somebody changed: what they owe is no longer known. */
  readonly tampered = new Set<string>();
  lostStorage = false;
  disk = new PhoneDisk();
  phone: Phone | undefined;
  readonly #organisationId: string;
  readonly #activityIds: readonly string[];
  readonly #around: PhoneSurroundings;
  readonly #trace = new Map<string, string>();
  readonly #chance: Chance;
  #debtors: Phone[] = [];
  #kill: () => void = () => undefined;
  #life = 0;
  #accessesLeft: number | undefined;

  constructor(
    around: PhoneSurroundings,
    name: string,
    skewMs: number,
    organisationId: string,
    activityIds: readonly string[],
  ) {
    this.#around = around;
    this.name = name;
    this.clock = new PhoneClock(around.clock, skewMs);
    this.#organisationId = organisationId;
    this.#activityIds = activityIds;
    const dice = around.dice.fork();
    this.#chance = { bytes: (count) => dice.bytes(count), fraction: () => dice.fraction() };
  }

  get isUp(): boolean {
    return this.phone !== undefined;
  }

  get activityIds(): readonly string[] {
    return this.#activityIds;
  }

  /** The device it is now. */
  get id(): string {
    return this.deviceIds[this.deviceIds.length - 1] ?? '';
  }

  /** Everything that runs on it: what it is, and what it was and still owes commands. */
  get running(): readonly Phone[] {
    return this.phone ? [this.phone, ...this.#debtors] : [];
  }

  /** As session.svelte.ts does it: look what this phone is, enrol a stranger, go on with the rest. */
  async start(): Promise<void> {
    if (this.phone) return;
    const life = ++this.#life;
    const isAlive = (): boolean => life === this.#life;
    this.#accessesLeft = undefined;
    const { db, kill } = openOn(this.disk, { burn: () => this.#burn() });
    this.#kill = kill;
    const parts: PhoneParts = { ...this.#parts(isAlive), db };
    const standing = await readStanding(db, parts.trace);
    if (standing.kind === 'unusable' || standing.kind === 'waiting') throw new Error(standing.kind);
    const replaces = standing.kind === 'lost' ? standing.known.device : undefined;
    const device = 'device' in standing ? standing.device : await this.#enrol(parts, replaces);
    const phone = await openPhone(parts, device);
    await phone.rosterRead;
    const debtors: Phone[] = [];
    for (const debtor of await findDebtors(db, device.id)) debtors.push(await openPhone(parts, debtor));
    if (!isAlive()) return;
    this.phone = phone;
    this.#debtors = debtors;
    for (const running of this.running) running.sync.start();
  }

  /** The browser is gone; what was committed is still there. */
  kill(): void {
    this.#life++;
    this.#kill();
    this.phone = undefined;
    this.#debtors = [];
    this.clock.restart();
  }

  losePower(): void {
    this.kill();
    this.disk.losePower();
  }

  /** The browser threw the database away, or an old copy of it came back. `whole`: the trace beside it as well. */
  putStorageBack(old: PhoneStorage | undefined, whole: boolean): void {
    this.kill();
    this.lostStorage = true;
    this.disk = old?.disk.copy() ?? new PhoneDisk();
    if (!whole) return;
    for (const device of this.deviceIds) this.tampered.add(device);
    this.#trace.clear();
    for (const [key, value] of old?.trace ?? []) this.#trace.set(key, value);
  }

  copyStorage(): PhoneStorage {
    return { disk: this.disk.copy(), trace: new Map(this.#trace) };
  }

  /** Dies at the given access to storage from now on. */
  armFuse(accesses: number): void {
    this.#accessesLeft = accesses;
  }

  scan(number: string, activityId: string): void {
    if (this.phone) this.#scanOn(this.phone, number, activityId);
  }

  /** The same app open twice: both write at the same moment, only one of them sends. */
  scanInTwoTabs([one, other]: readonly [string, string], activityId: string): void {
    const first = this.phone;
    if (!first) return;
    const life = this.#life;
    const { db } = openOn(this.disk, { burn: () => life !== this.#life });
    const parts: PhoneParts = { ...this.#parts(() => life === this.#life), db };
    void openPhone(parts, first.device).then((second) => {
      if (life !== this.#life) return;
      this.#scanOn(first, one, activityId);
      // What the first tab is about to write is not on the disk yet: no facts to compare with.
      this.#scanOn(second, other, activityId, false);
    });
  }

  #scanOn(phone: Phone, number: string, activityId: string, alone = true): void {
    const reading = readScan(number, 'camera', 'code-128');
    void markOf(phone.markKey, number).then(async (mark) => {
      const facts = alone ? this.#factsOn(phone, number, mark, activityId) : undefined;
      const result = await checkIn(phone, reading, { activityId, way: 'camera' });
      if (result.kind !== 'scanned' || result.again) return;
      this.#promise(phone, result.commandId);
      if (facts) this.#compare(facts, result);
    });
  }

  undo(scan: ScanRow): void {
    const phone = this.phone;
    if (!phone) return;
    void undoScan(phone, scan.commandId).then((result) => {
      if (result.kind !== 'undone') return;
      const undoSeq = this.scans().find((row) => row.commandId === scan.commandId)?.undoSeq;
      const command = this.outbox().find((row) => row.seq === undoSeq && row.device === scan.device);
      if (command) this.#promise(phone, command.id);
    });
  }

  /** A later version of the app writes what this server does not know yet. */
  writeOfTheFuture(): void {
    const phone = this.phone;
    if (!phone) return;
    // The kind is one that today's types do not have: that is the point.
    const kind = 'redeem-reward' as CommandKind & 'check-in';
    const payload = { reward: 'r' } as unknown as CheckInPayload;
    const grounds = { verdictShown: null, activityVersion: null, rosterVersion: null };
    void dispatch(phone, kind, payload, async () => ({
      write: true,
      result: undefined,
      grounds,
      apply: () => Promise.resolve(),
    })).then((saved) => {
      if (saved.ok && saved.value.command) this.#promise(phone, saved.value.command.id);
    });
  }

  outbox(): OutboxRow[] {
    return this.disk.rows<OutboxRow>('outbox');
  }

  scans(): ScanRow[] {
    return this.disk.rows<ScanRow>('scans');
  }

  async #enrol(parts: PhoneParts, replaces: string | undefined): Promise<DeviceRow> {
    const { server, clock, dice } = this.#around;
    const deviceId = dice.uuid();
    const outcome = await requestEnrolment(
      parts.db,
      this.clock,
      {
        code: 'ABC',
        name: this.name,
        platform: 'simulation',
        appVersion: '1',
        ...(replaces !== undefined && { replaces }),
      },
      {
        post: async ({ publicKey }) => {
          const device = {
            deviceId,
            organisationId: this.#organisationId,
            kind: 'phone' as const,
            publicKey,
          };
          server.enrol(device, this.name, this.#activityIds);
          return {
            device: deviceId,
            region: REGION,
            regionName: 'Westhoek',
            organisationName: '',
            activityTitles: [],
            serverKey: server.publicKey,
            expiresAt: clock.now,
          };
        },
      },
    );
    if (!outcome.ok) throw new Error('the phone could not be enrolled');
    this.deviceIds.push(deviceId);
    this.#around.enrolled();
    return settleEnrolment(parts.db, parts.trace, outcome.device, 'active');
  }

  #parts(isAlive: () => boolean): Omit<PhoneParts, 'db'> {
    const { network, town, clock } = this.#around;
    return {
      trace: this.#traceStore(),
      clock: this.clock,
      chance: this.#chance,
      transport: network.transportFor(isAlive),
      download: async () =>
        network.isOnline(this.id) ? { bytes: town.rosterFile(clock.now), etag: null } : undefined,
      answerRowsMax: 3, // so that the answers of this small town are cut short too
      phoneFacts: async () => ({
        appVersion: '1',
        platform: 'simulation',
        installed: true,
        persisted: true,
        freeBytes: null,
        battery: null,
        shiftActive: true,
      }),
    };
  }

  /** What this phone knows at this moment, read past its own code. */
  #factsOn(phone: Phone, number: string, mark: string, activityId: string): PhoneFacts | undefined {
    const { town } = this.#around;
    const policy = this.disk.rows<ActivityPolicy>('activities').find((row) => row.activityId === activityId);
    if (!policy) return undefined;
    const roster = phone.roster();
    const card = roster && town.cardInRoster(number, roster.header.builtAt);
    const visits = new Map<string, number>();
    const fingerprint = town.fingerprintText(number);
    for (const visit of roster ? this.disk.rows<VisitRow>('visits') : [])
      if (visit.activityId === activityId && visit.fingerprint === fingerprint && visit.counts === 1)
        visits.set(visit.commandId, visit.at);
    for (const { commandId, at, undone, shown, ruling, ...scan } of this.scans()) {
      if (scan.activityId !== activityId || scan.mark !== mark) continue;
      visits.delete(commandId);
      if (undone === 0 && (ruling ?? shown).outcome !== 'refused') visits.set(commandId, at);
    }
    return {
      at: phone.trueNow(),
      card: card && {
        accountId: card.accountId,
        state: card.state,
        since: 0,
        groupPass: card.groupPass,
        systems: card.cardSystemIds,
      },
      windows: policy.occurrences,
      points: policy.points,
      limit: policy.limit,
      visits: [...visits].map(([id, at]) => ({ id, at })),
    };
  }

  #compare(facts: PhoneFacts, scan: ScanShown): void {
    const expected = expectedOnPhone(facts, scan.commandId);
    const shown = {
      outcome: scan.outcome,
      code: scan.code ?? null,
      points: scan.points,
      of: scan.of?.of ?? null,
    };
    if (JSON.stringify(shown) !== JSON.stringify(expected))
      this.#around.broken(
        new BrokenLaw(
          'phone-and-server-rule-alike',
          `${this.name} shows ${JSON.stringify(shown)}, from its facts follows ${JSON.stringify(expected)}`,
        ),
      );
  }

  #promise(phone: Phone, commandId: string): void {
    const row = this.outbox().find(({ id }) => id === commandId);
    if (!row) {
      const lost = `${this.name} showed ${commandId} as saved, and it is not in its storage`;
      this.#around.broken(new BrokenLaw('nothing-acknowledged-is-lost', lost));
      return;
    }
    const { device, seq, id, hash } = row;
    if (device === phone.device.id) this.#around.promise({ device, seq, id, hash });
  }

  #burn(): boolean {
    if (this.#accessesLeft === undefined || this.#accessesLeft-- > 0) return false;
    // Not from inside the access: its caller stops first.
    queueMicrotask(() => this.kill());
    return true;
  }

  /** localStorage. */
  #traceStore(): TraceStore {
    return {
      getItem: (key) => this.#trace.get(key) ?? null,
      setItem: (key, value) => void this.#trace.set(key, value),
      removeItem: (key) => void this.#trace.delete(key),
    };
  }
}

export type PhoneStorage = { readonly disk: PhoneDisk; readonly trace: ReadonlyMap<string, string> };
