// Settings of an organisation and planned ones that are taken back; what is paid at a counter, and its days (docs/adr/019).
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    alter table setting
      add column organisation_id uuid,
      -- Takes back this entry, which then never holds.
      add column withdraws bigint,
      add foreign key (region_id, organisation_id) references organisation,
      add foreign key (region_id, withdraws) references setting,
      add check (nis_code is null or organisation_id is null),
      add check (withdraws is null or value = 'null');
    create unique index setting_withdrawn_once on setting (region_id, withdraws);

    create table voucher (
      region_id integer not null references region,
      voucher_id uuid not null,
      code text not null,
      label text not null,
      kind text not null check (kind in ('amount', 'percent')),
      value integer not null check (value > 0),
      -- Only at counters of this municipality; nothing: everywhere.
      nis_code text,
      from_day date not null,
      until_day date not null,
      uses_max integer not null check (uses_max > 0),
      made_at bigint not null,
      made_by text not null,
      ended_at bigint,
      ended_by text,
      primary key (region_id, voucher_id),
      unique (region_id, code)
    );
    create trigger voucher_stays before delete on voucher for each row execute function forbid_change();
    -- Ended once, and for the rest as it was made.
    create trigger voucher_ends_once before update on voucher for each row
      when (old.ended_at is not null or new.ended_at is null or row (old.*) is distinct from
        row (new.region_id, new.voucher_id, new.code, new.label, new.kind, new.value, new.nis_code, new.from_day, new.until_day,
          new.uses_max, new.made_at, new.made_by, old.ended_at, old.ended_by))
      execute function forbid_change();

    -- What happened in a till; what it moved stands beside it, as postings that sum to zero.
    create table cash_entry (
      region_id integer not null references region,
      entry_id uuid not null,
      organisation_id uuid not null,
      kind text not null check (kind in ('sale', 'correction', 'close')),
      -- The day of the till, which is a later one than that of the clock once today is closed.
      day date not null,
      at bigint not null,
      actor text not null,
      -- The act at the desk that it was paid for.
      act_id uuid,
      passholder_id uuid,
      receipt_year integer,
      receipt_no integer,
      reason text,
      means text,
      list_cents integer not null default 0,
      discount_cents integer not null default 0,
      due_cents integer not null default 0,
      voucher_id uuid,
      why text not null default '',
      corrects uuid,
      primary key (region_id, entry_id),
      unique (region_id, act_id),
      unique (region_id, corrects),
      unique (region_id, organisation_id, receipt_year, receipt_no),
      foreign key (region_id, organisation_id) references organisation,
      foreign key (region_id, voucher_id) references voucher,
      foreign key (region_id, corrects) references cash_entry,
      check ((kind = 'correction') = (corrects is not null)),
      check (kind = 'close' or receipt_no is not null)
    );
    create index cash_entry_day on cash_entry (region_id, organisation_id, day);
    create index cash_entry_voucher on cash_entry (region_id, voucher_id) where voucher_id is not null;
    create trigger cash_entry_for_ever before update or delete on cash_entry
      for each row execute function forbid_change();

    create table cash_posting (
      region_id integer not null,
      entry_id uuid not null,
      line smallint not null,
      organisation_id uuid not null,
      account text not null,
      cents bigint not null check (cents <> 0),
      primary key (region_id, entry_id, line),
      foreign key (region_id, entry_id) references cash_entry
    );
    create index cash_posting_account on cash_posting (region_id, organisation_id, account);
    create trigger cash_posting_for_ever before update or delete on cash_posting
      for each row execute function forbid_change();
    create function cash_entry_sums() returns trigger language plpgsql as $$
    begin
      if (select sum(cents) from cash_posting where region_id = new.region_id and entry_id = new.entry_id) <> 0 then
        raise exception 'cash entry % does not sum to zero', new.entry_id;
      end if;
      return null;
    end $$;
    create constraint trigger cash_entry_sums after insert on cash_posting deferrable initially deferred
      for each row execute function cash_entry_sums();

    create table cash_close (
      region_id integer not null references region,
      organisation_id uuid not null,
      day date not null,
      close_id uuid not null,
      request_digest bytea not null,
      -- What the count moved; nothing where it was right and nothing left the till.
      entry_id uuid,
      expected_cents integer not null,
      counted_cents integer not null,
      kept_cents integer not null,
      why text not null,
      at bigint not null,
      actor text not null,
      primary key (region_id, organisation_id, day),
      unique (region_id, close_id),
      foreign key (region_id, organisation_id) references organisation,
      foreign key (region_id, entry_id) references cash_entry
    );
    create trigger cash_close_for_ever before update or delete on cash_close
      for each row execute function forbid_change();
    -- Nothing is written down any more on a day that is closed.
    create function cash_day_is_open() returns trigger language plpgsql as $$
    begin
      if exists (select from cash_close where region_id = new.region_id and organisation_id = new.organisation_id and day >= new.day)
      then
        raise exception 'the day % of this till is closed', new.day;
      end if;
      return new;
    end $$;
    create trigger cash_day_is_open before insert on cash_entry for each row execute function cash_day_is_open();
  `.execute(db);
}
