// A town on an evening when everything goes wrong: phones, a desk, a server, a network, and dice that say what happens
// next. One seed is one story; `npm run sim -- --seed N` tells it again.
import { must } from '#domain/kernel/assert.ts';
import { SyncRequest, SyncResponse } from '#domain/sync/exchange.ts';
import type { OutboxRow } from '../../src/lib/db/phone-db.ts';
import type { SignedMessage } from '../../src/lib/sync/transport.ts';
import { auditedWorld } from './audited-world.ts';
import { Dice } from './dice.ts';
import { BrokenLaw, LawKeeper, type Promised } from './laws.ts';
import { Network } from './network.ts';
import { placeOf, type ServerTables } from './server-tables.ts';
import { SimPhone, type PhoneStorage } from './sim-phone.ts';
import { SimServer } from './sim-server.ts';
import { tamper, type Tampering } from './tampering.ts';
import { Town } from './town.ts';
import { WorldClock } from './world-clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How often each thing happens. */
const WEIGHTS = {
  scan: 340,
  sameCardAgain: 30,
  undo: 40,
  network: 300,
  seconds: 90,
  sleep: 20,
  wakePhone: 40,
  startPhone: 40,
  killPhone: 12,
  killPhoneMidway: 20,
  powerLoss: 12,
  goOffline: 16,
  goOnline: 24,
  weather: 10,
  serverDies: 25,
  clockJump: 8,
  changeCard: 8,
  changeActivity: 4,
  paperList: 12,
  futureCommand: 4,
  copyStorage: 10,
  storagePutBack: 6,
  storageLost: 1,
  backup: 6,
  restore: 2,
  revoke: 1,
  tamper: 4,
  twoTabs: 8,
};
export const HAPPENINGS = Object.keys(WEIGHTS) as Happening[]; // the keys of a constant object
export type Happening = keyof typeof WEIGHTS;

export class World {
  readonly seed: number;
  readonly clock: WorldClock;
  readonly town: Town;
  readonly server: SimServer;
  readonly network: Network;
  readonly phones: SimPhone[] = [];
  readonly promised: Promised[] = [];
  readonly story: string[] = [];
  /** Devices whose rows somebody changed: the server must notice. */
  readonly tamperings = new Map<string, Tampering>();
  readonly happened = new Map<string, number>();
  readonly keeper: LawKeeper;
  owing = false;
  readonly #dice: Dice;
  readonly #desks: string[] = [];
  #backup: ServerTables | undefined;
  #broken: unknown;

