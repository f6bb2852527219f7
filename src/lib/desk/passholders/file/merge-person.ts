import { mergeFields, type Merged } from '../../merge-fields.ts';
import type { PersonText } from '../person-text.ts';

export type MergedPerson = Merged<PersonText>;

export const mergePerson: (base: PersonText, mine: PersonText, theirs: PersonText) => MergedPerson =
  mergeFields;
