// Group passes: who holds one, who pays, and the tickets of each year, whose balance is an account of the one ledger (docs/adr/024).
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table account drop constraint account_kind_check;
    alter table account add constraint account_kind_check
      check (kind in ('passholder', 'foreign-card', 'issued', 'group-pass'));

    create table group_pass (
      region_id integer not null references region,
      group_pass_id uuid not null,
      uitpas_number text not null,
      name text not null,
      holder_id uuid not null,
      pays_nis text not null,
      request_digest bytea not null,
      made_at bigint not null,
      made_by text not null,
      primary key (region_id, group_pass_id),
      unique (region_id, uitpas_number),
      foreign key (region_id, uitpas_number) references card,
      foreign key (region_id, holder_id) references organisation,
      foreign key (region_id, pays_nis) references municipality
    );
    create trigger group_pass_for_ever before update or delete on group_pass for each row execute function forbid_change();

    create table group_pass_year (
      region_id integer not null,
      group_pass_id uuid not null,
      year integer not null,
      tickets integer not null check (tickets > 0),
      -- Its account, and the entry that opened it.
      account_id uuid not null,
      granted_at bigint not null,
      granted_by text not null,
      primary key (region_id, group_pass_id, year),
      unique (region_id, account_id),
      foreign key (region_id, group_pass_id) references group_pass,
      foreign key (region_id, account_id) references account
    );
    create trigger group_pass_year_for_ever before update or delete on group_pass_year
      for each row execute function forbid_change();
  `.execute(db);
}
