import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import type { Transporter } from 'nodemailer';
import type { Context } from '../context.ts';

// Empties the outbox. A letter is claimed in one statement before it is sent and no transaction waits for the mail server,
// so two server processes never send it twice at once; a crash between sending and noting it sends it once more when the
// claim is over, never zero times.

const LOOK_EVERY_MS = 5_000;
const ATTEMPTS_MAX = 12;
const FIRST_RETRY_MS = 60_000;
const RETRY_MS_MAX = 6 * 3_600_000;
const SMTP_MS_MAX = 20_000;
/** Longer than the slowest mail server within that limit takes, step by step. */
const CLAIM_MS = 10 * 60_000;

type SenderContext = Pick<Context, 'db' | 'clock' | 'log' | 'stopping'> & {
  mail: { smtpUrl: string; from: string };
};

/** Ends when the server stops; resolves after the letter under way. */
export async function runMailSender(context: SenderContext): Promise<void> {
  const transport = createTransport(
    {
      url: context.mail.smtpUrl,
      connectionTimeout: SMTP_MS_MAX,
      greetingTimeout: SMTP_MS_MAX,
      socketTimeout: SMTP_MS_MAX,
    },
    { from: context.mail.from },
  );
  while (!context.stopping.aborted) {
    try {
      while (!context.stopping.aborted && (await sendNext(context, transport)));
    } catch (error) {
      context.log.warn({ err: error }, 'the outbox cannot be read');
    }
    await delay(LOOK_EVERY_MS, undefined, { signal: context.stopping }).catch(() => undefined); // stopping ends it
  }
  transport.close();
}

async function sendNext(context: SenderContext, transport: Transporter): Promise<boolean> {
  const letter = await claimNext(context);
  if (!letter) return false;
  const outcome = await attempt(transport, letter.recipient, letter.subject, letter.body ?? '');
  const now = context.clock.now();
  const retryMs = Math.min(FIRST_RETRY_MS * 2 ** (letter.attempts - 1), RETRY_MS_MAX);
  await context.db
    .updateTable('outgoing_mail')
    .set(
      outcome.sent
        ? { sent_at: now, body: null, last_error: null }
        : { next_attempt_at: now + retryMs, last_error: outcome.code },
    )
    .where('region_id', '=', letter.region_id)
    .where('mail_id', '=', letter.mail_id)
    .execute();
  if (!outcome.sent) context.log.warn({ code: outcome.code, attempt: letter.attempts }, 'mail not taken');
  return true;
}

/** The attempt counts from here, and nobody else looks at the letter until the claim is over. */
async function claimNext({ db, clock }: SenderContext) {
  const now = clock.now();
  return db
    .updateTable('outgoing_mail')
    .from((eb) =>
      eb
        .selectFrom('outgoing_mail')
        .select(['region_id', 'mail_id'])
        .where('sent_at', 'is', null)
        .where('attempts', '<', ATTEMPTS_MAX)
        .where('next_attempt_at', '<=', now)
        .orderBy('next_attempt_at')
        .limit(1)
        .forUpdate()
        .skipLocked()
        .as('next'),
    )
    .set((eb) => ({ attempts: eb('outgoing_mail.attempts', '+', 1), next_attempt_at: now + CLAIM_MS }))
    .whereRef('outgoing_mail.region_id', '=', 'next.region_id')
    .whereRef('outgoing_mail.mail_id', '=', 'next.mail_id')
    .returning([
      'outgoing_mail.region_id',
      'outgoing_mail.mail_id',
      'recipient',
      'subject',
      'body',
      'attempts',
    ])
    .executeTakeFirst();
}

async function attempt(
  transport: Transporter,
  to: string,
  subject: string,
  text: string,
): Promise<{ sent: true } | { sent: false; code: string }> {
  try {
    await transport.sendMail({ to, subject, text });
    return { sent: true };
  } catch (error) {
    const answer = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined;
    const code = error instanceof Error && 'code' in error ? error.code : 'unknown';
    return { sent: false, code: String(answer ?? code) };
  }
}
