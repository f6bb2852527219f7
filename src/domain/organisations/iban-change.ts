// To which account money goes: a change is proposed by one person and confirmed by another one. Rule: four eyes, the common
// rule for payments; a letter with "our new account number" is the usual way in which an organisation is robbed.
// Invariant: nobody confirms what he proposed himself; what was shown is what is confirmed.

export type IbanChange = {
  readonly changeId: string;
  readonly iban: string;
  readonly proposedBy: string;
  readonly state: 'proposed' | 'confirmed' | 'withdrawn';
};

export type IbanRefusal = {
  readonly code: 'iban-own-proposal' | 'iban-closed' | 'iban-other' | 'iban-same' | 'iban-waits';
};

/** `iban`: what the second person saw. */
export function refuseConfirm(change: IbanChange, actor: string, iban: string): IbanRefusal | undefined {
  if (change.state !== 'proposed') return { code: 'iban-closed' };
  if (change.proposedBy === actor) return { code: 'iban-own-proposal' };
  return change.iban === iban ? undefined : { code: 'iban-other' };
}

/** One proposal at a time: else the second person does not know which one the letter was about. */
export function refusePropose(
  current: string | null,
  waiting: IbanChange | undefined,
  iban: string,
): IbanRefusal | undefined {
  if (waiting) return { code: 'iban-waits' };
  return current === iban ? { code: 'iban-same' } : undefined;
}
