// By what proof, and until when somebody has the kansenstatuut: for a first grant and for going on with one.
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import {
  defaultEndOf,
  grantKansenstatuut,
  renewKansenstatuut,
  type GrantInput,
  type Kansenstatuut,
} from '#domain/passholders/kansenstatuut.ts';
import { dateText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { dateTextOf, parseDateText } from '../../ui/date-text.ts';

type Field = 'proof' | 'until' | 'form';

export class GrantForm {
  proof = $state('');
  until = $state('');
  today: CivilDay = $state('');
  /** The day of next year that is proposed (settings). */
  endsOn: string | undefined;
  /** What the paying municipality accepts; undefined outside the region. */
  accepted = $state.raw<readonly string[] | undefined>();
  /** What goes on; null for a first grant. */
  current = $state.raw<Kansenstatuut | null>(null);
  #left = $state.raw<ReadonlySet<Field>>(new Set());
  #tried = $state(false);

  readonly #checked = $derived.by(() => check(this));
  readonly grant: GrantInput | undefined = $derived.by(() => this.#checked.grant);
  readonly errors: ReadonlyMap<Field, string> = $derived.by(
    () => new Map([...this.#checked.problems].filter(([field]) => this.#tried || this.#left.has(field))),
  );

  start(today: CivilDay, current: Kansenstatuut | null = null): void {
    this.today = today;
    this.current = current;
    this.proof = '';
    this.until = dateTextOf(defaultEndOf(today, this.endsOn));
    this.#left = new Set();
    this.#tried = false;
  }

  /** What the counter proposes is known later than the form; what was typed stays. */
  knowEnd({
    today,
    kansenstatuutEndsOn,
  }: {
    today: CivilDay;
    kansenstatuutEndsOn?: string | undefined;
  }): void {
    const untouched = this.until === dateTextOf(defaultEndOf(this.today, this.endsOn));
    this.today = today;
    this.endsOn = kansenstatuutEndsOn;
    if (untouched) this.until = dateTextOf(defaultEndOf(today, kansenstatuutEndsOn));
  }

  leave(field: Field): void {
    const day = field === 'until' ? parseDateText(this.until) : undefined;
    if (day !== undefined) this.until = dateTextOf(day);
    this.#left = new Set([...this.#left, field]);
  }

  showAll(): void {
    this.#tried = true;
  }
}

type Checked = { readonly grant?: GrantInput; readonly problems: ReadonlyMap<Field, string> };

function check({ proof, until, today, accepted, current }: GrantForm): Checked {
  const wrong = (field: Field, sentence: string): Checked => ({ problems: new Map([[field, sentence]]) });
  if (accepted === undefined) return wrong('form', m.passholder_lives_outside());
  const day = parseDateText(until);
  const problems = new Map<Field, string>();
  if (proof === '') problems.set('proof', m.passholder_proof_needed());
  if (day === undefined) problems.set('until', m.desk_field_date());
  if (day === undefined || proof === '') return { problems };
  const grant = { proof, until: day };
  const rule = current === null ? grantKansenstatuut : renewKansenstatuut;
  const weighed = rule(current, grant, { today, accepted });
  if (weighed.ok) return { grant, problems };
  const { error } = weighed;
  switch (error.code) {
    case 'proof-not-accepted':
      return wrong('proof', m.passholder_proof_not_accepted());
    case 'end-passed':
      return wrong('until', m.passholder_end_passed());
    case 'end-too-far':
      return wrong('until', m.passholder_end_too_far_until({ day: dayOf(error.latest) }));
    case 'end-not-later':
      return wrong('until', m.passholder_end_later_than({ day: dayOf(error.current) }));
    case 'has-kansenstatuut':
      return wrong('form', m.passholder_has_kansenstatuut());
    case 'no-kansenstatuut':
      return wrong('form', m.passholder_no_kansenstatuut());
    case 'lives-outside':
      return wrong('form', m.passholder_lives_outside());
  }
}

const dayOf = (day: CivilDay): string => dateText(Date.parse(`${day}T12:00:00Z`));
