/** Short notes about what just happened. Never the only place where an error is told. */

type Toast = { id: number; text: string };

const SHOWN_MS = 6000;
const SHOWN_MAX = 3;

let nextId = 1;
let shown = $state.raw<readonly Toast[]>([]);

export const toasts = {
  get shown(): readonly Toast[] {
    return shown;
  },
  say(text: string): void {
    const toast = { id: nextId++, text };
    shown = [...shown, toast].slice(-SHOWN_MAX);
    setTimeout(() => toasts.dismiss(toast.id), SHOWN_MS);
  },
  dismiss(id: number): void {
    shown = shown.filter((toast) => toast.id !== id);
  },
};
