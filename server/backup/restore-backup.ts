import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { OperatorError } from '../operator-error.ts';
import { fillAndTakePlace, type DraftSummary } from './draft-schema.ts';
import { damaged, unseal } from './sealed-file.ts';

// A restore is a backup read into a draft that takes the place of what is there: a damaged one changes nothing. Phones notice
// by the new feed epoch that the server went back in time.

export interface RestoreTarget {
  databaseUrl: string;
  passphrase: string;
  /** Put in every region, so that no phone believes a cursor of before. */
  feedEpoch: string;
  now: Date;
  /** Whether rows that are there may go. */
  replace: boolean;
}

export async function restoreBackup(target: RestoreTarget, file: string): Promise<DraftSummary> {
  await requireFile(file);
  try {
    return await fillAndTakePlace({ ...target, restoredAt: target.now }, (fill) =>
      pipeline(
        createReadStream(file),
        (sealed: AsyncIterable<Buffer>) => unseal(sealed, target.passphrase),
        createGunzip(),
        fill,
      ),
    );
  } catch (error) {
    throw isZlibError(error) ? damaged() : error;
  }
}

async function requireFile(file: string): Promise<void> {
  try {
    await access(file);
  } catch {
    throw new OperatorError(`There is no backup ${file}.`);
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
