declare global {
  namespace App {}

  /** Given by vite.config.ts. */
  const __APP_VERSION__: string;
}
export {};
