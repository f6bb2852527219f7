// Bytes that no browser sends, on a real socket: requests whose end is told in two ways, slow bodies, forged addresses.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '#server/app.ts';
import { listen, PATIENCE, type HttpServer } from '#server/http-server.ts';
import { emailOf, staffRegions } from '#tests/_support/staffed-region.ts';
import { openTestContext, type TestServer } from '#tests/_support/test-context.ts';

let context: TestServer;
let http: HttpServer;
let port: number;

beforeAll(async () => {
  context = await openTestContext(Date.now());
  await staffRegions(context.context);
  http = await listen({ host: '127.0.0.1', port: 0, tls: undefined });
  http.handle(
    createApp({ ...context.context, config: { ...context.context.config, trustProxy: false } }).fetch,
  );
  port = Number(new URL(http.url).port);
});
afterAll(async () => {
  await http.stop(AbortSignal.abort());
  await context.close();
});

/** Everything the server answers until it closes, or until `enough`. */
function say(bytes: string, enough: (answer: string) => boolean = () => false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      if (enough(answer)) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const POST = 'POST /api/auth/sign-in/email HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

describe('a request whose end can be read in two ways is none', () => {
  it.each([
    ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}`],
    [
      'a length and pieces',
      `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    ],
    ['pieces by another name', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['a length that is no number', `${POST}Content-Length: 2x\r\n\r\n{}`],
    ['a line end of its own', 'GET /healthz HTTP/1.1\nHost: localhost\n\n'],
    ['a header without a name', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n'],
    ['a space before the colon', `${POST}Content-Length : 2\r\n\r\n{}`],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    const answer = await say(bytes);
    expect(statusOf(answer)).toBe(400);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

it.each(['TRACE', 'CONNECT', 'DEBUG', 'TRACK'])('%s is no method here', async (method) => {
  const answer = await say(`${method} /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect(answer === '' || statusOf(answer) >= 400).toBe(true);
  expect(answer).not.toContain('"status":"ok"');
});

it.each([
  '/../package.json',
  '/..%2f..%2fpackage.json',
  '/%2e%2e/keys.json',
  '//etc/passwd',
  '/.git/config',
  '/.env',
])('a path out of the app (%s) leads nowhere', async (path) => {
  const answer = await say(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  expect([400, 404]).toContain(statusOf(answer));
});

it('an address that the client writes itself is not believed: guesses are counted together', async () => {
  const guess = (i: number): Promise<string> => {
    const body = JSON.stringify({ email: emailOf('auditor'), password: 'x'.repeat(12) });
    return say(
      `${POST}X-Forwarded-For: 198.51.100.${String(i)}\r\nX-Real-IP: 198.51.100.${String(i)}\r\nConnection: close\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
    );
  };
  const statuses: number[] = [];
  for (let i = 0; i < 11; i += 1) statuses.push(statusOf(await guess(i)));
  expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
  expect(statuses[10]).toBe(429);
});

it('a body that comes a byte at a time is cut off, and others are served meanwhile', async () => {
  // The same server with a tenth of the patience.
  expect(PATIENCE.requestMs).toBe(30_000);
  const hasty = await listen({ host: '127.0.0.1', port: 0, tls: undefined }, undefined, {
    ...PATIENCE,
    headersMs: PATIENCE.headersMs / 10,
    requestMs: PATIENCE.requestMs / 10,
    lookEveryMs: PATIENCE.lookEveryMs / 10,
  });
  onTestFinished(() => hasty.stop(AbortSignal.abort()));
  hasty.handle(createApp(context.context).fetch);
  const started = performance.now();
  const ended = new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(hasty.url).port), '127.0.0.1', () =>
      socket.write(`${POST}Content-Length: 1000\r\n\r\n{`),
    );
    let answer = '';
    const trickle = setInterval(() => socket.write(' '), 100);
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      clearInterval(trickle);
      resolve(answer);
    });
  });
  const others = await Promise.all(Array.from({ length: 50 }, () => fetch(`${hasty.url}/readyz`)));
  expect(others.every(({ ok }) => ok)).toBe(true);
  expect(await ended).toMatch(/^(HTTP\/1\.1 408|$)/);
  expect(performance.now() - started).toBeGreaterThan(2_900);
  expect(performance.now() - started).toBeLessThan(10_000);
});

// With all the patience there is, so both at once.
describe.concurrent('slow headers', () => {
  it('who sends its headers byte by byte is cut off, and holds up nobody', async ({ expect }) => {
    const slow = connect(port, '127.0.0.1', () => slow.write('GET / HTTP/1.1\r\n'));
    const ended = new Promise<string>((resolve) => {
      let answer = '';
      slow.on('data', (data) => (answer += data.toString()));
      slow.on('error', () => resolve(answer));
      slow.on('close', () => resolve(answer));
    });
    const trickle = setInterval(() => slow.write('a'), 500);
    expect((await fetch(`${http.url}/healthz`)).ok).toBe(true);
    expect(await ended).toMatch(/^(HTTP\/1\.1 408|$)/);
    clearInterval(trickle);
  }, 60_000);

  it('two hundred connections that never finish their headers hold up nobody', async ({ expect }) => {
    const slow = Array.from({ length: 200 }, () => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nX: '));
      socket.resume();
      socket.on('error', () => undefined); // cut off: that is what is meant to happen
      return new Promise<void>((resolve) => socket.on('close', () => resolve()));
    });
    const started = performance.now();
    expect((await fetch(`${http.url}/readyz`)).ok).toBe(true);
    expect(performance.now() - started).toBeLessThan(2_000);
    await Promise.all(slow);
    expect(performance.now() - started).toBeLessThan(20_000);
  }, 60_000);
});

