// npm run sim -- --seed 42 [--steps 300] [--count 1] [--story]: one story of the simulation, or several in a row.
import { parseArgs } from 'node:util';
import { run, tell } from '#tests/simulation/run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '300' },
    count: { type: 'string', default: '1' },
    story: { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const startedAt = performance.now();
let broken = 0;
let commands = 0;
for (let seed = first; seed < first + Number(values.count); seed++) {
  const report = await run(seed, Number(values.steps));
  commands += report.commands;
  if (values.story) console.log(report.story.join('\n'));
  if (report.broken) broken++;
  if (report.broken || values.count === '1') console.log(tell(report));
}
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
console.log(`${values.count} seeds, ${commands} commands, ${seconds} s: ${broken} broke a law`);
process.exitCode = broken === 0 ? 0 : 1;
