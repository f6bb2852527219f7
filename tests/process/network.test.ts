// The listening side on real sockets: phones that vanish, https in this process, an address that phones can use.
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from '#tests/_support/localhost-certificate.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import { removeDataDir, runCommand, startServer } from '#tests/_support/server-process.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await readyDataDir('empty');
});
afterEach(() => removeDataDir(dataDir));

test.each(['/api/sync', '/api/auth/sign-in/email'])(
  'a phone that loses its network halfway through %s is no failure of this server',
  async (path) => {
    const server = await startServer({ dataDir, env: { LOG_LEVEL: 'info' } });
    const { port } = new URL(server.url);
    const phone = connect(Number(port), '127.0.0.1');
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n`;
    phone.write(`${head}Expect: 100-continue\r\n\r\n`);
    // "100 Continue" says that the request has begun.
    await new Promise((resolve) => phone.once('data', resolve));
    phone.write('{"protocol"');
    phone.destroy();
    const logged = (): string | undefined =>
      server
        .output()
        .split('\n')
        .find((line) => line.includes(path));
    await expect.poll(logged).toContain('"status":400');
    expect(server.output()).not.toContain('"level":"error"');
    await server.stop();
  },
);

test('headers without end are refused at once', async () => {
  const server = await startServer({ dataDir });
  const answer = await fetch(`${server.url}/healthz`, { headers: { cookie: 'x'.repeat(20_000) } });
  expect(answer.status).toBe(431);
  await server.stop();
});

test('https in this process, with the QR code of a phone', async () => {
  await removeDataDir(dataDir);
  dataDir = await readyDataDir('demo');
  const certFile = join(dataDir, 'cert.pem');
  const keyFile = join(dataDir, 'key.pem');
  writeFileSync(certFile, LOCALHOST_CERTIFICATE);
  writeFileSync(keyFile, LOCALHOST_KEY);
  const server = await startServer({
    dataDir,
    env: { TLS_CERT: certFile, TLS_KEY: keyFile, DEMO: '1', APP_URL: 'https://uitpas.example.be' },
  });
  expect(server.url).toMatch(/^https:\/\/localhost:\d+$/);
  expect(server.output()).toContain('▀');
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request(`${server.url}/readyz`, { ca: LOCALHOST_CERTIFICATE }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
  await server.stop();
});

test('a certificate that cannot be read', async () => {
  const result = await runCommand(['start'], { DATA_DIR: dataDir, TLS_CERT: '/no/cert', TLS_KEY: '/no/key' });
  expect(result.code).toBe(1);
  expect(result.output).toContain('TLS_CERT and TLS_KEY cannot be used');
});

test('a database of one’s own that does not answer, without its password on the screen', async () => {
  const result = await runCommand(['start'], {
    DATA_DIR: dataDir,
    DATABASE_URL: 'postgresql://me:very-secret@127.0.0.1:1/none',
  });
  expect(result.code).toBe(1);
  expect(result.output).toContain('DATABASE_URL cannot be used');
  expect(result.output).not.toContain('very-secret');
});
