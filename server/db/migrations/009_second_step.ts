// The second step of signing in: an authenticator app with its secret sealed (server/auth/sealed-secret.ts), and codes on
// paper for when that phone is lost, of which only a keyed hash is kept.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table auth_totp (
      user_id uuid primary key references auth_user on delete cascade,
      key_id text not null,
      sealed bytea not null,
      -- Null until a first right code: nobody is locked out by a QR code that was never scanned.
      confirmed_at bigint,
      -- A code works once.
      last_step bigint not null default 0
    );

    create table auth_recovery_code (
      user_id uuid not null references auth_user on delete cascade,
      code_hash bytea not null,
      used_at bigint,
      primary key (user_id, code_hash)
    );
  `.execute(db);
}
