import { createPrivateKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { OperatorError, codeOf, reasonOf } from './operator-error.ts';
import { newEcKeyPair } from './ec-key-pair.ts';

// One key file, one list of keys per purpose, newest first. The newest makes, all of them check, so that a
// rotation breaks nothing that is still under way (RUNBOOK, "Keys").

const SECRET_PURPOSES = [
  'session',
  'fingerprint',
  'mailLink',
  'secondFactor',
  'inszSealing',
  'inszMatching',
] as const;
const PAIR_PURPOSES = ['receiptSigning', 'auditSealing', 'rescueSealing'] as const;
const PURPOSES = [...SECRET_PURPOSES, ...PAIR_PURPOSES] as const;
export type SecretPurpose = (typeof SECRET_PURPOSES)[number];
export type PairPurpose = (typeof PAIR_PURPOSES)[number];
export type KeyPurpose = (typeof PURPOSES)[number];

const SECRET_BYTES = 32;

const StoredSecret = z.object({ id: z.string(), createdAt: z.string(), secret: z.base64url() });
const Jwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.base64url(),
  y: z.base64url(),
  d: z.base64url(),
});
const StoredPair = z.object({ id: z.string(), createdAt: z.string(), jwk: Jwk });

const KeyFile = z.object({
  session: z.array(StoredSecret).default([]),
  fingerprint: z.array(StoredSecret).default([]),
  mailLink: z.array(StoredSecret).default([]),
  secondFactor: z.array(StoredSecret).default([]),
  inszSealing: z.array(StoredSecret).default([]),
  inszMatching: z.array(StoredSecret).default([]),
  receiptSigning: z.array(StoredPair).default([]),
  auditSealing: z.array(StoredPair).default([]),
  rescueSealing: z.array(StoredPair).default([]),
});
type KeyFile = z.infer<typeof KeyFile>;

export interface SecretKey {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * P-256. `receiptSigning` signs answers and `auditSealing` blocks of the audit (ECDSA); `rescueSealing` opens what a phone
 * sealed for another way than its own sync (ECDH, docs/adr/012). The public halves of the first and last go to the phones.
 */
export interface KeyPair {
  id: string;
  privateKey: KeyObject;
  publicJwk: { kty: 'EC'; crv: 'P-256'; x: string; y: string };
}

type NewestFirst<T> = readonly [T, ...T[]];

export type Keys = Readonly<
  Record<SecretPurpose, NewestFirst<SecretKey>> & Record<PairPurpose, NewestFirst<KeyPair>>
>;

/** Reads the key file; every purpose must have a key. */
export async function readKeys(file: string): Promise<Keys> {
  const stored = await readKeyFile(file);
  const missing = stored ? missingPurposes(stored) : PURPOSES;
  if (!stored || missing.length > 0) {
    throw new OperatorError(
      `The key file ${file} has no key for ${missing.join(', ')}: run npm run serve -- --init-keys once.`,
    );
  }
  return {
    session: secretKeys(stored.session),
    fingerprint: secretKeys(stored.fingerprint),
    mailLink: secretKeys(stored.mailLink),
    secondFactor: secretKeys(stored.secondFactor),
    inszSealing: secretKeys(stored.inszSealing),
    inszMatching: secretKeys(stored.inszMatching),
    receiptSigning: newestFirst(stored.receiptSigning.map(toKeyPair)),
    auditSealing: newestFirst(stored.auditSealing.map(toKeyPair)),
    rescueSealing: newestFirst(stored.rescueSealing.map(toKeyPair)),
  };
}

/** Makes a key for each purpose that has none, and touches no key that exists. */
export async function initKeys(file: string, nowMs: number): Promise<KeyPurpose[]> {
  const stored = await readKeyFile(file);
  const keys = stored ?? KeyFile.parse({});
  const missing = missingPurposes(keys);
  for (const purpose of missing) addKey(keys, purpose, nowMs);
  if (stored && missing.length > 0) await replaceKeyFile(file, keys);
  // Another process was first: what it made is looked at in the same way.
  if (!stored && !(await createKeyFile(file, keys))) return initKeys(file, nowMs);
  return missing;
}

/** A new newest key; those before it still check what they once made. */
export async function rotateKey(file: string, purpose: KeyPurpose, nowMs: number): Promise<string> {
  const stored = await readKeyFile(file);
  if (!stored) throw new OperatorError(`There is no key file ${file}.`);
  const id = addKey(stored, purpose, nowMs);
  await replaceKeyFile(file, stored);
  return id;
}

export function isKeyPurpose(text: string): text is KeyPurpose {
  return PURPOSES.some((purpose) => purpose === text);
}

export const keyPurposes: readonly KeyPurpose[] = PURPOSES;

function addKey(stored: KeyFile, purpose: KeyPurpose, nowMs: number): string {
  const id = randomBytes(6).toString('hex');
  const createdAt = new Date(nowMs).toISOString();
  if (isPairPurpose(purpose)) {
    stored[purpose].unshift({ id, createdAt, jwk: Jwk.parse(newEcKeyPair().jwk) });
  } else {
    stored[purpose].unshift({ id, createdAt, secret: randomBytes(SECRET_BYTES).toString('base64url') });
  }
  return id;
}

function isPairPurpose(purpose: KeyPurpose): purpose is PairPurpose {
  return PAIR_PURPOSES.some((pair) => pair === purpose);
}

function missingPurposes(stored: KeyFile): KeyPurpose[] {
  return PURPOSES.filter((purpose) => stored[purpose].length === 0);
}

async function readKeyFile(file: string): Promise<KeyFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new OperatorError(`The key file ${file} cannot be read (${reasonOf(error)}).`);
  }
  try {
    return KeyFile.parse(JSON.parse(text));
  } catch {
    // The reason would quote the file: it holds secrets.
    throw new OperatorError(`The key file ${file} is damaged: put it back from a copy.`);
  }
}

/** Whole or not at all, and never over a file that is there: of two first starts at once one makes the keys of both. */
async function createKeyFile(file: string, keys: KeyFile): Promise<boolean> {
  const draft = await writeDraft(file, keys);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new OperatorError(`The key file ${file} cannot be made (${reasonOf(error)}).`);
  } finally {
    await rm(draft);
  }
}

/** Written beside and renamed: a crash leaves the old file or the new one. */
async function replaceKeyFile(file: string, keys: KeyFile): Promise<void> {
  await rename(await writeDraft(file, keys), file);
}

async function writeDraft(file: string, keys: KeyFile): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(`${JSON.stringify(keys, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

function secretKeys(stored: KeyFile['session']): NewestFirst<SecretKey> {
  return newestFirst(
    stored.map(({ id, secret }) => ({ id, bytes: new Uint8Array(Buffer.from(secret, 'base64url')) })),
  );
}

function toKeyPair({ id, jwk }: KeyFile[PairPurpose][number]): KeyPair {
  const { kty, crv, x, y } = jwk;
  return { id, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }), publicJwk: { kty, crv, x, y } };
}

function newestFirst<T>(list: readonly T[]): NewestFirst<T> {
  const [newest, ...older] = list;
  if (newest === undefined) throw new Error('checked before: each purpose has a key');
  return [newest, ...older];
}
