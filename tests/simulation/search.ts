// A search among seeds, one test for a handful of them, so that a failure is seen early. 200 stories of 300 steps
// (goals R1); SIM_SEEDS and SIM_FROM widen it (npm run proof). Two files share the seeds, so that two cores do.
import { describe, expect, it } from 'vitest';
import { NETWORK_FATES } from './network.ts';
import { run, tell, type Report } from './run.ts';
import { HAPPENINGS } from './world.ts';

const STEPS = 300;
const FROM = Number(process.env.SIM_FROM ?? 1);
const SEEDS = Number(process.env.SIM_SEEDS ?? 200);
const CHUNK = 10;

export function searchEverySecondSeed(offset: 0 | 1): void {
  const seeds = Array.from({ length: SEEDS }, (_, i) => FROM + i).filter((_, i) => i % 2 === offset);
  const reports: Report[] = [];

  describe(`${seeds.length} seeds of ${STEPS} steps, all laws after every step`, () => {
    const chunks = Array.from({ length: Math.ceil(seeds.length / CHUNK) }, (_, i) =>
      seeds.slice(i * CHUNK, (i + 1) * CHUNK),
    );
    it.each(chunks.map((chunk) => [chunk[0], chunk]))('from seed %d', async (_first, chunk) => {
      for (const seed of Array.isArray(chunk) ? chunk : []) {
        const report = await run(seed, STEPS);
        reports.push(report);
        if (report.broken) expect.fail(tell(report));
      }
    });

    it('everything that can happen did happen', () => {
      const happened = new Set(reports.flatMap((report) => [...report.happened.keys()]));
      const expected = [...HAPPENINGS, ...NETWORK_FATES.map((fate) => `network ${fate}`)];
      expect(expected.filter((what) => !happened.has(what))).toEqual([]);
      const commands = reports.reduce((sum, report) => sum + report.commands, 0);
      expect(commands / reports.length).toBeGreaterThan(20);
    });
  });
}
