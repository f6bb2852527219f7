import type { Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';

const LETTERS_MAX = 50;

/** Letters of demo regions only: a real region's mail is nobody's to read, whatever the settings say. */
export async function readMailbox(db: Kysely<Database>) {
  const letters = await db
    .selectFrom('outgoing_mail')
    .innerJoin('region', 'region.region_id', 'outgoing_mail.region_id')
    .select(['mail_id', 'recipient', 'subject', 'body', 'outgoing_mail.created_at'])
    .where('region.demo', '=', true)
    .orderBy('outgoing_mail.created_at', 'desc')
    .limit(LETTERS_MAX)
    .execute();
  return letters.map((letter) => ({
    id: letter.mail_id,
    to: letter.recipient,
    subject: letter.subject,
    text: letter.body,
    at: letter.created_at,
  }));
}
