// One thing that a clerk wants to do with one person. The request is made once and sent again as it was: a second press or
// a lost answer never does it twice. When somebody else was there first, the file is read again and what they did is shown.
import type { PaidFor } from '#domain/cash-api.ts';
import type { Payment } from '#domain/cash/sale.ts';
import { ActAnswer, type ActInput, type HistoryEntry, type PassholderFile } from '#domain/passholder-api.ts';
import type { PassholderAct } from '#domain/passholders/passholder-command.ts';
import { api } from '../../../api.ts';
import { newId } from '../../../ids.ts';
import { isCode } from '../../problem-text.ts';
import { Act } from '../../resource.svelte.ts';
import { session } from '../../session/session.svelte.ts';

export class ActIntent {
  readonly sending = new Act();
  /** What others did since this began; to look at before one goes on. */
  meanwhile = $state.raw<readonly HistoryEntry[]>([]);
  /** Where a card was handed out. */
  paid: PaidFor | undefined;
  #input: ActInput | undefined;

  /** True when it is done, or was done before by the same request. */
  async send(
    file: Pick<PassholderFile, 'passholderId' | 'n'>,
    act: PassholderAct,
    readAgain: () => Promise<PassholderFile | undefined>,
    payment: Payment | null = null,
  ): Promise<boolean> {
    const input = this.#inputOf(file, act, payment);
    if (input === undefined) return false;
    const path = `/api/passholders/${encodeURIComponent(file.passholderId)}/acts`;
    const send = async (): Promise<void> => {
      ({ paid: this.paid } = await api.post(path, input, ActAnswer));
    };
    if (await this.sending.run(send)) return true;
    if (!isCode(this.sending.error, 'changed-meanwhile')) return false;
    this.#input = undefined;
    const newer = await readAgain();
    this.meanwhile = newer?.history?.filter(({ n }) => n > input.basedOn) ?? [];
    return false;
  }

  /** The same wish on the same file is the same request; another one is another request. */
  #inputOf(
    { n }: Pick<PassholderFile, 'n'>,
    act: PassholderAct,
    payment: Payment | null,
  ): ActInput | undefined {
    const organisationId = session.organisation?.organisationId;
    if (organisationId === undefined) return undefined;
    const wanted = { organisationId, basedOn: n, act, ...(payment && { payment }) };
    const { actId, ...before } = this.#input ?? { actId: undefined };
    const same = actId !== undefined && JSON.stringify(before) === JSON.stringify(wanted);
    if (!same) this.#input = { actId: newId(), ...wanted };
    return this.#input;
  }
}
