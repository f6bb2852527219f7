// The first tables. Tenant = the operating region: every table leads with region_id. Instants are UTC milliseconds.
// What carries meaning for ever (command, ruling, posting) cannot be updated or deleted: the database itself refuses.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table region (
      region_id integer primary key,
      slug text not null unique,
      name text not null,
      demo boolean not null default false,
      -- Changes when a backup is restored: cursors of the time before are no longer believed.
      feed_epoch text not null,
      margin_before_min integer not null default 60,
      margin_after_min integer not null default 60
    );

    create table card_system (
      region_id integer not null references region,
      card_system_id text not null,
      name text not null,
      primary key (region_id, card_system_id)
    );

    create table municipality (
      region_id integer not null references region,
      nis_code text not null,
      name text not null,
      postal_codes text[] not null,
      uitpas boolean not null,
      primary key (region_id, nis_code)
    );

    create table organisation (
      region_id integer not null references region,
      organisation_id uuid not null,
      name text not null,
      kind text not null check (kind in ('municipality', 'organiser', 'region')),
      nis_code text,
      primary key (region_id, organisation_id)
    );

    create table passholder (
      region_id integer not null references region,
      passholder_id uuid not null,
      first_name text not null,
      last_name text not null,
      date_of_birth date not null,
      postal_code text not null,
      nis_code text,
      created_at bigint not null,
      upstream text not null default 'none' check (upstream in ('none', 'pending', 'confirmed', 'refused')),
      upstream_reason text,
      primary key (region_id, passholder_id)
    );

    create table membership (
      region_id integer not null references region,
      passholder_id uuid not null,
      card_system_id text not null,
      status text not null check (status in ('active', 'blocked')),
      -- Raw facts; the status of the kansenstatuut is derived by one rule in the domain.
      kansenstatuut_until date,
      kansenstatuut_suspended_until date,
      primary key (region_id, passholder_id, card_system_id),
      foreign key (region_id, passholder_id) references passholder,
      foreign key (region_id, card_system_id) references card_system
    );

    create table card (
      region_id integer not null references region,
      uitpas_number text not null check (uitpas_number ~ '^[0-9]{11}[01][0-9]$'),
      card_system_id text not null,
      passholder_id uuid,
      chip_number text,
      kind text not null check (kind in ('card', 'digital', 'group-pass')),
      state text not null check (state in ('stock', 'active', 'blocked', 'replaced', 'deleted')),
      state_since bigint not null,
      upstream text not null default 'none' check (upstream in ('none', 'pending', 'confirmed', 'refused')),
      upstream_reason text,
      -- Rises with every change of a card: version of the roster.
      version bigint not null,
      primary key (region_id, uitpas_number),
      foreign key (region_id, card_system_id) references card_system,
      foreign key (region_id, passholder_id) references passholder
    );
    create unique index card_chip on card (region_id, chip_number) where chip_number is not null;
    create index card_passholder on card (region_id, passholder_id);
    create index card_version on card (region_id, card_system_id, version);
    create sequence card_version_no;

    create table activity (
      region_id integer not null references region,
      activity_id uuid not null,
      organisation_id uuid not null,
      version integer not null,
      title text not null,
      place text not null,
      points integer not null,
      limit_volume integer,
      limit_period text,
      margin_before_min integer,
      margin_after_min integer,
      sells boolean not null default false,
      created_at bigint not null,
      changed_at bigint not null,
      changed_by text,
      archived_at bigint,
      primary key (region_id, activity_id),
      foreign key (region_id, organisation_id) references organisation,
      check ((limit_volume is null) = (limit_period is null))
    );
    create index activity_organisation on activity (region_id, organisation_id);

    create table activity_card_system (
      region_id integer not null references region,
      activity_id uuid not null,
      card_system_id text not null,
      primary key (region_id, activity_id, card_system_id),
      foreign key (region_id, activity_id) references activity
    );

    create table occurrence (
      region_id integer not null references region,
      occurrence_id uuid not null,
      activity_id uuid not null,
      starts_at bigint not null,
      ends_at bigint not null,
      primary key (region_id, occurrence_id),
      foreign key (region_id, activity_id) references activity,
      check (ends_at > starts_at)
    );
    create index occurrence_activity on occurrence (region_id, activity_id, starts_at);
    create index occurrence_start on occurrence (region_id, starts_at);

    -- The windows as each version promised them to the phones: a scan is judged by what its phone held.
    create table activity_version (
      region_id integer not null references region,
      activity_id uuid not null,
      version integer not null,
      points integer not null,
      occurrences jsonb not null,
      since bigint not null,
      primary key (region_id, activity_id, version)
    );

    create table device (
      region_id integer not null references region,
      device_id uuid not null,
      organisation_id uuid not null,
      name text not null,
      kind text not null check (kind in ('phone', 'desk')),
      state text not null check (state in ('pending', 'active', 'refused', 'revoked')),
      public_key jsonb,
      enrolled_by text,
      requested_at bigint not null,
      enrolled_at bigint,
      revoked_at bigint,
      replaces uuid,
      platform text not null default '',
      app_version text not null default '',
      last_seen_at bigint,
      report jsonb,
      request_no bigint not null default 0,
      sync_no integer not null default 0,
      -- Custody: everything up to here, and the hash that covers it.
      acked_seq integer not null default 0,
      acked_hash bytea not null default decode(repeat('00', 32), 'hex'),
      -- Newest signed head: what the device says it wrote.
      head_seq integer not null default 0,
      broken_at_seq integer,
      -- Highest sequence number received before the revocation; later ones go into quarantine.
      revoked_after_seq integer,
      token_hash bytea,
      token_expires_at bigint,
      primary key (region_id, device_id),
      foreign key (region_id, organisation_id) references organisation
    );
    create index device_organisation on device (region_id, organisation_id);
    create index device_token on device (token_hash) where token_hash is not null;

    create table device_activity (
      region_id integer not null references region,
      device_id uuid not null,
      activity_id uuid not null,
      primary key (region_id, device_id, activity_id),
      foreign key (region_id, device_id) references device,
      foreign key (region_id, activity_id) references activity
    );
    create index device_activity_activity on device_activity (region_id, activity_id);

    -- Server times that a phone may name as its anchor.
    create table device_sync (
      region_id integer not null references region,
      device_id uuid not null,
      sync_no integer not null,
      server_time bigint not null,
      primary key (region_id, device_id, sync_no)
    );

    create table enrol_link (
      region_id integer not null references region,
      link_id uuid not null,
      code_hash bytea not null,
      organisation_id uuid not null,
      activity_ids uuid[] not null,
      created_by text not null,
      created_at bigint not null,
      expires_at bigint not null,
      used_at bigint,
      device_id uuid,
      primary key (region_id, link_id)
    );
    create unique index enrol_link_code on enrol_link (code_hash);

    -- The tables a batch writes carry no foreign keys: a check for each row would cost half of the ingest rate (P4), and
    -- one writer (server/sync/process-batch.ts) makes them from rows it has just read.

    -- Raw custody: the exact texts, their hash, when they came. Salt and payload can be erased, the digest stays.
    create table command (
      region_id integer not null,
      command_id uuid not null,
      device_id uuid not null,
      seq integer not null,
      kind text not null,
      hash bytea not null,
      envelope text not null,
      payload text,
      salt bytea,
      payload_digest bytea not null,
      received_at bigint not null,
      upstream text not null default 'none' check (upstream in ('none', 'pending', 'confirmed', 'refused')),
      primary key (region_id, command_id),
      unique (region_id, device_id, seq)
    );

    -- Same id or same seq with other content: kept beside, never instead (exists-with-different).
    create table command_conflict (
      region_id integer not null,
      conflict_id bigint generated always as identity,
      command_id uuid not null,
      device_id uuid not null,
      seq integer not null,
      hash bytea not null,
      envelope text not null,
      payload text,
      salt bytea,
      received_at bigint not null,
      primary key (region_id, conflict_id),
      unique (region_id, device_id, seq, hash)
    );

    create table ruling (
      region_id integer not null,
      command_id uuid not null,
      n integer not null,
      device_id uuid not null,
      seq integer not null,
      outcome text not null,
      code text,
      because jsonb,
      points integer not null,
      ruled_at bigint not null,
      -- The transaction that wrote it: a cursor over finished transactions misses nothing.
      tx xid8 not null default pg_current_xact_id(),
      primary key (region_id, command_id, n)
    );
    create index ruling_followers on ruling (region_id, device_id, tx) where n > 1;

    create table account (
      region_id integer not null,
      account_id uuid not null,
      kind text not null check (kind in ('passholder', 'foreign-card', 'issued')),
      -- Equal to the sum of its postings; null for 'issued', whose single row would make every batch wait.
      balance bigint,
      primary key (region_id, account_id)
    );

    create table posting (
      region_id integer not null,
      command_id uuid not null,
      n integer not null,
      line smallint not null,
      account_id uuid not null,
      unit text not null,
      amount bigint not null,
      corrects_n integer,
      posted_at bigint not null,
      primary key (region_id, command_id, n, line)
    );
    create index posting_account on posting (region_id, account_id);

    -- Who was where: one row for each admitted check-in; slot is its place under the limit, null when it does not count.
    create table visit (
      region_id integer not null,
      command_id uuid not null,
      activity_id uuid not null,
      account_id uuid not null,
      period_key text not null,
      at bigint not null,
      slot integer,
      device_id uuid not null,
      issuer_id uuid not null,
      points integer not null,
      note text,
      undone boolean not null default false,
      uitpas_number text,
      tx xid8 not null default pg_current_xact_id(),
      upstream text not null default 'none' check (upstream in ('none', 'pending', 'confirmed', 'refused')),
      primary key (region_id, command_id),
      constraint visit_slot unique (region_id, activity_id, account_id, period_key, slot) deferrable initially immediate
    );
    create index visit_group on visit (region_id, activity_id, account_id, period_key);
    create index visit_feed on visit (region_id, activity_id, tx);
    create index visit_account on visit (region_id, account_id, at);

    -- Undo commands by their target; one may come before its target.
    create table undo (
      region_id integer not null,
      command_id uuid not null,
      target_id uuid not null,
      at bigint not null,
      device_id uuid not null,
      primary key (region_id, command_id)
    );
    create index undo_target on undo (region_id, target_id);

    create table audit_entry (
      region_id integer not null references region,
      audit_id bigint generated always as identity,
      at bigint not null,
      actor text not null,
      action text not null,
      subject text not null,
      detail jsonb not null default '{}',
      primary key (region_id, audit_id)
    );

    create function forbid_change() returns trigger language plpgsql as $$
    begin
      raise exception '% rows are never changed or deleted; write a new one', tg_table_name;
    end $$;
    create trigger ruling_for_ever before update or delete on ruling for each row execute function forbid_change();
    create trigger posting_for_ever before update or delete on posting for each row execute function forbid_change();
    create trigger audit_for_ever before update or delete on audit_entry for each row execute function forbid_change();
    create trigger command_stays before delete on command for each row execute function forbid_change();
    create trigger command_texts_for_ever before update on command for each row
      when (old.envelope is distinct from new.envelope or old.hash is distinct from new.hash
        or old.seq is distinct from new.seq or old.device_id is distinct from new.device_id
        or old.payload_digest is distinct from new.payload_digest
        or (new.payload is not null and old.payload is distinct from new.payload)
        or (new.salt is not null and old.salt is distinct from new.salt))
      execute function forbid_change();
  `.execute(db);
}
