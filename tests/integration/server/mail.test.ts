// The outbox: a letter leaves once, waits out a mail server that is away, and leaves no secret behind.
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createApp } from '#server/app.ts';
import { createMailer } from '#server/mail/mailer.ts';
import { runMailSender } from '#server/mail/sender.ts';
import { pollUntil } from '#server/poll.ts';
import type { SmtpReceiver } from '#tests/_support/smtp-receiver.ts';
import { startSmtpReceiver } from '#tests/_support/smtp-receiver.ts';
import type { TestServer } from '#tests/_support/test-context.ts';
import { openTestContext } from '#tests/_support/test-context.ts';

const NOW = Date.UTC(2026, 10, 20, 19, 0, 0);
const MINUTE_MS = 60_000;
const LETTER = {
  to: 'els@gemeente.example',
  subject: 'Kies een wachtwoord',
  text: 'https://x.example/#geheim',
};

let server: TestServer;
let receiver: SmtpReceiver;
let stop: AbortController;
let sending: Promise<void> | undefined;

beforeEach(async () => {
  server = await openTestContext(NOW);
  receiver = await startSmtpReceiver();
  stop = new AbortController();
  await server.context.db
    .insertInto('region')
    .values({ region_id: 1, slug: 'test', name: 'Test', feed_epoch: 'first', demo: false })
    .execute();
});

afterEach(async () => {
  stop.abort();
  await sending;
  await receiver.close();
  await server.close();
});

const mailSettings = () => ({ smtpUrl: receiver.url, from: 'balie@streek.example' });

function startSending(): void {
  sending = runMailSender({ ...server.context, mail: mailSettings(), stopping: stop.signal });
}

async function outbox() {
  return server.context.db.selectFrom('outgoing_mail').selectAll().execute();
}

test('a letter leaves, and its text with the link is erased', async () => {
  await server.context.mail.send(1, LETTER);
  startSending();
  await pollUntil(async () => ((await outbox())[0]?.sent_at === NOW ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error('not sent'),
  });
  expect(receiver.letters.length).toBe(1);
  expect(receiver.letters[0]).toContain('To: els@gemeente.example');
  expect((await outbox())[0]).toMatchObject({ body: null, attempts: 1, last_error: null });
});

test('a mail server that says later gets the letter later, and the text waits', async () => {
  receiver.answerWith(451);
  await server.context.mail.send(1, LETTER);
  startSending();
  await pollUntil(async () => ((await outbox())[0]?.last_error === '451' ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error('not tried'),
  });
  expect((await outbox())[0]).toMatchObject({
    sent_at: null,
    body: LETTER.text,
    attempts: 1,
    next_attempt_at: NOW + MINUTE_MS,
  });

  receiver.answerWith(250);
  server.setNow(NOW + MINUTE_MS);
  await pollUntil(async () => ((await outbox())[0]?.sent_at === NOW + MINUTE_MS ? true : undefined), {
    timeoutMs: 20_000,
    onTimeout: () => new Error('not sent the second time'),
  });
  expect(receiver.letters.length).toBe(1);
});

test('while the mail server thinks, the letter is claimed, nothing is locked, and nobody sends it again', async () => {
  const { db } = server.context;
  const release = receiver.holdAnswers();
  await server.context.mail.send(1, LETTER);
  startSending();
  await pollUntil(() => (receiver.letters.length === 1 ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error('nothing came'),
  });
  expect((await outbox())[0]).toMatchObject({
    attempts: 1,
    sent_at: null,
    next_attempt_at: NOW + 10 * MINUTE_MS,
  });
  const { rows } = await sql<{ state: string }>`
    select state from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'
  `.execute(db);
  expect(rows).toEqual([]);
  await sql`select from outgoing_mail for update nowait`.execute(db);
  release();
  await pollUntil(async () => ((await outbox())[0]?.sent_at === NOW ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error('not sent'),
  });
  expect(receiver.letters.length).toBe(1);
});

test('a letter whose sending could not be noted waits out its claim before it leaves again', async () => {
  const { db } = server.context;
  await sql`create function lose_note() returns trigger language plpgsql as $$
    begin raise exception 'the database is gone'; end $$`.execute(db);
  await sql`create trigger lose_note before update on outgoing_mail for each row
    when (new.sent_at is not null) execute function lose_note()`.execute(db);
  await server.context.mail.send(1, LETTER);
  startSending();
  await pollUntil(() => (receiver.letters.length === 1 ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error('nothing came'),
  });
  stop.abort();
  await sending;
  expect((await outbox())[0]).toMatchObject({ attempts: 1, next_attempt_at: NOW + 10 * MINUTE_MS });
  await sql`drop trigger lose_note on outgoing_mail`.execute(db);

  server.setNow(NOW + 10 * MINUTE_MS);
  stop = new AbortController();
  startSending();
  await pollUntil(async () => ((await outbox())[0]?.attempts === 2 ? true : undefined), {
    timeoutMs: 10_000,
    onTimeout: () => new Error('not sent again'),
  });
});

test('two senders on one outbox send each letter once', async () => {
  for (let i = 0; i < 10; i++) await server.context.mail.send(1, { ...LETTER, subject: `Brief ${i}` });
  startSending();
  const second = runMailSender({ ...server.context, mail: mailSettings(), stopping: stop.signal });
  await pollUntil(async () => ((await outbox()).every((row) => row.sent_at !== null) ? true : undefined), {
    timeoutMs: 20_000,
    onTimeout: () => new Error('not all sent'),
  });
  stop.abort();
  await second;
  expect(receiver.letters.length).toBe(10);
});

test('without a mail server nothing is kept, so that the screen shows the link', async () => {
  const { db, clock, ids } = server.context;
  const mailer = createMailer({ mail: undefined, demo: false }, db, clock, ids);
  expect(mailer.canSend).toBe(false);
  await mailer.send(1, LETTER);
  expect(await outbox()).toEqual([]);
});

test('everyone may know whether letters leave from here: no screen promises one that does not', async () => {
  const { context } = server;
  const mail = createMailer({ mail: undefined, demo: false }, context.db, context.clock, context.ids);
  const factsOf = async (app: ReturnType<typeof createApp>): Promise<unknown> =>
    (await app.request('/api/public')).json();
  expect(await factsOf(createApp({ ...context, mail }))).toMatchObject({ sendsMail: false });
  expect(await factsOf(createApp(context))).toMatchObject({ sendsMail: true });
});

test('the development mailbox shows letters of a demo region and of no other', async () => {
  await server.context.mail.send(1, LETTER);
  const app = createApp(server.context);
  const read = async (): Promise<unknown> => (await app.request('/api/dev/mailbox')).json();
  expect(await read()).toEqual({ letters: [] });

  await server.context.db.updateTable('region').set({ demo: true }).execute();
  expect(await read()).toMatchObject({ letters: [{ to: LETTER.to, text: LETTER.text }] });

  const real = createApp({ ...server.context, config: { ...server.context.config, demo: false } });
  expect((await real.request('/api/dev/mailbox')).status).toBe(404);
});
