// The rosters that this process holds, one a scope: read once, then kept up to date by the cards that changed, so that a
// change costs milliseconds whatever the size. From it come the whole file, printed seldom, and the change from the version
// that a phone has (docs/adr/011). Nothing here is lost with the process: another one reads the same from the database.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Roster, type RosterChange } from '#domain/cards/roster.ts';
import { GONE, type Fingerprint } from '#domain/cards/roster-cards.ts';
import { deltaOf, encodeDelta } from '#domain/cards/roster-delta.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ENCODINGS, type Encoding } from '../content-encoding.ts';
import type { Context } from '../context.ts';
import { keptByUse } from './kept-by-use.ts';
import { buildCards, readChanges, writeFile, type Fingerprinting } from './roster-build.ts';
import { readRosterMoment, type RosterScope } from './roster-repository.ts';

/** So much is kept of the scopes that were asked for last: eight bytes a card, and the printed file. */
const CARDS_MAX = 2_000_000;
const SCOPES_MAX = 64;
/** A whole file is printed anew this often at most; who gets an older one asks for the change since. */
const PRINT_KEPT_MS = 600_000;
/** More changes than this go among the cards, so that look-ups stay short. */
const CHANGES_MAX = 2_000;
const BROTLI_QUALITY = 5;

export type RosterFile = {
  readonly version: number;
  readonly encodings: readonly Encoding[];
  /** The same bytes as a browser accepts them; each made once. */
  body(encoding: Encoding): Promise<Buffer>;
};

/** The name and the end that a phone's roster gets, and when it is asked for. */
export type RosterAsked = Pick<RosterChange, 'rosterId' | 'expiresAt'> & {
  readonly scope: RosterScope;
  readonly fingerprinting: Fingerprinting;
  /** At least this one. */
  readonly version: number;
  readonly now: number;
};

export interface RosterShelf {
  getWhole(name: string, asked: RosterAsked): Promise<RosterFile>;
  /** Undefined when the way from `from` to now is not known, or longer than the whole file. */
  findDelta(name: string, asked: RosterAsked, from: number): Promise<RosterFile | undefined>;
}

export function createRosterShelf(context: Pick<Context, 'db'>): RosterShelf {
  /** The one used last stands last. */
  const scopes = new Map<string, ScopeRoster>();
  let lastBuild: Promise<unknown> = Promise.resolve();

  /** Whole rosters are read one after the other: together they would take the memory of all at once. */
  const inTurn = <T>(build: () => Promise<T>): Promise<T> => {
    const turn = lastBuild.then(build, build);
    lastBuild = turn.catch(() => undefined);
    return turn;
  };

  function scopeOf(name: string, asked: RosterAsked): ScopeRoster {
    const roster = scopes.get(name) ?? new ScopeRoster(context, asked, inTurn);
    scopes.delete(name);
    scopes.set(name, roster);
    return roster;
  }

  function clearOld(): void {
    let cards = [...scopes.values()].reduce((sum, { cardCount }) => sum + cardCount, 0);
    for (const [name, { cardCount }] of scopes) {
      if (scopes.size === 1 || (cards <= CARDS_MAX && scopes.size <= SCOPES_MAX)) return;
      scopes.delete(name);
      cards -= cardCount;
    }
  }

  return {
    async getWhole(name, asked) {
      const file = await scopeOf(name, asked).getWhole(asked);
      clearOld();
      return file;
    },
    async findDelta(name, asked, from) {
      const file = await scopeOf(name, asked).findDelta(asked, from);
      clearOld();
      return file;
    },
  };
}

type Content = {
  readonly roster: Roster;
  /** Which transaction changed a card last, oldest first: all since `tellableFrom`. */
  readonly changedBy: Map<Fingerprint, number>;
  readonly tellableFrom: number;
};

class ScopeRoster {
  readonly #db: Context['db'];
  readonly #scope: RosterScope;
  readonly #fingerprinting: Fingerprinting;
  readonly #inTurn: <T>(build: () => Promise<T>) => Promise<T>;
  #content: Content | undefined;
  #reading: Promise<Content> | undefined;
  #print: { readonly rosterId: string; readonly at: number; readonly file: Promise<RosterFile> } | undefined;

  constructor(
    { db }: Pick<Context, 'db'>,
    { scope, fingerprinting }: RosterAsked,
    inTurn: <T>(build: () => Promise<T>) => Promise<T>,
  ) {
    this.#db = db;
    this.#scope = scope;
    this.#fingerprinting = fingerprinting;
    this.#inTurn = inTurn;
  }

  get cardCount(): number {
    return this.#content?.roster.header.cardCount ?? 0;
  }

