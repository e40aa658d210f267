import { parseArgs } from 'node:util';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { ARRIVAL_EXPERIMENTS } from './arrivals.ts';
import type { Check, Experiment } from './check.ts';
import { DELAY_EXPERIMENTS } from './delays.ts';
import { DISTURBANCE_EXPERIMENTS, LARGE_EXPERIMENTS } from './disturbances.ts';
import { CORES, useClient } from './harness.ts';
import { LONG_STREAM_EXPERIMENTS, STREAM_EXPERIMENTS } from './streams.ts';
import { WIRE_EXPERIMENTS } from './wire.ts';

// npm run test:truth [-- --short] [--client wire] [words of names]
const { values, positionals: words } = parseArgs({
  options: { short: { type: 'boolean', default: false }, client: { type: 'string', default: 'undici' } },
  allowPositionals: true,
});
const isShort = values.short;
const client = CLIENT_NAMES.find((name) => name === values.client);
if (client === undefined)
  throw new Error(`--client '${values.client}': choose one of ${CLIENT_NAMES.join(', ')}`);
useClient(client);
const experiments = [
  ...DELAY_EXPERIMENTS,
  ...WIRE_EXPERIMENTS,
  ...DISTURBANCE_EXPERIMENTS,
  ...LARGE_EXPERIMENTS,
  ...ARRIVAL_EXPERIMENTS,
  ...STREAM_EXPERIMENTS,
  ...LONG_STREAM_EXPERIMENTS,
].filter(({ name }) => words.length === 0 || words.some((word) => name.includes(String(word))));

console.log(
  `Experiments with known answers, by ${client}; client and server ${CORES !== null ? 'pinned to different cores' : 'not pinned'}.`,
);
let failed = 0;
for (const experiment of experiments) failed += await report(experiment);
console.log(`\n${experiments.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function report(experiment: Experiment): Promise<number> {
  const checks = await experiment.run(isShort);
  console.log(`\n${experiment.name}`);
  for (const check of checks) console.log(row(check));
  return checks.every(({ holds }) => holds) ? 0 : 1;
}

function row({ what, expected, measured, holds }: Check): string {
  return `  ${holds ? '✓' : '✗'} ${what.padEnd(52)} ${expected.padStart(22)}   ${measured}`;
}
