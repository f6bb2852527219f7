import { setFlagsFromString } from 'node:v8';

// How much garbage the server carries along. V8 waits for up to four times of what lives before it collects the old
// generation: 40 MB live objects then peak at some 180 (docs/BENCHMARKS.md, P10). At twice, the peak is 90 MB lower, and a
// batch costs no measurable time more. Not a ceiling: a server that needs more takes more.
const GROWTH_PERCENT = 100;

/** Before the first work; a setting of this process, not of its environment, so that every way to start has it. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
