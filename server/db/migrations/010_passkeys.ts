// Passkeys: the public half of a key that a phone, computer or security key keeps for one person. Signing in with one needs
// no password and no second step: the device itself asked for a finger, a face or a PIN.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table auth_passkey (
      passkey_id uuid primary key,
      user_id uuid not null references auth_user on delete cascade,
      credential_id text not null unique,
      public_key bytea not null,
      counter bigint not null,
      name text not null,
      created_at bigint not null,
      last_used_at bigint
    );
    create index auth_passkey_user on auth_passkey (user_id);
  `.execute(db);
}
