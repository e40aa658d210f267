// CPU time per request of volley and of other tools, in alternating rounds of one run.
// Usage: npm run bench -- [--rounds 5] [--requests 500000] [--only words of a title] [--all]
//        [--output table|markdown|json] [--quick]
import { parseArgs } from 'node:util';
import { PINS } from './measure.js';
import { EVERY_COMBINATION, GROUPS, QUICK } from './plan.js';
import { render } from './report.js';
import { measureRounds } from './rounds.js';
import { startTarget } from './target.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    requests: { type: 'string' },
    only: { type: 'string', default: '' },
    all: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    output: { type: 'string', default: 'table' },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 3 : 5));
const requests = Number(options.requests ?? (options.quick ? 200_000 : 500_000));
const groups = (options.quick ? QUICK : options.all ? EVERY_COMBINATION : GROUPS).filter(({ title }) =>
  title.includes(options.only),
);

const target = await startTarget();
try {
  const measured = [];
  for (const { path, ...group } of groups) {
    const url = new URL(path, target.url).href;
    measured.push({ ...group, rows: await measureRounds({ ...group, requests }, url, rounds) });
  }
  const conditions = { target: target.name, rounds, requests, pinned: PINS.client !== null };
  console.log(render(options.output, conditions, measured));
} finally {
  await target.stop();
}
