// A phone as the server sees it: real keys, real chain, no storage. For tests that need exact control of what is sent.
import { randomBytes, randomUUID, sign, type KeyObject } from 'node:crypto';
import { toBase64url } from '#domain/kernel/bytes.ts';
import {
  GENESIS_HASH,
  RULES_VERSION,
  chainHash,
  headText,
  payloadDigest,
  type CheckInPayload,
  type Envelope,
  type UndoCheckInPayload,
  type WireCommand,
} from '#domain/sync/command.ts';
import {
  requestText,
  type PublicKey,
  type Run,
  type SignedHead,
  type SyncRequest,
} from '#domain/sync/exchange.ts';
import { sha256 } from '#server/devices/device-signatures.ts';
import { newEcKeyPair } from '#server/ec-key-pair.ts';

export type MadeCommand = {
  readonly id: string;
  readonly seq: number;
  readonly wire: WireCommand;
  readonly prevHash: Uint8Array;
  readonly hash: Uint8Array;
};

export class TestPhone {
  readonly id: string;
  readonly region: string;
  readonly publicKey: PublicKey;
  readonly commands: MadeCommand[] = [];
  #privateKey: KeyObject;
  #hash: Uint8Array = GENESIS_HASH;
  #requestNo = 0;

  constructor(region = 'westhoek', id: string = randomUUID()) {
    this.id = id;
    this.region = region;
    const { privateKey, jwk } = newEcKeyPair();
    this.#privateKey = privateKey;
    const { x, y } = jwk;
    this.publicKey = { kty: 'EC', crv: 'P-256', x, y };
  }

  /** A cloned database: the same id and key, another past. */
  twin(): TestPhone {
    const twin = new TestPhone(this.region, this.id);
    twin.#privateKey = this.#privateKey;
    return twin;
  }

  checkIn(
    payload: Omit<CheckInPayload, 'way'> & { way?: CheckInPayload['way'] },
    at: number,
    envelope: Partial<Envelope> = {},
  ): MadeCommand {
    return this.make('check-in', { way: 'camera', ...payload }, at, envelope);
  }

  undo(payload: UndoCheckInPayload, at: number): MadeCommand {
    return this.make('undo-check-in', payload, at, {});
  }

  make(kind: string, payload: unknown, at: number, over: Partial<Envelope>): MadeCommand {
    const seq = this.commands.length + 1;
    const envelope: Envelope = {
      id: randomUUID(),
      kind,
      v: 1,
      device: this.id,
      seq,
      session: 'test',
      occurredAt: at,
      monoMs: 0,
      anchor: null,
      activityVersion: null,
      rosterVersion: null,
      rulesVersion: RULES_VERSION,
      verdictShown: 'saved',
      ...over,
    };
    return this.append(envelope.id, JSON.stringify(envelope), JSON.stringify(payload));
  }

  /** Any texts at all: for what no honest phone would write. */
  append(id: string, envelope: string, payload: string): MadeCommand {
    const salt = randomBytes(16);
    const prevHash = this.#hash;
    this.#hash = chainHash(sha256, prevHash, envelope, payloadDigest(sha256, salt, payload));
    const made = {
      id,
      seq: this.commands.length + 1,
      wire: [envelope, payload, toBase64url(salt)] as WireCommand,
      prevHash,
      hash: this.#hash,
    };
    this.commands.push(made);
    return made;
  }

  run(from = 1, to = this.commands.length): Run {
    const part = this.commands.slice(from - 1, to);
    const [first] = part;
    const last = part[part.length - 1];
    if (!first || !last) throw new Error('an empty run');
    return {
      fromSeq: from,
      prevHash: toBase64url(first.prevHash),
      commands: part.map(({ wire }) => wire),
      signature: this.signHead(last),
    };
  }

  head(): SignedHead | null {
    const last = this.commands[this.commands.length - 1];
    return last ? { seq: last.seq, hash: toBase64url(last.hash), signature: this.signHead(last) } : null;
  }

  signHead({ seq, hash }: { seq: number; hash: Uint8Array }): string {
    return this.sign(headText(this.region, this.id, seq, toBase64url(hash)));
  }

  request(runs: readonly Run[], over: Partial<SyncRequest> = {}): { body: string; signature: string } {
    const request: SyncRequest = {
      protocol: 1,
      region: this.region,
      device: this.id,
      requestNo: ++this.#requestNo,
      sentAt: 0,
      runs: [...runs],
      head: this.head(),
      cursor: null,
      roster: null,
      report: {
        appVersion: 'test',
        platform: 'test',
        installed: true,
        persisted: true,
        freeBytes: null,
        battery: null,
        unsent: 0,
        oldestUnsentAt: null,
        rosterBuiltAt: null,
        clockSkewMs: null,
        shiftActive: false,
      },
      ...over,
    };
    const body = JSON.stringify(request);
    return { body, signature: this.sign(requestText(this.id, body)) };
  }

  sign(bytes: Uint8Array): string {
    return toBase64url(sign('sha256', bytes, { key: this.#privateKey, dsaEncoding: 'ieee-p1363' }));
  }
}