describe('who asks for much and takes nothing, or a little at a time, holds a connection for a while only', () => {
  let mute: HttpServer;
  /** Resolves when the server gives up on the answer that it is sending. */
  let givenUp: Promise<void>;
  let answers = 0;
  beforeAll(async () => {
    mute = await listen({ host: '127.0.0.1', port: 0, tls: undefined }, undefined, {
      ...PATIENCE,
      silenceMs: 400,
      answerMs: 2_000,
      ofOneAddressMax: 20,
      speaksForMany: () => false,
    });
    mute.handle((request) => {
      answers += 1;
      if (request.url.endsWith('/few')) return new Response('few');
      const isStream = request.url.endsWith('/stream');
      let endless: ReadableStream<Uint8Array> | undefined;
      givenUp = new Promise((resolve) => {
        endless = new ReadableStream({
          async pull(controller) {
            if (isStream) await new Promise((next) => setTimeout(next, 100));
            controller.enqueue(new Uint8Array(isStream ? 10 : 1_000_000));
          },
          cancel: () => resolve(),
        });
      });
      return new Response(endless, { headers: { 'content-type': isStream ? 'text/event-stream' : 'x/y' } });
    });
  });
  afterAll(() => mute.stop(AbortSignal.abort()));

  /** `meanwhile` ten times a second; how long the server went on, at most `untilMs`. */
  async function ask(path: string, meanwhile: (socket: Socket) => void, untilMs = 10_000): Promise<number> {
    const socket = connect(Number(new URL(mute.url).port), '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
    );
    socket.on('error', () => undefined); // cut off: that is what is meant to happen
    await new Promise((resolve, reject) => socket.once('readable', resolve).once('close', reject));
    const started = performance.now();
    const acting = setInterval(() => meanwhile(socket), 100);
    const patience = new Promise((resolve) => setTimeout(resolve, untilMs));
    await Promise.race([givenUp, patience]);
    clearInterval(acting);
    socket.destroy();
    return performance.now() - started;
  }

  it('nothing at all', async () => {
    expect(await ask('/much', () => undefined)).toBeLessThan(1_900);
  });
  it('nothing, and goes on talking', async () => {
    expect(await ask('/much', (socket) => socket.write('\r\n'))).toBeLessThan(5_000);
  });
  it('a little at a time', async () => {
    expect(await ask('/much', (socket) => socket.read(1_000))).toBeLessThan(5_000);
  });
  it('and a thousand questions in one packet, none of which waits for its answer', async () => {
    answers = 0;
    const socket = connect(Number(new URL(mute.url).port), '127.0.0.1', () =>
      socket.write('GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_000)),
    );
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect(answers).toBeLessThanOrEqual(1);
    const asked = [await fetch(`${mute.url}/few`), await fetch(`${mute.url}/few`)];
    expect(await Promise.all(asked.map((answer) => answer.text()))).toEqual(['few', 'few']);
  });
  it('with as many connections as it likes: the rest is for others', async () => {
    const sockets: Socket[] = [];
    const served = await Promise.all(
      Array.from({ length: 60 }, () => {
        const socket = connect(Number(new URL(mute.url).port), '127.0.0.1', () =>
          socket.write('GET /few HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        );
        sockets.push(socket);
        return new Promise<boolean>((resolve) => {
          socket.on('error', () => resolve(false));
          socket.once('data', () => resolve(true));
          socket.once('close', () => resolve(false));
        });
      }),
    );
    expect(served.filter(Boolean).length).toBeLessThanOrEqual(20);
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(() =>
        fetch(`${mute.url}/few`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });
  it('but an event stream, which is meant to last, goes on', async () => {
    expect(await ask('/stream', (socket) => socket.read(), 3_000)).toBeGreaterThan(2_900);
  });
});

it('an answer under way when the server stops is the last one of its connection, also when its headers are sent', async () => {
  const stopping = await listen({ host: '127.0.0.1', port: 0, tls: undefined });
  let finish = (): void => undefined;
  stopping.handle(() => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from('half '));
        finish = () => {
          controller.enqueue(Buffer.from('whole'));
          controller.close();
        };
      },
    });
    return new Response(body);
  });
  const answer = await fetch(stopping.url);
  const started = performance.now();
  const stopped = stopping.stop(new AbortController().signal);
  finish();
  expect(await answer.text()).toBe('half whole');
  await stopped;
  // Kept alive the connection would be waited for until its client lets go.
  expect(performance.now() - started).toBeLessThan(3_000);
});
