import type { Kysely } from 'kysely';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/tables.ts';
import type { Ids } from '../ids.ts';

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** False: nothing can be sent here, so the screen shows the link to copy. */
  canSend: boolean;
  /** Puts a letter in the outbox; it leaves as soon as the mail server takes it. */
  send(regionId: number, letter: Letter): Promise<void>;
}

/** With SMTP the outbox is emptied by sender.ts; in a demo without SMTP it is the mailbox that catches all. */
export function createMailer(
  config: Pick<Config, 'mail' | 'demo'>,
  db: Kysely<Database>,
  clock: Clock,
  ids: Ids,
): Mailer {
  const canSend = config.mail !== undefined || config.demo;
  return {
    canSend,
    async send(regionId, letter) {
      if (!canSend) return;
      const now = clock.now();
      await db
        .insertInto('outgoing_mail')
        .values({
          region_id: regionId,
          mail_id: ids.newId(),
          recipient: letter.to,
          subject: letter.subject,
          body: letter.text,
          created_at: now,
          next_attempt_at: now,
          sent_at: null,
          last_error: null,
        })
        .execute();
    },
  };
}
