/** After a try to save: to the first field that has something to mend. */
export function focusFirstInvalid(form: HTMLElement | undefined): void {
  const wrong = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
  // A group of choices cannot hold the focus itself.
  const field = wrong?.matches('fieldset') ? wrong.querySelector<HTMLElement>('input') : wrong;
  field?.focus();
}
