// What an operator does with the audit, by the commands of the RUNBOOK, beside the running server.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import {
  connectToDatabase,
  makeDataDir,
  removeDataDir,
  runCommand,
  startServer,
} from '#tests/_support/server-process.ts';

let dataDir: string;
// A first start of its own: which block is the first one depends on it.
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => removeDataDir(dataDir));

test('export, verify, and what it says when somebody was in the database', async () => {
  const server = await startServer({ dataDir, env: { DEMO: '1' } });
  const audit = (...args: string[]) => runCommand(['audit', ...args], { DATA_DIR: dataDir });
  const answer = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'beheer@demo.streekbalie.example', password: DEMO_PASSWORD }),
  });
  expect(answer.status).toBe(200);

  const file = join(dataDir, 'heads.json');
  const exported = await audit('export', file);
  expect(exported).toMatchObject({ code: 0 });
  expect(exported.output).toContain('up to block 1');
  expect(existsSync(file)).toBe(true);
  const whole = await audit('verify', file);
  expect(whole.code).toBe(0);
  expect(whole.output).toContain('The audit is as it was sealed: ');

  const database = await connectToDatabase(dataDir);
  await database.query('alter table audit_entry disable trigger user');
  await database.query(`update audit_entry set action = 'sign-out' where action = 'sign-in'`);
  await database.end();
  const changed = await audit('verify', file);
  expect(changed.code).toBe(1);
  expect(changed.output).toMatch(/entry \d+ was changed after it was sealed in block 1/);
  const wrong = await audit('look');
  expect(wrong.code).toBe(1);
  expect(wrong.output).toContain('npm run audit -- verify [FILE] | export FILE');
  await server.stop();
});