  constructor(seed: number) {
    this.seed = seed;
    this.#dice = new Dice(seed);
    this.town = new Town(this.#dice.fork());
    this.clock = new WorldClock(this.town.startsAt);
    this.server = new SimServer(this.town, this.clock, this.#dice.fork());
    this.network = new Network(this.clock, this.#dice.fork(), (message) => this.#answer(message));
    const poisonous = this.#dice.chance(0.3);
    const isPoison = (hash: Uint8Array): boolean => poisonous && hash[0] === 7;
    this.server.tables.isPoison = isPoison;
    this.keeper = new LawKeeper({
      tables: this.server.tables,
      phones: this.phones,
      promised: this.promised,
      audited: auditedWorld(this.server.tables, this.server.facts, (number) =>
        this.server.foreignAccount(number),
      ),
      isPoison,
      isOwing: () => this.owing,
    });
  }

  async open(): Promise<void> {
    const dice = this.#dice;
    const { activityIds, organisationIds } = this.town;
    for (const organisationId of organisationIds) {
      const deviceId = dice.uuid();
      this.#desks.push(deviceId);
      this.server.enrol({ deviceId, organisationId, kind: 'desk', publicKey: null }, 'Balie', []);
    }
    const phoneCount = dice.int(2, 6);
    for (let i = 0; i < phoneCount; i++) {
      const skew = dice.weighted({ none: 6, some: 4, hours: 1, dayAhead: 1, dayBehind: 1 });
      const skewMs =
        skew === 'none'
          ? 0
          : skew === 'some'
            ? dice.int(-90, 90) * SECOND
            : skew === 'hours'
              ? dice.int(-5, 5) * HOUR
              : (skew === 'dayAhead' ? 1 : -1) * DAY;
      const enrolledFor = dice.chance(0.7) ? activityIds : [dice.pick(activityIds)];
      const phone = new SimPhone(
        {
          town: this.town,
          clock: this.clock,
          network: this.network,
          server: this.server,
          dice: dice.fork(),
          promise: (promised) => {
            this.#watch(() => this.keeper.checkPromise(promised));
            this.promised.push(promised);
          },
          // A server put back to before an enrolment does not know that phone: its scans wait for the rescue file.
          enrolled: () => (this.#backup = undefined),
          broken: (law) => (this.#broken ??= law),
        },
        `phone ${i + 1}`,
        skewMs,
        dice.pick(organisationIds),
        enrolledFor,
      );
      this.phones.push(phone);
      await phone.start();
    }
    // Pre-flight: with network, as the coordinator asks.
    await this.settle();
    this.network.weather = 'fair';
    await this.advance(1);
    await this.network.flush();
    await this.settle();
    this.network.weather = 'rough';
    this.server.tables.commit();
  }

  async step(): Promise<void> {
    const what = this.#dice.weighted(WEIGHTS);
    const detail = await this.#happen(what);
    await this.settle();
    this.#note(what, detail);
    this.keeper.check();
  }

  /** Everything that can go on without time or network has gone on. */
  readonly settle = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#broken !== undefined) throw this.#broken;
  };

  advance = (ms: number): Promise<void> => this.clock.advance(ms, this.settle);

  /** The storm is over: network, server and phones are up, and nobody does anything new. */
  async heal(): Promise<void> {
    this.#note('heal', '');
    this.server.armFuse(undefined);
    this.network.weather = 'fair';
    for (const phone of this.phones) {
      for (const id of phone.deviceIds) this.network.setOnline(id, true);
      phone.armFuse(Number.POSITIVE_INFINITY);
    }
    await this.network.flush();
    // Whatever still waits for an answer gives up.
    await this.clock.sleep(MINUTE, this.settle);
    for (let i = 0; i < 3; i++) {
      await this.network.flush();
      await this.settle();
    }
    for (const phone of this.phones) await phone.start();
    await this.settle();
  }

  /** One round of sync for each phone. */
  async round(): Promise<void> {
    for (const phone of this.phones)
      for (const { sync, device } of phone.running) {
        let done = false;
        const drained = sync.drain().finally(() => (done = true));
        for (let i = 0; i < 200 && !done; i++) {
          await this.settle();
          await this.network.flush();
        }
        if (!done) throw new BrokenLaw('outboxes-drain', `${phone.name} (${device.id}) comes to no end`);
        await drained;
        await this.settle();
        this.keeper.check();
      }
  }

  async #happen(what: Happening): Promise<string> {
    const dice = this.#dice;
    const up = this.phones.filter(({ isUp }) => isUp);
    const phone = up.length > 0 ? dice.pick(up) : undefined;
    switch (what) {
      case 'scan':
      case 'sameCardAgain': {
        if (!phone) return '';
        const recent = what === 'sameCardAgain' ? this.#lastNumber : undefined;
        const number = recent ?? dice.pick(this.town.cards).number;
        const activityId = dice.pick(phone.activityIds);
        this.#lastNumber = number;
        this.clock.now += dice.int(1, 20_000);
        phone.scan(number, activityId);
        return `${phone.name} ${number}`;
      }
      case 'twoTabs': {
        if (!phone) return '';
        const numbers = [dice.pick(this.town.cards).number, dice.pick(this.town.cards).number] as const;
        phone.scanInTwoTabs(numbers, dice.pick(phone.activityIds));
        return `${phone.name} ${numbers.join(' ')}`;
      }
      case 'undo': {
        const scans = phone?.scans().filter(({ undone }) => undone === 0) ?? [];
        if (!phone || scans.length === 0) return '';
        const scan = dice.chance(0.6) ? must(scans.at(-1), 'scan') : dice.pick(scans);
        phone.undo(scan);
        return `${phone.name} seq ${scan.seq}`;
      }
      case 'network': {
        const fate = await this.network.move();
        if (fate) this.#count(`network ${fate}`);
        return fate ?? '';
      }
      case 'seconds': {
        const ms = dice.int(1, 90) * SECOND;
        await this.advance(ms);
        return `${ms / SECOND} s`;
      }
      case 'sleep': {
        const ms = dice.pick([10 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY]);
        for (const asleep of this.phones) if (dice.chance(0.5)) asleep.clock.standStill(ms);
        await this.clock.sleep(ms, this.settle);
        return `${ms / MINUTE} min`;
      }
      case 'wakePhone':
        phone?.phone?.sync.wake('now');
        await this.advance(0);
        return phone?.name ?? '';
      case 'startPhone': {
        const down = this.phones.filter(({ isUp }) => !isUp);
        if (down.length === 0) return '';
        const started = dice.pick(down);
        await started.start();
        return started.name;
      }
      case 'killPhone':
        phone?.kill();
        return phone?.name ?? '';
      case 'killPhoneMidway': {
        const accesses = dice.int(0, 30);
        phone?.armFuse(accesses);
        return phone ? `${phone.name} at access ${accesses}` : '';
      }
      case 'powerLoss':
        phone?.losePower();
        return phone?.name ?? '';
      case 'goOffline':
      case 'goOnline': {
        const one = dice.pick(this.phones);
        for (const id of one.deviceIds) this.network.setOnline(id, what === 'goOnline');
        return one.name;
      }
      case 'weather':
        this.network.weather = dice.pick(['fair', 'rough', 'rough', 'portal']);
        return this.network.weather;
      case 'serverDies': {
        const where = dice.chance(0.3) ? 'commit' : dice.int(0, 40);
        this.server.armFuse(where);
        return `at access ${where}`;
      }
      case 'clockJump': {
        if (!phone) return '';
        const ms = dice.pick([-DAY, -2 * HOUR, -40 * SECOND, 40 * SECOND, 2 * HOUR, DAY]);
        phone.clock.skewMs += ms;
        return `${phone.name} by ${ms / SECOND} s`;
      }
      case 'changeCard': {
        this.clock.now++; // after whatever came in at this moment
        const { number } = dice.pick(this.town.cards);
        const state = dice.pick(['blocked', 'replaced', 'deleted'] as const);
        this.town.changeCard(number, state, this.clock.now);
        return `${number} ${state}`;
      }
      case 'changeActivity':
        this.clock.now++;
        this.town.changeActivity(dice.pick(this.town.activityIds), this.clock.now);
        return '';
      case 'paperList': {
        const rows = Array.from({ length: dice.int(1, 4) }, () => ({
          activityId: dice.pick(this.town.activityIds),
          number: dice.pick(this.town.cards).number,
          way: 'paper' as const,
          paper: { at: this.clock.now - dice.int(0, 5 * HOUR), reason: 'stroom weg', by: 'balie' },
        }));
        const ids = await this.server.enterPaperList(dice.pick(this.#desks), rows);
        return `${ids.length} rows`;
      }
      case 'futureCommand':
        phone?.writeOfTheFuture();
        return phone?.name ?? '';
      case 'copyStorage': {
        const one = dice.pick(this.phones);
        this.#copies.set(one, one.copyStorage());
        return one.name;
      }
      case 'storagePutBack': {
        if (this.#copies.size === 0) return '';
        const one = dice.pick([...this.#copies.keys()]);
        const whole = dice.chance(0.3);
        this.#loseStorage(one, this.#copies.get(one), whole);
        return `${one.name}${whole ? ', the whole phone' : ''}`;
      }
      case 'storageLost': {
        const one = dice.pick(this.phones);
        this.#loseStorage(one, undefined, false);
        return one.name;
      }
      case 'backup':
        this.#backup = this.server.tables.backup();
        return '';
      case 'restore': {
        if (!this.#backup) return '';
        this.server.tables.restore(this.#backup);
        // What the server has forgotten it cannot compare with.
        for (const [id, { how }] of this.tamperings) if (how === 'rewritten') this.tamperings.delete(id);
        this.keeper.forget();
        // Lost on the phone, and now on the server as well.
        for (const one of this.phones) if (one.lostStorage) this.#keepOnlyPromisesOnDisk(one);
        this.owing = true;
        return '';
      }
      case 'tamper': {
        const one = dice.pick(this.phones);
        const holds = ({ device, seq }: OutboxRow): boolean =>
          this.server.tables.commandIdsByPlace.has(placeOf(device, seq));
        if (one.tampered.has(one.id)) return '';
        one.kill();
        const done = await tamper(one.disk, one.id, dice, holds);
        if (done) {
          one.tampered.add(one.id);
          this.tamperings.set(one.id, done);
          this.#keepOnlyPromisesOnDisk(one);
        }
        return done ? `${one.name} seq ${done.seq} ${done.how}` : '';
      }
      case 'revoke': {
        const one = dice.pick(this.phones);
        this.server.revoke(one.id);
        return one.name;
      }
    }
  }

  #lastNumber: string | undefined;
  readonly #copies = new Map<SimPhone, PhoneStorage>();

  /** No promise holds against a browser that throws away its storage: what only this phone had is gone. */
  #loseStorage(phone: SimPhone, old: PhoneStorage | undefined, whole: boolean): void {
    phone.putStorageBack(old, whole);
    for (const device of phone.deviceIds) this.tamperings.delete(device);
    this.#keepOnlyPromisesOnDisk(phone);
  }

  #keepOnlyPromisesOnDisk(phone: SimPhone): void {
    const kept = new Set(phone.outbox().map(({ hash }) => hash));
    const still = this.promised.filter(
      (promised) =>
        !phone.deviceIds.includes(promised.device) || kept.has(promised.hash) || this.keeper.holds(promised),
    );
    this.promised.splice(0, this.promised.length, ...still);
  }

  async #answer(message: SignedMessage): ReturnType<SimServer['answer']> {
    const raw = await this.server.answer(message);
    if (raw?.signature)
      this.#watch(() => {
        const answer = SyncResponse.parse(JSON.parse(raw.text));
        this.keeper.checkAnswer(answer);
        this.keeper.checkTaken(SyncRequest.parse(JSON.parse(message.body)), answer);
      });
    return raw;
  }

  /** A law broken inside a callback stops the run at the end of the step. */
  #watch(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#broken ??= error;
    }
  }

  #note(what: string, detail: string): void {
    this.#count(what);
    this.story.push(`${new Date(this.clock.now).toISOString()} ${what} ${detail}`);
  }

  #count(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }
}
