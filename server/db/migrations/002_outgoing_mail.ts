// Mail waits in the database until the mail server has taken it, so a restart loses none.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table outgoing_mail (
      region_id integer not null references region,
      mail_id uuid not null,
      recipient text not null,
      subject text not null,
      -- Holds one-time links: erased once sent.
      body text,
      created_at bigint not null,
      attempts integer not null default 0,
      next_attempt_at bigint not null,
      sent_at bigint,
      -- The answer code of the mail server, never its text: that quotes addresses.
      last_error text,
      primary key (region_id, mail_id)
    );
    create index outgoing_mail_waiting on outgoing_mail (next_attempt_at) where sent_at is null;
  `.execute(db);
}
