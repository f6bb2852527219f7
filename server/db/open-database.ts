import { Client } from 'pg';
import { requireWritableFolder } from './embedded/cluster-folder.ts';
import { openEmbeddedServer } from './embedded/embedded-server.ts';
import type { Config } from '../config.ts';
import { OperatorError, reasonOf } from '../operator-error.ts';

const MAJOR_MIN = 15;
const CONNECT_MS_MAX = 10_000;

export interface OpenDatabase {
  url: string;
  /** Of the embedded database; undefined for a server of one's own. */
  folder?: string;
  /** After the last query. */
  stop(): Promise<void>;
}

export interface OpenOptions {
  /** A visitor goes beside a running server; an owner is alone on an embedded data folder. */
  role: 'owner' | 'visitor';
  say: (line: string) => void;
  onLost?: (error: unknown) => void;
}

/** The database of the settings: the embedded one in DATA_DIR, or the server of DATABASE_URL. */
export async function openDatabase(
  config: Pick<Config, 'dataDir' | 'databaseUrl'>,
  options: OpenOptions,
): Promise<OpenDatabase> {
  await requireWritableFolder(config.dataDir);
  if (config.databaseUrl === undefined) return openEmbeddedServer({ dataDir: config.dataDir, ...options });
  await requireUsableServer(config.databaseUrl);
  return { url: config.databaseUrl, stop: async () => undefined };
}

async function requireUsableServer(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX });
  try {
    await client.connect();
    const answer = await client.query<{ version: string }>(
      `select current_setting('server_version_num') as version`,
    );
    const major = Math.floor(Number(answer.rows[0]?.version) / 10_000);
    if (major < MAJOR_MIN) {
      throw new OperatorError(
        `DATABASE_URL is a PostgreSQL ${major}; Streekbalie needs ${MAJOR_MIN} or newer.`,
      );
    }
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`DATABASE_URL cannot be used (${reasonOf(error)}).`);
  } finally {
    await client.end().catch(() => undefined); // it may never have opened
  }
}
