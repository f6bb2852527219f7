// Signing in with an account at a provider (OpenID Connect): who is who there, and by which provider a session was opened.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    -- One account there belongs to one person here, and one person here has one account there.
    create unique index auth_account_outside on auth_account (provider_id, account_id) where provider_id like 'oidc:%';
    create unique index auth_account_of_person on auth_account (user_id, provider_id) where provider_id like 'oidc:%';

    -- Signing out can then be offered there too. Null: by password or passkey.
    alter table auth_session add column opened_by text;
  `.execute(db);
}
