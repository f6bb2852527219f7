// The storage of a simulated phone: the part of Dexie that the phone's code uses, over maps that survive a crash.
// A committed transaction lies in the cache of the operating system; `strict` means that it, and all before it, was
// flushed to the disk before the browser said so. A killed browser loses what was not committed, a phone without power
// also what was not flushed.
import { AsyncLocalStorage } from 'node:async_hooks';
import { assert, must } from '#domain/kernel/assert.ts';
import { durability, SCHEMA_V1, type PhoneDb } from '../../src/lib/db/phone-db.ts';
import { Journal } from './journal.ts';

type Row = Readonly<Record<string, unknown>>;
type Key = string | number | readonly Key[];
export type TableName = keyof typeof SCHEMA_V1;
type Tables = Record<TableName, Map<string, Row>>;

const TABLE_NAMES = Object.keys(SCHEMA_V1) as TableName[]; // the keys of a constant object
const insideTransaction = new AsyncLocalStorage<object>();

export class PhoneDisk {
  tables: Tables = Object.fromEntries(TABLE_NAMES.map((name) => [name, new Map()])) as unknown as Tables;
  /** One transaction at a time, over all tabs, as overlapping read-write transactions of IndexedDB are. */
  lock: Promise<unknown> = Promise.resolve();
  #unflushed: Journal[] = [];

  commit(journal: Journal): void {
    if (durability() === 'strict') this.#unflushed = [];
    else this.#unflushed.push(journal);
  }

  /** Now and then the operating system writes what it holds. */
  flush(): void {
    this.#unflushed = [];
  }

  losePower(): void {
    for (const journal of this.#unflushed.reverse()) journal.rollback();
    this.#unflushed = [];
  }

  /** What a backup of the whole phone holds. Rows are never changed in place. */
  copy(): PhoneDisk {
    const copy = new PhoneDisk();
    for (const name of TABLE_NAMES) copy.tables[name] = new Map(this.tables[name]);
    return copy;
  }

  rows<T>(name: TableName): T[] {
    return [...this.tables[name].values()] as T[]; // the caller names the row type of its table
  }
}

/** Between two accesses to storage the phone may die: then nothing of it ever goes on. */
export type Fuse = { burn: () => boolean };

/** Made anew each time: one that many wait for would keep them all in memory. */
const never = (): Promise<never> => new Promise(() => undefined);

/** Opens the disk as the phone's database. What is done after its death never comes back. */
export function openOn(disk: PhoneDisk, fuse: Fuse): { db: PhoneDb; kill: () => void } {
  const session = new Session(disk, fuse);
  const tables = Object.fromEntries(TABLE_NAMES.map((name) => [name, new MemoryTable(session, name)]));
  const db = {
    ...tables,
    transaction: (_mode: 'rw' | 'r', ...args: unknown[]) => {
      const work = args[args.length - 1];
      assert(typeof work === 'function', 'a transaction has its work last');
      return session.transaction(work as () => Promise<unknown>); // its type follows from the caller's Dexie
    },
    open: () => Promise.resolve(),
    close: () => undefined,
    backendDB: () => null,
    on: () => ({ unsubscribe: () => undefined }),
  };
  // The phone's code uses no more of Dexie than this; full-stack.test.ts runs it on the real one.
  return { db: db as unknown as PhoneDb, kill: () => session.kill() };
}

class Session {
  readonly disk: PhoneDisk;
  readonly #fuse: Fuse;
  #dead = false;
  #journal: Journal | undefined;

  constructor(disk: PhoneDisk, fuse: Fuse) {
    this.disk = disk;
    this.#fuse = fuse;
  }

  kill(): void {
    this.#dead = true;
    // What waited for the lock died as well.
    this.disk.lock = Promise.resolve();
    this.#journal?.rollback();
    this.#journal = undefined;
  }

