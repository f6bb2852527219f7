// A rolling deployment: two server processes on one database, and one of them goes. It says "not ready" first and still answers;
// its streams are told to come back; what is under way ends; then it ends. News crosses from one process to the other.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import { pollUntil } from '#server/poll.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import {
  databaseUrlOf,
  isAlive,
  makeDataDir,
  removeDataDir,
  startServer,
  type ServerProcess,
} from '#tests/_support/server-process.ts';

const LEAVING = { LOG_LEVEL: 'silent', DRAIN_S: '60' };

let dataDir: string;
let otherDir: string;
let stays: ServerProcess;
let leaves: ServerProcess;
beforeEach(async () => {
  dataDir = await readyDataDir('demo');
  otherDir = makeDataDir();
  stays = await startServer({ dataDir, env: { LOG_LEVEL: 'silent', DEMO: '1' } });
  const env = { ...LEAVING, DATABASE_URL: databaseUrlOf(dataDir), KEY_FILE: `${dataDir}/keys.json` };
  leaves = await startServer({ dataDir: otherDir, env });
});
afterEach(async () => {
  if (isAlive(leaves.pid)) await leaves.kill9();
  await stays.stop();
  await removeDataDir(otherDir);
  await removeDataDir(dataDir);
});

test('a process that leaves says so first, and takes nobody with it', async () => {
  const cookie = await signIn(stays.url);
  const stream = await fetch(`${leaves.url}/api/desk/stream`, { headers: { cookie } });
  expect(stream.status).toBe(200);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  const hear = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(heard)) {
      const piece = await reader?.read();
      if (!piece || piece.done) throw new Error(`the stream ended with: ${heard}`);
      heard += piece.value;
    }
  };
  await hear(/: open/);
  await makeActivity(stays.url, cookie);
  await hear(/event: changed\ndata: \{"topic":"activities"/);

  process.kill(leaves.pid, 'SIGTERM');
  await hear(/retry: \d{4}\n: stopping/);
  while (!(await reader?.read())?.done);
  const ready = await fetch(`${leaves.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { ready: false, reason: 'stopping' }]);
  // The balancer has not noticed yet: who is sent here is served, but gets no stream to lose again.
  expect((await fetch(`${leaves.url}/api/me`, { headers: { cookie } })).status).toBe(200);
  expect((await fetch(`${leaves.url}/api/desk/stream`, { headers: { cookie } })).status).toBe(503);
  expect((await fetch(`${stays.url}/readyz`)).status).toBe(200);

  // A second signal, after the moment in which npm repeats the first one: do not wait any longer.
  await pollUntil(
    async () => {
      if (isAlive(leaves.pid)) process.kill(leaves.pid, 'SIGTERM');
      const gone = await fetch(`${leaves.url}/healthz`).then(
        () => undefined,
        () => true,
      );
      return gone;
    },
    { timeoutMs: 20_000, onTimeout: () => new Error('does not close its door') },
  );
  expect(await leaves.ended()).toBe(0);
  expect((await fetch(`${stays.url}/api/me`, { headers: { cookie } })).status).toBe(200);
});

async function signIn(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email: 'bib@demo.streekbalie.example', password: DEMO_PASSWORD }),
  });
  expect(answer.status).toBe(200);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

async function makeActivity(url: string, cookie: string): Promise<void> {
  const me = await fetch(`${url}/api/me`, { headers: { cookie } });
  const { organisations } = (await me.json()) as { organisations: { organisationId: string }[] };
  const answer = await fetch(`${url}/api/activities`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, cookie },
    body: JSON.stringify({
      organisationId: organisations[0]?.organisationId,
      title: 'Proef',
      place: 'Hier',
      points: 1,
      limit: null,
      marginBeforeMin: null,
      marginAfterMin: null,
      occurrences: [{ startsAt: 1, endsAt: 2 }],
      version: 0,
    }),
  });
  expect(answer.ok).toBe(true);
}
