/** A fault that only the operator can mend: the message is a whole sentence, printed without a stack. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/** What an unknown thrown value says, in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a system or PostgreSQL error ('EACCES', '57P03'), if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