  /** One within another is part of it, as Dexie has it. */
  transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isDead()) return never();
    if (insideTransaction.getStore() === this) return work();
    const run = this.disk.lock.then(() => insideTransaction.run(this, () => this.#run(work)));
    this.disk.lock = run.catch(() => undefined);
    return run;
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#dead) return never();
    const journal = new Journal();
    this.#journal = journal;
    try {
      const result = await work();
      if (this.#isDead()) return await never();
      this.#journal = undefined;
      this.disk.commit(journal);
      // Committed, and yet nobody hears it.
      return this.#isDead() ? await never() : result;
    } catch (error) {
      if (this.#dead) return never();
      this.#journal = undefined;
      journal.rollback();
      throw error;
    }
  }

  access<T>(work: (journal: Journal) => T): Promise<T> {
    if (this.#isDead()) return never();
    try {
      if (this.#journal) return Promise.resolve(work(this.#journal));
      const journal = new Journal();
      const result = work(journal);
      this.disk.commit(journal);
      return Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #isDead(): boolean {
    if (!this.#dead && this.#fuse.burn()) this.kill();
    return this.#dead;
  }
}

class MemoryTable {
  readonly #session: Session;
  readonly #name: TableName;
  readonly #primary: readonly string[];
  readonly #unique: readonly string[];

  constructor(session: Session, name: TableName) {
    this.#session = session;
    this.#name = name;
    const [primary = '', ...indexes] = SCHEMA_V1[name].split(/,(?![^[]*\])/);
    this.#primary = pathsOf(primary);
    this.#unique = indexes.filter((index) => index.startsWith('&')).map((index) => index.slice(1));
  }

  get #rows(): Map<string, Row> {
    return this.#session.disk.tables[this.#name];
  }

  get(key: Key): Promise<unknown> {
    return this.#session.access(() => this.#rows.get(textOf(key)));
  }

  add(row: Row): Promise<void> {
    return this.#session.access((journal) => {
      const key = textOf(must(keyOf(row, this.#primary), `key of ${this.#name}`));
      if (this.#rows.has(key)) throw constraintError(`${this.#name} ${key}`);
      this.#write(journal, key, row);
    });
  }

  put(row: Row): Promise<void> {
    return this.bulkPut([row]);
  }

  bulkPut(rows: readonly Row[]): Promise<void> {
    return this.#session.access((journal) => {
      for (const row of rows)
        this.#write(journal, textOf(must(keyOf(row, this.#primary), `key of ${this.#name}`)), row);
    });
  }

  update(key: Key, changes: Row): Promise<number> {
    return this.#session.access((journal) => {
      const row = this.#rows.get(textOf(key));
      if (!row) return 0;
      this.#write(journal, textOf(key), { ...row, ...changes });
      return 1;
    });
  }

  delete(key: Key): Promise<void> {
    return this.bulkDelete([key]);
  }

  bulkDelete(keys: readonly Key[]): Promise<void> {
    return this.#session.access((journal) => {
      for (const key of keys) journal.remove(this.#rows, textOf(key));
    });
  }

  clear(): Promise<void> {
    return this.#session.access((journal) => {
      for (const key of [...this.#rows.keys()]) journal.remove(this.#rows, key);
    });
  }

  toArray(): Promise<Row[]> {
    return this.#session.access(() => [...this.#rows.values()]);
  }

  count(): Promise<number> {
    return this.#session.access(() => this.#rows.size);
  }

  toCollection(): Selection {
    return this.#select(this.#primary, () => true);
  }

  where(index: string): {
    equals: (key: Key) => Selection;
    notEqual: (key: Key) => Selection;
    anyOf: (...keys: readonly Key[]) => Selection;
    above: (key: Key) => Selection;
    aboveOrEqual: (key: Key) => Selection;
    below: (key: Key) => Selection;
    startsWith: (text: string) => Selection;
    between: (from: Key, to: Key, includeFrom?: boolean, includeTo?: boolean) => Selection;
  } {
    const paths = pathsOf(index);
    const select = (matches: (key: Key) => boolean): Selection => this.#select(paths, matches);
    return {
      equals: (key) => select((other) => compareKeys(other, key) === 0),
      notEqual: (key) => select((other) => compareKeys(other, key) !== 0),
      anyOf: (...keys) => select((other) => keys.some((key) => compareKeys(other, key) === 0)),
      above: (key) => select((other) => compareKeys(other, key) > 0),
      aboveOrEqual: (key) => select((other) => compareKeys(other, key) >= 0),
      below: (key) => select((other) => compareKeys(other, key) < 0),
      startsWith: (text) => select((other) => typeof other === 'string' && other.startsWith(text)),
      between: (from, to, includeFrom = true, includeTo = false) =>
        select((other) => {
          const low = compareKeys(other, from);
          const high = compareKeys(other, to);
          return (low > 0 || (includeFrom && low === 0)) && (high < 0 || (includeTo && high === 0));
        }),
    };
  }

  #select(paths: readonly string[], matches: (key: Key) => boolean): Selection {
    const find = (): Row[] => {
      const found: { key: Key; row: Row }[] = [];
      for (const row of this.#rows.values()) {
        const key = keyOf(row, paths);
        if (key !== undefined && matches(key)) found.push({ key, row });
      }
      return found.sort((a, b) => compareKeys(a.key, b.key)).map(({ row }) => row);
    };
    const drop = (journal: Journal, rows: readonly Row[]): number => {
      for (const row of rows)
        journal.remove(this.#rows, textOf(must(keyOf(row, this.#primary), `key of ${this.#name}`)));
      return rows.length;
    };
    const primaryKey = (row: Row): Key => must(keyOf(row, this.#primary), `key of ${this.#name}`);
    return new Selection(this.#session, find, drop, primaryKey);
  }

  #write(journal: Journal, key: string, row: Row): void {
    for (const path of this.#unique)
      for (const [otherKey, other] of this.#rows)
        if (otherKey !== key && other[path] === row[path]) throw constraintError(`${this.#name}.${path}`);
    journal.put(this.#rows, key, row);
  }
}

/** What comes after `where`. */
class Selection {
  readonly #session: Session;
  readonly #find: () => Row[];
  readonly #drop: (journal: Journal, rows: readonly Row[]) => number;
  readonly #primaryKey: (row: Row) => Key;

  constructor(
    session: Session,
    find: () => Row[],
    drop: (journal: Journal, rows: readonly Row[]) => number,
    primaryKey: (row: Row) => Key,
  ) {
    this.#session = session;
    this.#find = find;
    this.#drop = drop;
    this.#primaryKey = primaryKey;
  }

  limit(count: number): Selection {
    return this.#narrowed((rows) => rows.slice(0, count));
  }
  reverse(): Selection {
    return this.#narrowed((rows) => [...rows].reverse());
  }
  filter(keep: (row: Row) => boolean): Selection {
    return this.#narrowed((rows) => rows.filter(keep));
  }
  toArray(): Promise<Row[]> {
    return this.#session.access(() => this.#find());
  }
  first(): Promise<Row | undefined> {
    return this.#session.access(() => this.#find()[0]);
  }
  last(): Promise<Row | undefined> {
    return this.#session.access(() => this.#find().at(-1));
  }
  count(): Promise<number> {
    return this.#session.access(() => this.#find().length);
  }
  primaryKeys(): Promise<Key[]> {
    return this.#session.access(() => this.#find().map(this.#primaryKey));
  }
  delete(): Promise<number> {
    return this.#session.access((journal) => this.#drop(journal, this.#find()));
  }

  #narrowed(change: (rows: Row[]) => Row[]): Selection {
    return new Selection(this.#session, () => change(this.#find()), this.#drop, this.#primaryKey);
  }
}

const pathsOf = (index: string): string[] => index.replace(/[[\]&]/g, '').split('+');

/** Undefined where the row has no such key: then no index holds it. */
function keyOf(row: Row, paths: readonly string[]): Key | undefined {
  const parts = paths.map((path) => row[path]);
  if (parts.some((part) => typeof part !== 'string' && typeof part !== 'number')) return undefined;
  const keys = parts as Key[]; // checked in the line above
  return keys.length === 1 ? keys[0] : keys;
}

const textOf = (key: Key): string => JSON.stringify(key);

/** As IndexedDB orders them: numbers, then texts, then lists. */
function compareKeys(a: Key, b: Key): number {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const order = compareKeys(a[i] as Key, b[i] as Key); // both are inside
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  if (rankA !== rankB) return rankA - rankB;
  return a < b ? -1 : a > b ? 1 : 0;
}

const rankOf = (key: Key): number => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2);

function constraintError(what: string): Error {
  const error = new Error(`Already there: ${what}`);
  error.name = 'ConstraintError';
  return error;
}
