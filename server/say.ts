/** To the operator, on the terminal; the log is something else (logger.ts). */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
