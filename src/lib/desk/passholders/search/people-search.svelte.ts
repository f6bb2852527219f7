// What is typed in a search box and who was found. In memory only: a name stands in no address, no storage, no history.
import { SearchAnswer, SearchPlaces } from '#domain/passholder-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { readSearch, type Search } from '#domain/passholders/search-text.ts';
import { api } from '../../../api.ts';
import { clock } from '../../../clock.ts';
import { Resource } from '../../resource.svelte.ts';

/** Long enough that who types fast asks once a word, short enough that nobody waits for it. */
const PAUSE_MS = 150;

export class PeopleSearch {
  text = $state('');
  readonly answer = new Resource<SearchAnswer>();
  /** Which text the answer is of: what was found for an earlier one may stay, but is never opened as an answer. */
  answered = $state('');
  readonly #whole: boolean;
  #nisCode: string | undefined;
  #stopWaiting = (): void => undefined;

  /** `whole`: as many as fit a list. */
  constructor(whole: boolean) {
    this.#whole = whole;
  }

  /** What is asked, as the server will read it too; it alone knows the municipalities. */
  get asked(): Search {
    return readSearch(this.text, { today: civilDayOf(clock.now()), places: [] });
  }

  /** Typed: the answer follows after a pause, that of before is dropped. */
  type(text: string): void {
    this.text = text;
    this.#stopWaiting();
    if (this.asked.kind !== 'people') this.answer.clear();
    else this.#stopWaiting = clock.after(PAUSE_MS, () => this.ask());
  }

  /** Only people of that municipality; undefined: of all that one may see. */
  within(nisCode: string | undefined): void {
    if (nisCode === this.#nisCode) return;
    this.#nisCode = nisCode;
    this.ask();
  }

  ask(): void {
    this.#stopWaiting();
    if (this.asked.kind !== 'people') return;
    const text = this.text;
    const input = {
      text,
      ...(this.#nisCode !== undefined && { nisCode: this.#nisCode }),
      ...(this.#whole && { whole: true }),
    };
    void this.answer.load(async (signal) => {
      const found = await api.post('/api/passholders/search', input, SearchAnswer, { signal });
      this.answered = text;
      return found;
    });
  }

  forget(): void {
    this.#stopWaiting();
    this.text = '';
    this.answered = '';
    this.#nisCode = undefined;
    this.answer.clear();
  }
}

/** The list of the room: still there when one comes back from a file. */
export const peopleList = new PeopleSearch(true);

/** The municipalities whose people one may find by name; who may find nobody gets none. */
export class OwnPlaces extends Resource<SearchPlaces> {
  read(): void {
    void this.load((signal) => api.get('/api/passholders/places', SearchPlaces, { signal }));
  }
}
