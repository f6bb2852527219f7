// What people decided about held scans: shown at the desk, and the way to take a decision back. The rulings themselves
// stand in `ruling`.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    create table quarantine_decision (
      region_id integer not null references region,
      decision_id uuid not null,
      device_id uuid not null,
      reason text not null check (reason in ('device-revoked', 'broken-chain', 'bad-signature')),
      -- Which commands of the device, as inclusive ranges of their sequence numbers.
      seqs jsonb not null,
      decision text not null check (decision in ('accept', 'refuse')),
      why text not null,
      count integer not null,
      counted integer not null,
      decided_at bigint not null,
      decided_by text not null,
      reversed_at bigint,
      primary key (region_id, decision_id),
      foreign key (region_id, device_id) references device
    );
    create index quarantine_decision_device on quarantine_decision (region_id, device_id, decided_at);
  `.execute(db);
}
