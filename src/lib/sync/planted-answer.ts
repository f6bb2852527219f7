// Two of the planted bugs (src/domain/kernel/planted.ts): believing an answer that nobody signed. Without the build
// flag there is never such an answer.
import { planted } from '#domain/kernel/planted.ts';
import { PROTOCOL, type SyncResponse } from '#domain/sync/exchange.ts';
import type { Outgoing } from './sync-store.ts';

export function plantedAnswer(device: string, outgoing: Outgoing, status: number): SyncResponse | undefined {
  const drop = planted('drop-on-4xx') && status >= 400 && status < 500;
  const wipe = planted('wipe-on-unsigned-401') && status === 401;
  if (!drop && !wipe) return undefined;
  return {
    protocol: PROTOCOL,
    device,
    requestNo: outgoing.requestNo,
    serverTime: 0,
    syncNo: 0,
    state: wipe ? 'revoked' : 'active',
    wipe,
    receipts: drop
      ? outgoing.commands.map(({ seq, hash }) => ({ from: seq, to: seq, hash, receivedAt: 0 }))
      : [],
    differs: [],
    sendSignatures: [],
    rulings: [],
    highWater: outgoing.head,
    gaps: [],
    changes: {},
    cursor: outgoing.cursor ?? '',
    more: false,
    token: null,
  };
}
