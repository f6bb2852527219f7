import type { AssociationFile, RegisterMemberInput } from '#domain/association-api.ts';
import { proposedEnd } from '#domain/associations/member-terms.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { newId } from '../../ids.ts';
import { dateTextOf, parseDateText } from '../../ui/date-text.ts';

type Rule = Pick<AssociationFile, 'endRule' | 'endMonths'>;

/** The days of a registration, as typed. */
export class TermForm {
  from = $state('');
  until = $state('');
  tried = $state(false);
  /** Of one intent each: a lost answer registers nobody twice. */
  readonly #termIds = new Map<string, string>();

  constructor(today: CivilDay) {
    this.from = dateTextOf(today);
    this.until = dateTextOf(proposedEnd({ endRule: 'custom', endMonths: null }, today, '') ?? today);
  }

  get fromDay(): CivilDay | undefined {
    return parseDateText(this.from);
  }
  get untilDay(): CivilDay | undefined {
    return parseDateText(this.until);
  }

  /** What the rule makes of it, where that is known. */
  endFor(rule: Rule, dateOfBirth: string | undefined): CivilDay | undefined {
    const from = this.fromDay;
    if (from === undefined || (rule.endRule === 'birth-date' && dateOfBirth === undefined)) return undefined;
    return proposedEnd(rule, from, dateOfBirth ?? '');
  }

  /** Undefined while a day is missing. */
  inputFor(
    associationId: string,
    { endRule }: Pick<Rule, 'endRule'>,
    who: RegisterMemberInput['who'],
  ): RegisterMemberInput | undefined {
    this.tried = true;
    const from = this.fromDay;
    const until = endRule === 'custom' ? this.untilDay : null;
    if (from === undefined || until === undefined) return undefined;
    const intent = JSON.stringify({ associationId, who, from, until });
    const termId = this.#termIds.get(intent) ?? newId();
    this.#termIds.set(intent, termId);
    return { termId, who, from, until };
  }
}
