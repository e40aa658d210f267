// What users of scenarios cost: CPU per request, of the worker's thread (which has a bound) and of the whole command, as
// ratios to the plain loop of the same client, paired by round; memory of a user who sleeps; what it takes to wake ten
// thousand of them; and a flow in which an answer decides the next request, against the same in autocannon.
// Usage: npm run bench:scenarios -- [--rounds 7] [--requests 200000] [--users 10000] [--only cpu|memory|waking|flow] [--output table|markdown]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, median, PINS } from './measure.js';
import { measureRounds } from './rounds.js';
import { renderPlain, renderTable } from './table.js';
import { startTarget } from './target.js';
import { VOLLEY, volley } from './tools.js';

const MODULE = fileURLToPath(new URL('scenario-users.mjs', import.meta.url));
const RIVAL = fileURLToPath(new URL('rival-flow.mjs', import.meta.url));
const PER_ITERATION = { get: 20, group: 20, iteration: 1, follow: 2 };
const USERS = 50;
const CLIENTS = ['wire', 'undici'];

/** What users do, and how many times the CPU of the plain loop's worker that may take of theirs. */
const BOUNDS = { get: 1.35, group: 1.55, iteration: 1.7 };
/** Of a user, in KB of the worker's heap without garbage; the resident set, where garbage and room to grow count too, is told. */
const MOST_HEAP_KB = { idle: 1.5, connected: 10 };

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '200000' },
    users: { type: 'string', default: '10000' },
    only: { type: 'string', default: '' },
    output: { type: 'string', default: 'table' },
  },
});
const [rounds, requests, users] = [options.rounds, options.requests, options.users].map(Number);

const target = await startTarget();
process.env.BENCH_TARGET = target.url;
const results = [];
try {
  for (const measured of [cpuRows, memoryRows, wakingRows, flowRows])
    if (options.only === '' || measured.name.startsWith(options.only)) results.push(...(await measured()));
} finally {
  await target.stop();
  // What was measured before something failed is not lost with it.
  if (results.length > 0) print();
}

function print() {
  const render = options.output === 'markdown' ? renderTable : renderPlain;
  console.log(
    `${target.name}, 50 users, 11 bytes, ${rounds} rounds of ${requests.toLocaleString('en-US')} requests, ` +
      `${PINS.client === null ? 'not pinned' : 'client and server pinned to a core each'}\n`,
  );
  console.log(render(['', 'bound', 'median', 'min – max', ''], results));
}

async function cpuRows() {
  const results = [];
  for (const client of CLIENTS) {
    const plain = volley({ client });
    const kinds = Object.keys(BOUNDS).map((kind) => ({ kind, tool: flow(client, kind) }));
    const tools = [plain, ...kinds.map(({ tool }) => tool)];
    const rows = await measureRounds({ title: client, tools, connections: 50, requests }, target.url, rounds);
    const ratiosOf = (tool, of) => {
      const [own, base] = [tool, plain].map(({ name }) => rows.find((row) => row.name === name).rounds);
      return own.map((round, at) => round[of] / base[at][of]);
    };
    for (const [of, what] of Object.entries({ workersMicros: 'worker', cpuMicros: 'whole command' }))
      for (const { kind, tool } of kinds) {
        const most = of === 'workersMicros' ? BOUNDS[kind] : null;
        const title = `${tool.name} ÷ ${plain.name}: ${what}`;
        results.push(row(title, most, ratiosOf(tool, of), (ratio) => ratio.toFixed(2)));
      }
  }
  return results;
}

/** Users who send as many requests as the plain loop. */
function flow(client, kind) {
  const iterations = Math.ceil(requests / PER_ITERATION[kind]);
  return {
    name: `${kind}, ${client}`,
    isThere: () => true,
    run: () =>
      ofModule(
        kind,
        ['--client', client, '--iterations', String(iterations)],
        ({ requests: sent }) => sent.ok,
      ),
  };
}

