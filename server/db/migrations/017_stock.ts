// Cards that nobody has yet: deliveries, transfers between cupboards, what was written off, what was counted (docs/adr/018).
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table card_delivery (
      region_id integer not null references region,
      delivery_id uuid not null,
      card_system_id text not null,
      organisation_id uuid not null,
      reference text not null,
      request_digest bytea not null,
      cards integer not null,
      at bigint not null,
      actor text not null,
      primary key (region_id, delivery_id),
      foreign key (region_id, card_system_id) references card_system
    );
    create trigger card_delivery_for_ever before update or delete on card_delivery
      for each row execute function forbid_change();

    create table card_transfer (
      region_id integer not null references region,
      transfer_id uuid not null,
      card_system_id text not null,
      -- Of a municipality; nothing for the region's own cupboard.
      from_nis text,
      to_nis text,
      note text not null,
      request_digest bytea not null,
      state text not null check (state in ('under-way', 'received', 'withdrawn')),
      sent_at bigint not null,
      sent_by text not null,
      closed_at bigint,
      closed_by text,
      primary key (region_id, transfer_id),
      foreign key (region_id, card_system_id) references card_system,
      check ((state = 'under-way') = (closed_at is null))
    );
    create index card_transfer_open on card_transfer (region_id, sent_at desc);
    -- Closed once, and for the rest as it was sent.
    create trigger card_transfer_stays before delete on card_transfer
      for each row execute function forbid_change();
    create trigger card_transfer_closes_once before update on card_transfer for each row
      when (old.state <> 'under-way' or row (old.region_id, old.transfer_id, old.card_system_id, old.from_nis, old.to_nis, old.note,
        old.request_digest, old.sent_at, old.sent_by) is distinct from row (new.region_id, new.transfer_id, new.card_system_id,
        new.from_nis, new.to_nis, new.note, new.request_digest, new.sent_at, new.sent_by))
      execute function forbid_change();

    create table card_transfer_item (
      region_id integer not null,
      transfer_id uuid not null,
      uitpas_number text not null,
      -- Nothing while it is under way.
      outcome text check (outcome in ('arrived', 'missing', 'withdrawn')),
      primary key (region_id, transfer_id, uitpas_number),
      foreign key (region_id, transfer_id) references card_transfer,
      foreign key (region_id, uitpas_number) references card
    );

    create table card_write_off (
      region_id integer not null,
      uitpas_number text not null,
      act_id uuid not null,
      request_digest bytea not null,
      place_nis text,
      reason text not null,
      at bigint not null,
      actor text not null,
      primary key (region_id, uitpas_number),
      foreign key (region_id, uitpas_number) references card
    );
    create index card_write_off_act on card_write_off (region_id, act_id);
    create trigger card_write_off_for_ever before update or delete on card_write_off
      for each row execute function forbid_change();

    alter table card
      -- Under way in this transfer; its place is then still the sender's.
      add column transfer_id uuid,
      add foreign key (region_id, transfer_id) references card_transfer,
      add check (transfer_id is null or state = 'stock');
    create index card_stock on card (region_id, place_nis, uitpas_number) where state = 'stock';

    -- In which cupboard a card lies is nothing to a phone.
    drop trigger card_is_changed on card;
    create trigger card_is_changed before update on card for each row
      when (row (old.region_id, old.uitpas_number, old.card_system_id, old.passholder_id, old.chip_number, old.kind, old.state,
          old.state_since, old.tx)
        is distinct from row (new.region_id, new.uitpas_number, new.card_system_id, new.passholder_id, new.chip_number, new.kind,
          new.state, new.state_since, new.tx))
      execute function card_is_changed();
  `.execute(db);
}
