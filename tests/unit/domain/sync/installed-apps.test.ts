// What phones that are installed already send and understand, word for word. An installed phone runs last month's code: these
// texts are never changed; a later protocol gets its own beside them.
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { CheckInPayload, Envelope, UndoCheckInPayload } from '#domain/sync/command.ts';
import { SyncRequest, SyncResponse } from '#domain/sync/exchange.ts';

const DEVICE = '01935d2e-8f00-7aaa-8bbb-0123456789ab';
const COMMAND = '01935d2e-8f01-7aaa-8bbb-0123456789ab';
const HASH = 'A'.repeat(43);
const SIGNATURE = 'B'.repeat(86);

const ENVELOPE = `{"id":"${COMMAND}","kind":"check-in","v":1,"device":"${DEVICE}","seq":1,"session":"s","occurredAt":1795442400000,"monoMs":12.5,"anchor":{"serverTime":1795442300000,"syncNo":4,"monoMs":null},"verdictShown":"saved","activityVersion":1,"rosterVersion":3,"rulesVersion":1}`;
const CHECK_IN = `{"activityId":"${DEVICE}","number":"0900001095902","way":"camera"}`;
const UNDO = `{"target":"${COMMAND}"}`;
const REQUEST = `{"protocol":1,"region":"westhoek","device":"${DEVICE}","requestNo":7,"sentAt":1795442400000,"runs":[{"fromSeq":1,"prevHash":"${HASH}","commands":[[${JSON.stringify(ENVELOPE)},${JSON.stringify(CHECK_IN)},"c2FsdA"]],"signature":"${SIGNATURE}"}],"head":{"seq":1,"hash":"${HASH}","signature":"${SIGNATURE}"},"cursor":null,"roster":{"id":"r1","version":3},"report":{"appVersion":"0.1.0","platform":"Android, Chrome 142","installed":true,"persisted":true,"freeBytes":null,"battery":null,"unsent":0,"oldestUnsentAt":null,"rosterBuiltAt":1795442000000,"clockSkewMs":0,"shiftActive":true}}`;
const ANSWER = `{"protocol":1,"device":"${DEVICE}","requestNo":7,"serverTime":1795442400100,"syncNo":5,"state":"active","wipe":false,"receipts":[{"from":1,"to":1,"hash":"${HASH}","receivedAt":1795442400100}],"differs":[],"sendSignatures":[],"rulings":[{"n":1,"outcome":"accepted","points":1,"ruledAt":1795442400100,"seqs":[[1,1]]}],"highWater":{"seq":1,"hash":"${HASH}"},"gaps":[],"changes":{},"cursor":"e.1.f","more":false,"token":null}`;

it('the server understands what app 0.1.0 sends', () => {
  const request = SyncRequest.parse(JSON.parse(REQUEST));
  const [envelope = '', payload = ''] = request.runs[0]?.commands[0] ?? [];
  expect(Envelope.parse(JSON.parse(envelope))).toMatchObject({ kind: 'check-in', v: 1, seq: 1 });
  expect(CheckInPayload.parse(JSON.parse(payload))).toMatchObject({ way: 'camera' });
  expect(UndoCheckInPayload.parse(JSON.parse(UNDO))).toEqual({ target: COMMAND });
});

it('an app understands the answers that app 0.1.0 got, and passes over what it does not know', () => {
  const answer = JSON.parse(ANSWER) as Record<string, unknown>;
  expect(z.safeParse(SyncResponse, answer).success).toBe(true);
  const later = { ...answer, later: 1, changes: { later: 2, app: 'a-word-of-later' } };
  expect(SyncResponse.parse(later).changes).toEqual({ app: 'behind' });
});
