// Table types for Kysely. These are not wire types: repositories map. `bigint` comes back as a number (database.ts);
// instants are UTC milliseconds.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { BulkWork, Wanted } from '#domain/bulk/bulk-work.ts';
import type { JobState, RowState } from '#domain/bulk/job.ts';
import type { CardState } from '#domain/cards/card-facts.ts';
import type { CardReason } from '#domain/cash/card-price.ts';
import type { PaymentMeans } from '#domain/cash/sale.ts';
import type { EntryKind } from '#domain/cash/till.ts';
import type { VoucherValue } from '#domain/cash/voucher.ts';
import type { Occurrence } from '#domain/checkins/activity-policy.ts';
import type { Schedule } from '#domain/checkins/activity-schedule.ts';
import type { PriceClass } from '#domain/checkins/price-class.ts';
import type { Place, Role } from '#domain/devices/permissions.ts';
import type { PeriodType } from '#domain/kernel/civil-time.ts';
import type { AccountKind, Unit } from '#domain/ledger/ledger.ts';
import type { IbanChange } from '#domain/organisations/iban-change.ts';
import type { PassholderEvent } from '#domain/passholders/passholder.ts';
import type { Person } from '#domain/passholders/person.ts';
import type { Transfer } from '#domain/stock/stock.ts';
import type { PhoneReport, PublicKey, SeqRange } from '#domain/sync/exchange.ts';
import type { HeldDecision, HeldReason } from '#domain/sync/held-decision.ts';
import type { Because, Outcome, RulingCode } from '#domain/sync/ruling.ts';

type Upstream = Generated<'none' | 'pending' | 'confirmed' | 'refused'>;
/** Written as JSON text, read as its value. */
type Json<T> = ColumnType<T, string, string>;
type JsonWithDefault<T> = ColumnType<T, string | undefined, string>;
type JsonOrNull<T> = ColumnType<T | null, string | null, string | null>;
/** Written by the database: the transaction of the row. */
type Tx = ColumnType<string, never, never>;

/** The part of an event of a pass holder that can be erased. */
export type Personal = { readonly person: Person | null; readonly proofs: readonly string[] };