/** The memory of many users above that of one, for each of them. */
async function memoryRows() {
  const results = [];
  for (const client of CLIENTS)
    for (const [kind, most] of Object.entries(MOST_HEAP_KB)) {
      // Without connections a client has no part in it.
      if (kind === 'idle' && client !== CLIENTS[0]) continue;
      const kilobytes = { heap: [], resident: [] };
      for (let round = 0; round < Math.min(rounds, 3); round++) {
        process.stderr.write(`memory, ${kind}, ${client}: round ${round + 1}\n`);
        const [one, many] = [await memoryKb(kind, client, 1), await memoryKb(kind, client, users)];
        for (const of in kilobytes) kilobytes[of].push((many[of] - one[of]) / (users - 1));
      }
      const title = `a user, ${kind}${kind === 'idle' ? '' : `, ${client}`}`;
      const text = (kb) => `${kb.toFixed(1)} KB`;
      results.push(row(`${title}: heap`, most, kilobytes.heap, text));
      results.push(row(`${title}: resident`, null, kilobytes.resident, text));
    }
  return results;
}

async function memoryKb(kind, client, vus) {
  let heap = Number.NaN;
  // Ten thousand connections take some seconds before all users sleep.
  const args = ['--client', client, '--vus', String(vus), '-d', vus === 1 ? '6s' : '14s'];
  const { memoryMb } = await measure(
    ofModule(kind, args, ({ scenarios }) => {
      heap = scenarios.metrics.find(({ name }) => name === 'heapKb').value;
      return 1;
    }),
  );
  return { heap, resident: memoryMb * 1_024 };
}

/** Every user wakes once a second: the 99th percentile of how late. */
async function wakingRows() {
  const late = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    process.stderr.write(`waking: round ${round + 1}\n`);
    const args = ['--vus', String(users), '-d', '6s'];
    await measure(
      ofModule('waking', args, ({ scenarios }) => {
        const [wakes, lateMs] = ['wakes', 'lateMs'].map((name) =>
          scenarios.metrics.find((one) => one.name === name),
        );
        late.push(lateMs.values.percentiles['99']);
        return wakes.count;
      }),
    );
  }
  const waking = row(
    `${users.toLocaleString('en-US')} users who wake each second: late by p99`,
    5,
    late,
    (ms) => `${ms.toFixed(2)} ms`,
  );
  return [waking];
}

/** CPU of a flow whose second request has a word of the first answer in a header, as ratios to autocannon's. */
async function flowRows() {
  const rival = {
    name: 'autocannon',
    isThere: () => true,
    run: ({ url, connections, requests }) => ({
      command: process.execPath,
      args: [RIVAL, url, String(connections), String(requests)],
      read: (output) => ({ requests: JSON.parse(output).ok, p50Ms: null }),
    }),
  };
  const own = CLIENTS.map((client) => flow(client, 'follow'));
  const setup = { title: 'follow', tools: [rival, ...own], connections: USERS, requests };
  const rows = await measureRounds(setup, target.url, rounds);
  const cpuOf = ({ name }) => rows.find((row) => row.name === name).rounds.map(({ cpuMicros }) => cpuMicros);
  return own.map((tool) => {
    const ratios = cpuOf(tool).map((cpu, round) => cpu / cpuOf(rival)[round]);
    return row(`${tool.name} ÷ ${rival.name}`, null, ratios, (ratio) => ratio.toFixed(2));
  });
}

/** A run of the module; `counted` says what of its result CPU is divided by. */
function ofModule(kind, flags, counted) {
  return {
    command: process.execPath,
    args: [VOLLEY, 'run', MODULE, '--only', kind, '-w', '1', '-o', 'json', ...flags],
    read: (output) => {
      const result = JSON.parse(output);
      const reasons = result.findings.degraded.filter(({ code }) => code !== 'requests-unfinished');
      if (reasons.length > 0) throw new Error(`${kind}: ${result.degradedReasons.join(' ')}`);
      return { requests: counted(result), p50Ms: null, workersCpuMs: result.generator.workersCpuMs };
    },
  };
}

function row(title, most, values, text) {
  const middle = median(values);
  const range = `${text(Math.min(...values))} – ${text(Math.max(...values))}`;
  return [
    title,
    most === null ? '' : `≤ ${text(most)}`,
    text(middle),
    range,
    most === null ? '' : middle <= most ? 'within the bound' : 'beyond the bound',
  ];
}
