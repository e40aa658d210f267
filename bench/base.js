// What a change costs: the working tree against a git ref, in alternating rounds against one server.
// Usage: npm run bench:base -- REF [--rounds 8] [--requests 200000] [--rate 10000] [--seconds 8] [--starts 15]
//        [--output table|markdown]
import { parseArgs } from 'node:util';
import { hodgesLehmann, signFlipInterval } from '../dist/src/main/compare/paired.js';
import { checkOut } from './checkout.js';
import { median, PINS } from './measure.js';
import { measureRounds } from './rounds.js';
import { renderPlain, renderTable } from './table.js';
import { startTarget } from './target.js';
import { VOLLEY, volley } from './tools.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '8' },
    requests: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '8' },
    starts: { type: 'string', default: '15' },
    output: { type: 'string', default: 'table' },
  },
});
const [ref] = positionals;
if (ref === undefined || positionals.length > 1) end('name one git ref to compare with, as in: -- main');
const { rounds, requests, rate, seconds, starts } = Object.fromEntries(
  ['rounds', 'requests', 'rate', 'seconds', 'starts'].map((name) => [name, count(name)]),
);

const CLIENTS = ['wire', 'undici'];
const LOADS = [
  { title: 'closed', requests },
  { title: `${rate}/s`, rate, requests: rate * seconds },
];

let target = null;
// Ctrl-C too takes the worktree away; during the install npm ends of it, and the check-out fails.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => Promise.resolve(target?.stop()).finally(() => process.exit(130)));
}
const base = checkedOut();
process.once('exit', base.remove);
target = await startTarget();
const versions = [
  { name: 'base', bin: base.bin },
  { name: 'this', bin: VOLLEY },
];
try {
  const figures = [];
  for (const client of CLIENTS) {
    for (const load of LOADS) figures.push(await cpuPerRequest(client, load));
  }
  figures.push(await startUp('--version', ['--version']));
  for (const client of CLIENTS) {
    const args = [target.url, '-n', '1', '-c', '1', '-w', '1', '--client', client];
    figures.push(await startUp(`a run of 1 request, ${client}`, args));
  }
  console.log(
    `this working tree against ${base.name}; ${target.name}, 50 connections, 1 thread, ` +
      `${PINS.client === null ? 'not pinned' : 'client and server pinned to a core each'}\n`,
  );
  const render = options.output === 'markdown' ? renderTable : renderPlain;
  console.log(
    render(['', 'rounds', 'base', 'this', 'this ÷ base', '95 %', 'min – max'], figures.map(cellsOf)),
  );
} finally {
  await target.stop();
}

function checkedOut() {
  try {
    return checkOut(ref);
  } catch (error) {
    return end(error.message);
  }
}

async function cpuPerRequest(client, { title, ...load }) {
  const name = `CPU per request: ${client}, ${title}`;
  const tools = versions.map((version) => volley({ client, rate: load.rate, ...version }));
  const rows = await measureRounds(
    { title: name, tools, connections: 50, requests: load.requests },
    target.url,
    rounds,
  );
  return {
    name,
    unit: 'µs',
    digits: 1,
    rows: rows.map((row) => row.rounds.map(({ cpuMicros }) => cpuMicros)),
  };
}

async function startUp(title, args) {
  const name = `from command to end: ${title}`;
  const tools = versions.map(({ name: version, bin }) => ({
    name: version,
    isThere: () => true,
    run: () => ({
      command: process.execPath,
      args: [bin, ...args],
      read: () => ({ requests: 1, p50Ms: null }),
    }),
  }));
  const rows = await measureRounds({ title: name, tools }, target.url, starts);
  return { name, unit: 'ms', digits: 0, rows: rows.map((row) => row.rounds.map(({ wallMs }) => wallMs)) };
}

/** Paired: each round of this tree by the base's in the same round, so that a slow minute is in both. */
function cellsOf({ name, unit, digits, rows: [before, after] }) {
  const logarithms = after.map((value, round) => Math.log(value / before[round]));
  const interval = signFlipInterval(logarithms);
  const ratio = (logarithm) => Math.exp(logarithm).toFixed(3);
  return [
    name,
    String(logarithms.length),
    `${median(before).toFixed(digits)} ${unit}`,
    `${median(after).toFixed(digits)} ${unit}`,
    ratio(hodgesLehmann(logarithms)),
    interval === null ? '–' : `${ratio(interval.low)} – ${ratio(interval.high)}`,
    `${ratio(Math.min(...logarithms))} – ${ratio(Math.max(...logarithms))}`,
  ];
}

function count(name) {
  const value = Number(options[name]);
  // The interval looks at every subset of the rounds.
  const most = ['rounds', 'starts'].includes(name) ? 20 : Number.MAX_SAFE_INTEGER;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  return end(`--${name} ${options[name]}: a whole number from 1${most === 20 ? ' to 20' : ''}`);
}

function end(problem) {
  console.error(`bench:base: ${problem}`);
  process.exit(2);
}