  async getWhole(asked: RosterAsked): Promise<RosterFile> {
    const { roster, tellableFrom } = await this.#upTo(asked.version);
    const { rosterId, expiresAt, now } = asked;
    const known = this.#print;
    if (known?.rosterId === rosterId && now - known.at < PRINT_KEPT_MS) {
      const file = await known.file;
      if (file.version >= tellableFrom) return file;
    }
    const { version } = roster.header;
    const file = writeFile(roster.with(new Map(), { rosterId, expiresAt, version, builtAt: now })).then(
      (bytes) => fileOf(version, bytes),
    );
    const print = { rosterId, at: now, file };
    this.#print = print;
    file.catch(() => {
      if (this.#print === print) this.#print = undefined;
    });
    return file;
  }

  async findDelta({ version, now }: RosterAsked, from: number): Promise<RosterFile | undefined> {
    const { roster, changedBy, tellableFrom } = await this.#upTo(version);
    if (from < tellableFrom || from > roster.header.version) return undefined;
    const changed = [...changedBy].filter(([, tx]) => tx >= from).map(([fingerprint]) => fingerprint);
    const delta = { ...deltaOf(roster, from, changed), builtAt: now };
    return plainFileOf(roster.header.version, Buffer.from(encodeDelta(delta)));
  }

  /** One reading at a time; who asks meanwhile waits for it. */
  async #upTo(version: number): Promise<Content> {
    let content = this.#content;
    while (!content || content.roster.header.version < version) {
      this.#reading ??= this.#read(content).finally(() => (this.#reading = undefined));
      content = this.#content = await this.#reading;
    }
    return content;
  }

  /** In one snapshot: no card is missed or seen twice while others change. */
  async #read(had: Content | undefined): Promise<Content> {
    const next = had && (await this.#snapshot((trx) => this.#follow(trx, had)));
    return next ?? this.#inTurn(() => this.#snapshot((trx) => this.#readWhole(trx)));
  }

  #snapshot<T>(read: (trx: Context['db']) => Promise<T>): Promise<T> {
    const transaction = this.#db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only');
    return transaction.execute(read);
  }

  /** Undefined when there is no telling what changed since. */
  async #follow(trx: Context['db'], { roster, ...had }: Content): Promise<Content | undefined> {
    const since = roster.header.version;
    const moment = await readRosterMoment(trx, this.#scope.regionId);
    if (moment.tellableFrom > since) return undefined;
    const read = await readChanges(trx, this.#scope, this.#fingerprinting, since, limits.rosterChangesMax);
    if (read.from > since) return undefined;
    const changes = new Map<Fingerprint, number>();
    const changedBy = new Map(had.changedBy);
    for (const { fingerprint, bits, tx } of read.changes) {
      if (bits === (roster.bitsOf(fingerprint) ?? GONE)) continue;
      changes.set(fingerprint, bits);
      changedBy.delete(fingerprint);
      changedBy.set(fingerprint, tx);
    }
    const next = roster.with(changes, { ...roster.header, version: moment.version });
    return {
      roster: next.changes.size > CHANGES_MAX ? next.folded() : next,
      changedBy,
      tellableFrom: forgetOldest(changedBy, had.tellableFrom),
    };
  }

  async #readWhole(trx: Context['db']): Promise<Content> {
    const { key } = this.#fingerprinting;
    const moment = await readRosterMoment(trx, this.#scope.regionId);
    const cards = await buildCards(trx, this.#scope, this.#fingerprinting);
    // What changed shortly before: a phone that was served by another process goes on from there.
    const { changes, from } = await readChanges(
      trx,
      this.#scope,
      this.#fingerprinting,
      moment.tellableFrom,
      limits.rosterChangesMax,
    );
    const header = {
      v: 1 as const,
      rosterId: '',
      version: moment.version,
      key: toBase64url(key),
      of: this.#scope.of,
      cardCount: cards.length,
      // No activity sells yet; then the bit is computed for the enrolled days.
      entitlement: false,
      builtAt: 0,
      expiresAt: 0,
    };
    return {
      roster: new Roster(header, cards),
      changedBy: new Map(changes.map(({ fingerprint, tx }) => [fingerprint, tx])),
      tellableFrom: from,
    };
  }
}

/** Keeps what one delta may hold, and says from when on that is all. */
function forgetOldest(changedBy: Map<Fingerprint, number>, tellableFrom: number): number {
  let from = tellableFrom;
  for (const [fingerprint, tx] of changedBy) {
    if (changedBy.size <= limits.rosterChangesMax) break;
    changedBy.delete(fingerprint);
    from = Math.max(from, tx + 1);
  }
  return from;
}

const compress = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes),
  identity: (bytes: Buffer) => Promise.resolve(bytes),
};

function fileOf(version: number, bytes: Buffer): RosterFile {
  const bodies = keptByUse<Encoding, Buffer>(ENCODINGS.length);
  return {
    version,
    encodings: ENCODINGS,
    body: (encoding) => bodies.get(encoding, () => compress[encoding](bytes)),
  };
}

/** A few hundred bytes that look like chance: nothing to compress. */
const plainFileOf = (version: number, bytes: Buffer): RosterFile => ({
  version,
  encodings: ['identity'],
  body: () => Promise.resolve(bytes),
});
