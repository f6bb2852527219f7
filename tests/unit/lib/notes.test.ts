import { describe, expect, it, vi } from 'vitest';
import { openNotes } from '../../../src/lib/notes.ts';

/** As localStorage: what is kept are properties of the object itself. */
class RealStore {
  [key: string]: unknown;
  getItem(key: string): string | null {
    return Object.hasOwn(this, key) ? String(this[key]) : null;
  }
  setItem(key: string, value: string): void {
    this[key] = value;
  }
  removeItem(key: string): void {
    Reflect.deleteProperty(this, key);
  }
}
class FullStore extends RealStore {
  override setItem(): void {
    throw new DOMException('full', 'QuotaExceededError');
  }
}
const asStorage = (store: RealStore): Storage => store as unknown as Storage;

describe('small notes of a browser', () => {
  it('are kept in its store', () => {
    const store = new RealStore();
    const notes = openNotes(() => asStorage(store));
    notes.setItem('theme', 'dark');
    expect(store.getItem('theme')).toBe('dark');
    expect(notes.keys()).toEqual(['theme']);
    notes.removeItem('theme');
    expect(notes.getItem('theme')).toBeNull();
  });

  it('live as long as the page where the store is full, before what it still says', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const store = new FullStore();
    store['theme'] = 'dark';
    const notes = openNotes(() => asStorage(store));
    expect(notes.getItem('theme')).toBe('dark');
    notes.setItem('theme', 'light');
    expect(notes.getItem('theme')).toBe('light');
    notes.removeItem('theme');
    expect(notes.getItem('theme')).toBeNull();
  });

  it('and where the store may not even be looked at', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const notes = openNotes(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(notes.getItem('shift')).toBeNull();
    notes.setItem('shift', '1');
    expect(notes.getItem('shift')).toBe('1');
    notes.removeItem('shift');
    expect(notes.getItem('shift')).toBeNull();
    expect(notes.keys()).toEqual([]);
  });
});
