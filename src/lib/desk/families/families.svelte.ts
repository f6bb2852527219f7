import {
  FamiliesOf,
  FamilyFile,
  type FamilyAct,
  type FamilyInput,
  type FamilyLine,
} from '#domain/family-api.ts';
import { api } from '../../api.ts';
import { newId } from '../../ids.ts';
import { Act, Resource } from '../resource.svelte.ts';

/** The families somebody is in. */
export class Families extends Resource<FamiliesOf> {
  read(passholderId: string): void {
    void this.load((signal) =>
      api.get(`/api/passholders/${encodeURIComponent(passholderId)}/families`, FamiliesOf, { signal }),
    );
  }

  /** The answer is the family as it is now. */
  async act(familyId: string, act: FamilyAct): Promise<void> {
    const family = await api.post(`/api/families/${familyId}/acts`, act, FamilyFile);
    const others = this.value?.families ?? [];
    this.value = { families: others.map((other) => (other.familyId === familyId ? family : other)) };
  }

  async make(input: FamilyInput): Promise<void> {
    const family = await api.post('/api/families', input, FamilyFile);
    this.value = { families: [...(this.value?.families ?? []), family] };
  }
}

export class OpenFamily extends Resource<FamilyFile> {
  read(familyId: string): void {
    void this.load((signal) =>
      api.get(`/api/families/${encodeURIComponent(familyId)}`, FamilyFile, { signal }),
    );
  }
}

export const linesNow = ({ members }: FamilyFile): readonly FamilyLine[] =>
  members.filter(({ until }) => until === null);

/** Those who are registered one after the other become one family: made with the second one, who follows joins. */
export class GrowingFamily {
  readonly saving = new Act();
  familyId = $state<string>();
  /** Who is in it. */
  #joined: { readonly memberId: string; readonly passholderId: string }[] = [];
  #wanted: { readonly memberId: string; readonly passholderId: string }[] = [];

  get isWhole(): boolean {
    return this.familyId !== undefined && !this.saving.busy && this.saving.error === undefined;
  }

  add(passholderId: string): void {
    if (this.#wanted.some((other) => other.passholderId === passholderId)) return;
    this.#wanted = [...this.#wanted, { memberId: newId(), passholderId }];
  }

  /** Under the same ids each time: what was lost on the way is asked again. */
  async save(organisationId: string, today: string): Promise<void> {
    if (this.#wanted.length < 2) return;
    await this.saving.run(async () => {
      const familyId = this.familyId ?? (this.#newId ??= newId());
      if (this.familyId === undefined) {
        // Who came later joins afterwards, so that a second sending is the same request.
        const first = this.#wanted.slice(0, 2);
        await api.post('/api/families', { familyId, organisationId, members: first }, FamilyFile);
        this.familyId = familyId;
        this.#joined = first;
      }
      for (const member of this.#wanted.slice(this.#joined.length)) {
        const act: FamilyAct = { kind: 'add', ...member, from: today };
        await api.post(`/api/families/${familyId}/acts`, act, FamilyFile);
        this.#joined = [...this.#joined, member];
      }
    });
  }
  #newId: string | undefined;

  forget(): void {
    this.#wanted = [];
    this.#joined = [];
    this.#newId = undefined;
    this.familyId = undefined;
    this.saving.error = undefined;
  }
}
