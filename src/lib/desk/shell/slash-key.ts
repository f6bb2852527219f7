const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `/` leads to the search box, except where it is a letter that somebody types. */
export function focusBySlash(event: KeyboardEvent, input: HTMLInputElement | undefined): void {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  event.preventDefault();
  input?.focus();
  input?.select();
}
