// The form of one organisation: what is typed survives a reload, and what a colleague saved meanwhile is laid beside it.
import { OrganisationFile } from '#domain/organisation-api.ts';
import { api } from '../../api.ts';
import { clearDraft, readDraft, writeDraft } from '../draft.ts';
import { mergeFields, type Merged } from '../merge-fields.ts';
import { fieldCodes, isCode } from '../problem-text.ts';
import { Act } from '../resource.svelte.ts';
import {
  emptyOrganisationText,
  inputOf,
  OrganisationText,
  problemsOf,
  textOfOrganisation,
  type OrganisationField,
} from './organisation-text.ts';
import { fieldProblemText } from './organisation-words.ts';

export class OrganisationForm {
  text: OrganisationText = $state(emptyOrganisationText());
  /** A colleague was first: what both typed. */
  merge = $state.raw<{ merged: Merged<OrganisationText>; theirs: OrganisationText } | undefined>();
  readonly saving = new Act();
  readonly #draft: string;
  #file: OrganisationFile | undefined;
  #base: OrganisationText;
  #tried = $state(false);

  readonly errors: ReadonlyMap<OrganisationField, string> = $derived.by(() => {
    const errors = new Map<OrganisationField, string>();
    if (!this.#tried) return errors;
    for (const [path, code] of fieldCodes(this.saving.error))
      errors.set(path as OrganisationField, fieldProblemText(code)); // a path that is no field shows nowhere
    for (const [field, problem] of problemsOf(this.text)) errors.set(field, fieldProblemText(problem));
    return errors;
  });
  /** A refusal that stands beside no field, in a sentence of its own. */
  readonly failure = $derived(
    this.saving.error !== undefined &&
      this.errors.size === 0 &&
      !isCode(this.saving.error, 'changed-meanwhile')
      ? this.saving.error
      : undefined,
  );

  constructor(file?: OrganisationFile) {
    this.#file = file;
    this.#draft = file ? `organisation.${file.organisationId}.${file.version}` : 'organisation.new';
    this.#base = file ? textOfOrganisation(file) : emptyOrganisationText();
    this.text = readDraft(this.#draft, OrganisationText) ?? { ...this.#base };
  }

  /** In an $effect. */
  keepDraft(): void {
    writeDraft(this.#draft, $state.snapshot(this.text));
  }

  discard(): void {
    clearDraft(this.#draft);
  }

  /** The saved file, or undefined when something must be mended or chosen first. */
  async save(): Promise<OrganisationFile | undefined> {
    this.#tried = true;
    if (problemsOf(this.text).size > 0) return undefined;
    const input = inputOf(this.text, this.#file?.version);
    let saved: OrganisationFile | undefined;
    await this.saving.run(async () => {
      saved = this.#file
        ? await api.put(`/api/organisations/${this.#file.organisationId}`, input, OrganisationFile)
        : await api.post('/api/organisations', input, OrganisationFile);
      this.discard();
    });
    if (isCode(this.saving.error, 'changed-meanwhile')) await this.#takeIn();
    return saved;
  }

  choose(field: OrganisationField, which: 'mine' | 'theirs'): void {
    if (!this.merge) return;
    const { merged, theirs } = this.merge;
    this.text = { ...$state.snapshot(this.text), [field]: (which === 'mine' ? merged.text : theirs)[field] };
  }

  async #takeIn(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    const newer = await api.get(`/api/organisations/${file.organisationId}`, OrganisationFile);
    const theirs = textOfOrganisation(newer);
    const merged = mergeFields(this.#base, $state.snapshot(this.text), theirs);
    this.#base = theirs;
    this.#file = newer;
    this.text = { ...merged.text };
    this.merge = { merged, theirs };
  }
}