export interface Database {
  rescue: {
    region_id: number;
    rescue_id: string;
    device_id: string;
    digest: Buffer;
    brought_by: string;
    brought_at: number;
    count: number;
    counted: number;
    already: number;
    known: number;
    to_look_at: number;
  };
  region: {
    region_id: number;
    slug: string;
    name: string;
    demo: Generated<boolean>;
    feed_epoch: string;
    /** The database was put back then, from a backup made at `restored_from`. */
    restored_at: Generated<number | null>;
    restored_from: Generated<number | null>;
    margin_before_min: Generated<number>;
    margin_after_min: Generated<number>;
  };
  card_system: { region_id: number; card_system_id: string; name: string };
  municipality: {
    region_id: number;
    nis_code: string;
    name: string;
    postal_codes: string[];
    uitpas: boolean;
  };
  organisation: {
    region_id: number;
    organisation_id: string;
    name: string;
    kind: 'municipality' | 'organiser' | 'region';
    nis_code: string | null;
    version: Generated<number>;
    kbo_number: Generated<string | null>;
    contact_name: Generated<string>;
    contact_email: Generated<string>;
    contact_phone: Generated<string>;
    iban: Generated<string | null>;
  };
  organisation_card_system: { region_id: number; organisation_id: string; card_system_id: string };
  organisation_agreement: {
    region_id: number;
    agreement_id: string;
    organisation_id: string;
    from_day: string;
    until_day: string | null;
    note: string;
    made_at: number;
    made_by: string;
  };
  organisation_agreement_end: {
    region_id: number;
    agreement_id: string;
    n: number;
    until_day: string;
    because: string;
    at: number;
    by: string;
  };
  organisation_iban_change: {
    region_id: number;
    change_id: string;
    organisation_id: string;
    iban: string;
    because: string;
    state: IbanChange['state'];
    proposed_at: number;
    proposed_by: string;
    closed_at: number | null;
    closed_by: string | null;
    closed_because: string | null;
  };
  passholder: {
    region_id: number;
    passholder_id: string;
    first_name: string | null;
    last_name: string | null;
    date_of_birth: string | null;
    postal_code: string | null;
    nis_code: string | null;
    created_at: number;
    upstream: Upstream;
    upstream_reason: string | null;
    n: Generated<number>;
    state: Generated<'active' | 'erased'>;
    person: JsonOrNull<Person>;
    desks: Generated<string[]>;
    name_words: ColumnType<string[] | null, never, never>;
  };
  passholder_home: { region_id: number; passholder_id: string; from_day: string; nis_code: string | null };
  passholder_event: {
    region_id: number;
    passholder_id: string;
    n: number;
    act_id: string;
    kind: PassholderEvent['kind'];
    at: number;
    day: string;
    actor: string;
    organisation_id: string;
    facts: Json<unknown>;
    personal: JsonOrNull<Personal>;
  };
  desk_act: {
    region_id: number;
    act_id: string;
    passholder_id: string;
    request_digest: Uint8Array;
    at: number;
  };
  setting: {
    region_id: number;
    setting_id: GeneratedAlways<number>;
    key: string;
    nis_code: string | null;
    organisation_id: string | null;
    value: Json<unknown>;
    from_day: string;
    set_at: number;
    set_by: string;
    reason: string;
    withdraws: number | null;
  };
  voucher: {
    region_id: number;
    voucher_id: string;
    code: string;
    label: string;
    kind: VoucherValue['kind'];
    value: number;
    nis_code: string | null;
    from_day: string;
    until_day: string;
    uses_max: number;
    made_at: number;
    made_by: string;
    ended_at: number | null;
    ended_by: string | null;
  };
  cash_entry: {
    region_id: number;
    entry_id: string;
    organisation_id: string;
    kind: EntryKind;
    day: string;
    at: number;
    actor: string;
    act_id: string | null;
    passholder_id: string | null;
    receipt_year: number | null;
    receipt_no: number | null;
    reason: CardReason | null;
    means: PaymentMeans | null;
    list_cents: Generated<number>;
    discount_cents: Generated<number>;
    due_cents: Generated<number>;
    voucher_id: string | null;
    why: Generated<string>;
    corrects: string | null;
  };
  cash_posting: {
    region_id: number;
    entry_id: string;
    line: number;
    organisation_id: string;
    account: string;
    cents: number;
  };
  cash_close: {
    region_id: number;
    organisation_id: string;
    day: string;
    close_id: string;
    request_digest: Uint8Array;
    entry_id: string | null;
    expected_cents: number;
    counted_cents: number;
    kept_cents: number;
    why: string;
    at: number;
    actor: string;
  };
  membership: {
    region_id: number;
    passholder_id: string;
    card_system_id: string;
    status: 'active' | 'blocked';
    kansenstatuut_until: string | null;
    kansenstatuut_suspended_until: string | null;
    kansenstatuut_since: string | null;
    kansenstatuut_proof: string | null;
    kansenstatuut_ended_on: string | null;
    kansenstatuut_ended_by_move: Generated<boolean>;
  };
  card: {
    region_id: number;
    uitpas_number: string;
    card_system_id: string;
    passholder_id: string | null;
    chip_number: string | null;
    kind: 'card' | 'digital' | 'group-pass';
    state: CardState;
    state_since: number;
    upstream: Upstream;
    upstream_reason: string | null;
    place_nis: string | null;
    replaced_by: string | null;
    transfer_id: string | null;
    tx: Tx;
  };
  card_delivery: {
    region_id: number;
    delivery_id: string;
    card_system_id: string;
    organisation_id: string;
    reference: string;
    request_digest: Uint8Array;
    cards: number;
    at: number;
    actor: string;
  };
  card_transfer: {
    region_id: number;
    transfer_id: string;
    card_system_id: string;
    from_nis: string | null;
    to_nis: string | null;
    note: string;
    request_digest: Uint8Array;
    state: Transfer['state'];
    sent_at: number;
    sent_by: string;
    closed_at: number | null;
    closed_by: string | null;
  };
  card_transfer_item: {
    region_id: number;
    transfer_id: string;
    uitpas_number: string;
    outcome: 'arrived' | 'missing' | 'withdrawn' | null;
  };
  card_write_off: {
    region_id: number;
    uitpas_number: string;
    act_id: string;
    request_digest: Uint8Array;
    place_nis: string | null;
    reason: string;
    at: number;
    actor: string;
  };
  bulk_list: {
    region_id: number;
    list_id: string;
    title: string;
    work: Json<BulkWork>;
    organisation_id: string;
    request_digest: Uint8Array;
    state: JobState;
    made_at: number;
    made_by: string;
    run_by: string | null;
    started_at: number | null;
    ended_at: number | null;
    stopped_because: 'asked' | 'not-allowed' | null;
  };
  bulk_row: {
    region_id: number;
    list_id: string;
    row_no: number;
    given: string;
    uitpas_number: string | null;
    passholder_id: string | null;
    wanted: Json<Wanted>;
    state: RowState;
    code: string | null;
    detail: Json<Record<string, unknown>>;
    tries: Generated<number>;
    answered_at: number | null;
  };
  roster_break: { region_id: number; tx: Tx };
  activity: {
    region_id: number;
    activity_id: string;
    organisation_id: string;
    version: number;
    title: string;
    place: string;
    points: number;
    limit_volume: number | null;
    limit_period: PeriodType | null;
    margin_before_min: number | null;
    margin_after_min: number | null;
    sells: Generated<boolean>;
    schedule: JsonWithDefault<Schedule>;
    price_classes: JsonWithDefault<PriceClass[]>;
    created_at: number;
    changed_at: number;
    changed_by: string | null;
    archived_at: number | null;
  };
  activity_card_system: { region_id: number; activity_id: string; card_system_id: string };
  occurrence: {
    region_id: number;
    occurrence_id: string;
    activity_id: string;
    starts_at: number;
    ends_at: number;
    cancelled_because: Generated<string | null>;
  };
  activity_poster: {
    region_id: number;
    code: string;
    activity_id: string;
    made_at: number;
    made_by: string;
    withdrawn_at: number | null;
  };
  activity_version: {
    region_id: number;
    activity_id: string;
    version: number;
    points: number;
    occurrences: Json<Occurrence[]>;
    since: number;
  };
  device: {
    region_id: number;
    device_id: string;
    organisation_id: string;
    name: string;
    kind: 'phone' | 'desk';
    state: 'pending' | 'active' | 'refused' | 'revoked';
    public_key: JsonOrNull<PublicKey>;
    enrolled_by: string | null;
    requested_at: number;
    enrolled_at: number | null;
    revoked_at: number | null;
    lost_at: Generated<number | null>;
    replaces: string | null;
    platform: Generated<string>;
    app_version: Generated<string>;
    last_seen_at: number | null;
    report: JsonOrNull<PhoneReport>;
    request_no: Generated<number>;
    sync_no: Generated<number>;
    acked_seq: Generated<number>;
    acked_hash: Generated<Buffer>;
    head_seq: Generated<number>;
    broken_at_seq: number | null;
    revoked_after_seq: number | null;
    token_hash: Buffer | null;
    token_expires_at: number | null;
  };
  device_activity: { region_id: number; device_id: string; activity_id: string };
  device_sync: { region_id: number; device_id: string; sync_no: number; server_time: number };
  enrol_link: {
    region_id: number;
    link_id: string;
    code_hash: Buffer;
    organisation_id: string;
    activity_ids: string[];
    created_by: string;
    created_at: number;
    expires_at: number;
    used_at: number | null;
    device_id: string | null;
    replaces: Generated<string | null>;
  };
  command: {
    region_id: number;
    command_id: string;
    device_id: string;
    seq: number;
    kind: string;
    hash: Buffer;
    envelope: string;
    payload: string | null;
    salt: Buffer | null;
    payload_digest: Buffer;
    received_at: number;
    upstream: Upstream;
  };
  command_conflict: {
    region_id: number;
    conflict_id: GeneratedAlways<number>;
    command_id: string;
    device_id: string;
    seq: number;
    hash: Buffer;
    envelope: string;
    payload: string | null;
    salt: Buffer | null;
    received_at: number;
  };
  ruling: {
    region_id: number;
    command_id: string;
    n: number;
    device_id: string;
    seq: number;
    outcome: Outcome;
    code: RulingCode | null;
    because: JsonOrNull<Because>;
    points: number;
    ruled_at: number;
    tx: Tx;
  };
  account: { region_id: number; account_id: string; kind: AccountKind; balance: number | null };
  posting: {
    region_id: number;
    command_id: string;
    n: number;
    line: number;
    account_id: string;
    unit: Unit;
    amount: number;
    corrects_n: number | null;
    posted_at: number;
  };
  visit: {
    region_id: number;
    command_id: string;
    activity_id: string;
    account_id: string;
    period_key: string;
    at: number;
    slot: number | null;
    device_id: string;
    issuer_id: string;
    points: number;
    note: string | null;
    undone: Generated<boolean>;
    uitpas_number: string | null;
    tx: Tx;
    upstream: Upstream;
  };
  quarantine_decision: {
    region_id: number;
    decision_id: string;
    device_id: string;
    reason: HeldReason;
    seqs: Json<SeqRange[]>;
    decision: HeldDecision;
    why: string;
    count: number;
    counted: number;
    decided_at: number;
    decided_by: string;
    reversed_at: number | null;
  };
  undo: { region_id: number; command_id: string; target_id: string; at: number; device_id: string };
  auth_user: { id: Generated<string>; name: string; email: string; email_verified: Generated<boolean> };
  auth_session: {
    id: Generated<string>;
    user_id: string;
    token: string;
    created_at: Date;
    updated_at: Date;
    expires_at: Date;
    user_agent: string | null;
    /** When the person last proved again who he is; the beginning of the session is a proof too, unless a provider opened it. */
    proved_at: number | null;
    /** The provider that said who it is, or null. */
    opened_by: string | null;
  };
  auth_account: {
    id: Generated<string>;
    user_id: string;
    account_id: string;
    /** `credential` for a password, `oidc:<issuer>` for an account at a provider. */
    provider_id: string;
    password: string | null;
    created_at: Generated<Date>;
  };
  /** One-time links and steps under way: the identifier is a hash, the value begins with whose it is (ADR 010). */
  auth_verification: { id: Generated<string>; identifier: string; value: string; expires_at: Date };
  auth_totp: {
    user_id: string;
    key_id: string;
    sealed: Buffer;
    confirmed_at: Generated<number | null>;
    last_step: Generated<number>;
  };
  auth_passkey: {
    passkey_id: string;
    user_id: string;
    credential_id: string;
    public_key: Buffer;
    counter: number;
    name: string;
    created_at: number;
    last_used_at: number | null;
  };
  auth_recovery_code: { user_id: string; code_hash: Buffer; used_at: number | null };
  role_grant: {
    region_id: number;
    grant_id: string;
    user_id: string;
    role: Exclude<Role, 'scanner-phone'>;
    place_kind: Place['kind'];
    nis_code: string | null;
    organisation_id: string | null;
    granted_at: number;
    granted_by: string;
  };
  invitation: {
    region_id: number;
    invitation_id: string;
    email: string;
    role: Exclude<Role, 'scanner-phone'>;
    place_kind: Place['kind'];
    nis_code: string | null;
    organisation_id: string | null;
    token_hash: Buffer;
    created_at: number;
    created_by: string;
    expires_at: number;
    accepted_at: number | null;
  };
  attempt: { purpose: string; subject: Buffer; window_start: number; count: number };
  audit_entry: {
    region_id: number;
    audit_id: GeneratedAlways<number>;
    at: number;
    actor: string;
    action: string;
    subject: string;
    detail: Json<Record<string, unknown>>;
  };
  audit_block: {
    region_id: number;
    block_no: number;
    /** A set of whole numbers: `{[1,50),[51,61)}`. */
    entries: string;
    entry_hashes: Buffer;
    previous_hash: Buffer;
    hash: Buffer;
    sealed_at: number;
    key_id: string;
    signature: Buffer;
  };
  outgoing_mail: {
    region_id: number;
    mail_id: string;
    recipient: string;
    subject: string;
    body: string | null;
    created_at: number;
    attempts: Generated<number>;
    next_attempt_at: number;
    sent_at: number | null;
    last_error: string | null;
  };
}
