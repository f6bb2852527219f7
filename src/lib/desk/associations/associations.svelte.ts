// Associations, their members, and where one person is a member: as the server has them now.
import {
  AssociationFile,
  AssociationList,
  MemberPage,
  MemberSheet,
  MembershipsOf,
  RegisteredMember,
  RenewedMembers,
  StoppedMember,
  type AssociationAct,
  type AssociationInput,
  type MemberQuestion,
  type RegisterMemberInput,
  type RenewMembersInput,
  type StopMemberInput,
} from '#domain/association-api.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { api } from '../../api.ts';
import { newId } from '../../ids.ts';
import { Resource } from '../resource.svelte.ts';

export class Associations extends Resource<AssociationList> {
  readonly read = (): void => {
    void this.load((signal) => api.get('/api/associations', AssociationList, { signal }));
  };

  async make(input: AssociationInput): Promise<void> {
    this.#keep(await api.post('/api/associations', input, AssociationFile));
  }

  async act(associationId: string, act: AssociationAct): Promise<void> {
    this.#keep(await api.post(`/api/associations/${associationId}/acts`, act, AssociationFile));
  }

  /** The answer is the association as it is now. */
  #keep(one: AssociationFile): void {
    if (!this.value) return;
    const others = this.value.associations.filter((each) => each.associationId !== one.associationId);
    const associations = [...others, one].sort((a, b) => a.name.localeCompare(b.name));
    this.value = { ...this.value, associations };
  }
}

/** Typed in any order, with or without accents. */
export function findAssociations<One extends { name: string; placeName: string | null }>(
  all: readonly One[],
  text: string,
): One[] {
  const words = plain(text).split(' ').filter(Boolean);
  return all.filter(({ name, placeName }) => {
    const whole = plain(`${name} ${placeName ?? ''}`);
    return words.every((word) => whole.includes(word));
  });
}
const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

export class Members extends Resource<MemberPage> {
  #asked: { readonly associationId: string; readonly question: MemberQuestion } | undefined;

  ask(associationId: string, question: MemberQuestion): void {
    this.#asked = { associationId, question };
    this.read();
  }

  readonly read = (): void => {
    const asked = this.#asked;
    if (!asked) return;
    const path = `/api/associations/${asked.associationId}/members`;
    void this.load((signal) => api.post(path, asked.question, MemberPage, { signal }));
  };
}

export const readMemberSheet = (associationId: string, question: MemberQuestion): Promise<MemberSheet> =>
  api.post(`/api/associations/${associationId}/members/sheet`, question, MemberSheet, { timeoutMs: 60_000 });

export const register = (associationId: string, input: RegisterMemberInput): Promise<RegisteredMember> =>
  api.post(`/api/associations/${associationId}/register`, input, RegisteredMember);

export const stopMember = (associationId: string, input: StopMemberInput): Promise<unknown> =>
  api.post(`/api/associations/${associationId}/stop`, input, StoppedMember);

/** Under the same id each time: a lost answer renews nobody twice. */
export class Renewals {
  readonly #ids = new Map<string, string>();

  /** `until`: a day that was picked for all of them; null: as proposed to each. */
  async send(
    associationId: string,
    lines: readonly { readonly termId: string; readonly until: CivilDay }[],
    until: CivilDay | null = null,
  ): Promise<RenewedMembers['results']> {
    const results: RenewedMembers['results'] = [];
    for (let from = 0; from < lines.length; from += limits.membersRenewedMax) {
      const renewals = lines
        .slice(from, from + limits.membersRenewedMax)
        .map((line) => ({ ...this.#named(line.termId, until), basedOn: line.until }));
      const path = `/api/associations/${associationId}/renew`;
      results.push(...(await api.post(path, { renewals }, RenewedMembers)).results);
    }
    // Answered: the next press is another renewal.
    this.#ids.clear();
    return results;
  }

  #named(termId: string, until: CivilDay | null): Omit<RenewMembersInput['renewals'][number], 'basedOn'> {
    const intent = `${termId} ${until ?? ''}`;
    const newTermId = this.#ids.get(intent) ?? newId();
    this.#ids.set(intent, newTermId);
    return { termId, newTermId, until };
  }
}

/** Where one person is a member or a pupil. */
export class Memberships extends Resource<MembershipsOf> {
  read(passholderId: string): void {
    void this.load((signal) =>
      api.get(`/api/passholders/${encodeURIComponent(passholderId)}/associations`, MembershipsOf, { signal }),
    );
  }
}
