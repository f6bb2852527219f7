/** The one place of the app that asks what time it is. */
export const now = (): number => Date.now();
