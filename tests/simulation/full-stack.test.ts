// The simulation's memory is an imitation; here the same laws look at the real things: the whole server app, PostgreSQL,
// and Dexie on fake-indexeddb with WebCrypto as it is. Fewer steps, the same kind of evening.
import { IDBKeyRange, indexedDB } from 'fake-indexeddb';
import { expect, it, vi } from 'vitest';
import type { CardState } from '#domain/cards/card-facts.ts';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CheckInLimit } from '#domain/checkins/activity-policy.ts';
import { must } from '#domain/kernel/assert.ts';
import type { ServerActivity, ServerCard } from '#domain/sync/rule-batch.ts';
import { reading, testClock, type TestClock } from '#tests/_support/phone-in-test.ts';
import { EVENING } from '#tests/_support/region.ts';
import {
  answerLost,
  captivePortal,
  fair,
  noNetwork,
  proxy401,
  serverForPhones,
  type Backup,
  type ServerForPhones,
  type Weather,
} from '#tests/_support/server-for-phones.ts';
import { checkIn } from '../../src/lib/checkins/check-in.ts';
import { undoScan } from '../../src/lib/checkins/undo-scan.ts';
import { openPhoneDb, type ScanRow } from '../../src/lib/db/phone-db.ts';
import type { Phone } from '../../src/lib/session/phone.ts';
import { auditedWorld } from './audited-world.ts';
import { Dice } from './dice.ts';
import { requireDrained, requireToldRulings } from './laws-at-the-end.ts';
import { BrokenLaw, LawKeeper, type Promised, type WatchedPhone } from './laws.ts';
import { accountsByNumber, photographPhone, photographServer } from './photograph.ts';
import { PhoneDisk } from './phone-disk.ts';
import { requireOrderLaw } from './replay.ts';
import { ServerTables } from './server-tables.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SEEDS = Number(process.env.FULL_STACK_SEEDS ?? 5);
const STEPS = 80;

const doubled: Weather = async (_message, deliver) => {
  await deliver();
  return deliver();
};
const WEATHERS: Readonly<Record<string, Weather>> = {
  fair,
  answerLost,
  noNetwork,
  captivePortal,
  proxy401,
  doubled,
};

type FullPhone = { watched: WatchedPhone & { disk: PhoneDisk }; phone: Phone; clock: TestClock };

class FullStack {
  readonly tables = new ServerTables();
  readonly promised: Promised[] = [];
  readonly story: string[] = [];
  readonly keeper: LawKeeper;
  readonly #dice: Dice;
  readonly #clock = testClock(EVENING);
  readonly #activities = new Map<string, ServerActivity>();
  readonly #cards = new Map<string, { since: number; card: ServerCard }[]>();
  #accounts = new Map<string, string>();
  #phones: FullPhone[] = [];
  #numbers: UitpasNumber[] = [];
  #server: ServerForPhones | undefined;
  #backup: { readonly all: Backup; readonly at: number } | undefined;
  #owing = false;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    const facts = this.facts;
    this.keeper = new LawKeeper({
      tables: this.tables,
      phones: this.watched,
      promised: this.promised,
      audited: auditedWorld(
        this.tables,
        facts,
        (number) => this.#accounts.get(number) ?? `account of ${number}`,
      ),
      isPoison: () => false,
      isOwing: () => this.#owing,
    });
  }

  readonly watched: WatchedPhone[] = [];
  readonly facts = {
    card: (number: string, at: number) => this.#cards.get(number)?.findLast(({ since }) => since <= at)?.card,
    numberOfChip: () => undefined,
    activity: (id: string) => this.#activities.get(id),
  };

  get server(): ServerForPhones {
    return must(this.#server, 'server');
  }

  async open(): Promise<void> {
    const dice = this.#dice;
    this.#server = await serverForPhones(this.#clock);
    for (let i = dice.int(1, 2); i > 0; i--) await this.#openActivity();
    for (let i = dice.int(5, 12); i > 0; i--) await this.#issueCard();
    // Of another region: no card system here knows them.
    this.#numbers.push(makeUitpasNumber('01234567890', '1'), makeUitpasNumber('01234567891', '0'));
    for (let i = 1; i <= dice.int(2, 4); i++) {
      const clock = testClock(EVENING + dice.pick([0, 0, 30_000, -2 * HOUR, 24 * HOUR]));
      const name = `phone ${i}`;
      const phone = await this.server.enrolPhone(name, [...this.#activities.keys()], clock);
      const watched = {
        name,
        deviceIds: [phone.device.id],
        tampered: new Set<string>(),
        disk: new PhoneDisk(),
      };
      this.#phones.push({ watched, phone, clock });
      this.watched.push(watched);
      await phone.sync.drain();
    }
  }

  async step(): Promise<void> {
    const dice = this.#dice;
    const one = dice.pick(this.#phones);
    const what = dice.weighted({
      scan: 45,
      undo: 8,
      sync: 30,
      time: 10,
      kill: 6,
      killMidSync: 4,
      block: 3,
      backup: 2,
      restore: 1,
    });
    this.story.push(`${new Date(this.#clock.now()).toISOString()} ${what} ${one.watched.name}`);
    switch (what) {
      case 'scan':
        this.#pass(dice.int(1, 20_000));
        await this.#scan(one, dice.pick(this.#numbers));
        break;
      case 'undo':
        await this.#undo(one);
        break;
      case 'sync': {
        const weather = dice.pick(Object.keys(WEATHERS));
        this.server.weather = must(WEATHERS[weather], 'weather');
        await one.phone.sync.drain();
        break;
      }
      case 'time':
        this.#pass(dice.pick([MINUTE, 10 * MINUTE, HOUR]));
        break;
      case 'kill':
        await this.#reopen(one);
        break;
      case 'killMidSync': {
        // The request is out, or the answer is under way, and the phone is gone.
        const lost = dice.chance(0.5);
        this.server.weather = async (_message, deliver) => {
          if (!lost) await deliver();
          return new Promise(() => undefined);
        };
        const asked = this.server.messages.length;
        void one.phone.sync.drain();
        await vi.waitFor(() => expect(this.server.messages.length).toBeGreaterThan(asked));
        await this.#reopen(one);
        break;
      }
      case 'block':
        await this.#block(dice.pick(this.#numbers));
        break;
      case 'backup':
        this.#backup = { all: await this.server.takeBackup(), at: this.#clock.now() };
        break;
      case 'restore':
        if (!this.#backup) break;
        this.#pass(1);
        await this.server.restore(this.#backup.all);
        for (const history of this.#cards.values()) this.#putBack(history, this.#backup.at);
        this.keeper.forget();
        this.#owing = true;
    }
    await this.look();
  }

  async end(seed: number): Promise<void> {
    this.server.weather = fair;
    for (let round = 0; round < 3; round++) for (const { phone } of this.#phones) await phone.sync.drain();
    this.#owing = false;
    await this.look();
    this.keeper.auditLedger();
    requireDrained(this.watched, this.tables);
    requireToldRulings(this.watched, this.tables);
    const account = (number: string): string => this.#accounts.get(number) ?? `account of ${number}`;
    await requireOrderLaw(this.tables, this.facts, account, new Dice(seed, 2));
    expect(await this.server.region.brokenLaws()).toEqual([]);
  }

  async look(): Promise<void> {
    await photographServer(this.server.region.db, this.tables);
    this.#accounts = await accountsByNumber(this.server.region.db);
    for (const { watched, phone } of this.#phones) watched.disk = await photographPhone(phone);
    this.keeper.check();
  }

  async #scan({ phone }: FullPhone, number: UitpasNumber): Promise<void> {
    const activityId = this.#dice.pick([...this.#activities.keys()]);
    const result = await checkIn(phone, reading(number), { activityId, way: 'camera' });
    if (result.kind === 'scanned' && !result.again) await this.#promise(phone, result.commandId);
  }

  async #undo({ phone }: FullPhone): Promise<void> {
    const scans: ScanRow[] = (await phone.db.scans.toArray()).filter(({ undone }) => undone === 0);
    if (scans.length === 0) return;
    const { commandId } = this.#dice.pick(scans);
    if ((await undoScan(phone, commandId)).kind !== 'undone') return;
    const undoSeq = (await phone.db.scans.get(commandId))?.undoSeq;
    const command = (await phone.db.outbox.toArray()).find(({ seq }) => seq === undoSeq);
    await this.#promise(phone, must(command, 'undo').id);
  }

  async #promise({ db }: Phone, commandId: string): Promise<void> {
    const row = await db.outbox.where('id').equals(commandId).first();
    if (!row) throw new BrokenLaw('nothing-acknowledged-is-lost', `${commandId} is not in its storage`);
    const promised = { device: row.device, seq: row.seq, id: row.id, hash: row.hash };
    this.keeper.checkPromise(promised);
    this.promised.push(promised);
  }

  async #reopen(one: FullPhone): Promise<void> {
    const { name } = one.phone.db;
    one.phone.close();
    one.phone.db.close();
    one.phone = await this.server.openPhone(openPhoneDb({ name, indexedDB, IDBKeyRange }), one.clock);
  }

  #pass(ms: number): void {
    this.#clock.advance(ms);
    for (const { clock } of this.#phones) clock.advance(ms);
  }

  async #openActivity(): Promise<void> {
    const limit: CheckInLimit = {
      volume: this.#dice.pick([1, 1, 2]),
      period: this.#dice.pick(['DAY', 'WEEK', 'ABSOLUTE']),
    };
    const points = this.#dice.int(1, 2);
    const activityId = await this.server.region.activity({ limit, points });
    const startsAt = EVENING;
    const endsAt = EVENING + 4 * HOUR;
    const occurrence = {
      occurrenceId: '',
      startsAt,
      endsAt,
      opensAt: startsAt - HOUR,
      closesAt: endsAt + HOUR,
    };
    this.#activities.set(activityId, {
      activityId,
      organisationId: this.server.region.organisationId,
      cardSystemIds: ['uitpas-westhoek'],
      volume: limit.volume,
      periodType: limit.period,
      currentVersion: 1,
      versions: new Map([[1, { points, occurrences: [occurrence] }]]),
    });
  }

  async #issueCard(): Promise<void> {
    const state = this.#dice.pick<CardState>(['active', 'active', 'active', 'blocked', 'replaced']);
    const system = this.#dice.pick(['uitpas-westhoek', 'uitpas-westhoek', 'uitpas-westhoek', 'testregio']);
    const { number, passholderId } = await this.server.region.card({ state, system });
    this.#numbers.push(number);
    const card = { accountId: passholderId, state, stateSince: 0, groupPass: false, cardSystemIds: [system] };
    this.#cards.set(number, [{ since: 0, card }]);
  }

  /** What the desk did to a card since the backup is forgotten as well. */
  #putBack(history: { since: number; card: ServerCard }[], at: number): void {
    const before = history.findLast(({ since }) => since <= at);
    if (before && before !== history.at(-1)) history.push({ since: this.#clock.now(), card: before.card });
  }

  async #block(number: UitpasNumber): Promise<void> {
    this.#pass(1);
    const since = this.#clock.now();
    const history = this.#cards.get(number);
    const card = history?.at(-1)?.card;
    if (!history || card?.state !== 'active') return;
    history.push({ since, card: { ...card, state: 'blocked', stateSince: since } });
    await this.server.region.db
      .updateTable('card')
      .set({ state: 'blocked', state_since: since })
      .where('uitpas_number', '=', number)
      .execute();
  }
}

it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))(
  'seed %d: the laws hold in the real server, PostgreSQL and Dexie',
  { timeout: 120_000 },
  async (seed) => {
    vi.spyOn(console, 'warn').mockReturnValue();
    vi.spyOn(console, 'error').mockReturnValue();
    const stack = new FullStack(seed);
    try {
      await stack.open();
      for (let step = 0; step < STEPS; step++) await stack.step();
      await stack.end(seed);
      expect(stack.tables.commands.size).toBeGreaterThan(10);
    } catch (error) {
      if (error instanceof BrokenLaw)
        expect.fail(`seed ${seed}: ${error.message}\n${stack.story.slice(-20).join('\n')}`);
      throw error;
    } finally {
      vi.restoreAllMocks();
      await stack.server.close();
    }
  },
);
