// The goals for volley's speed, measured: CPU per request in ratios paired by round, then memory and start.
// Usage: npm run bench:goals -- [--rounds 5] [--requests 500000] [--only http1|secure|memory|start|practice]
//        [--output table|markdown]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { isInstalled, measure, median, PINS, pinned } from './measure.js';
import { measureRounds } from './rounds.js';
import { renderPlain, renderTable } from './table.js';
import { startTarget } from './target.js';
import { h2load, RIVALS, VOLLEY, volley } from './tools.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '500000' },
    only: { type: 'string', default: '' },
    output: { type: 'string', default: 'table' },
  },
});
const rounds = Number(options.rounds);
const requests = Number(options.requests);
/** A request over HTTP/2 costs little beside what a run costs once, which has a row of its own. */
const HTTP2_REQUESTS = 2 * requests;
const MEMORY_REQUESTS = 5_000_000;
const STARTS = 15;

const CLIENTS = ['wire', 'undici'];
const [wire, undici] = CLIENTS.map((client) => volley({ client }));
const fourWorkers = CLIENTS.map((client) => volley({ client, workers: 4 }));
const processes = CLIENTS.map((client) => volley({ client, mode: 'processes' }));
const [wrk, autocannon] = ['wrk', 'autocannon'].map((name) => RIVALS.find((rival) => rival.name === name));

/** Two tools, what the first may take of the second's CPU per request, and what it should one day. */
const RATIOS = [
  [wire, wrk, 1.3, 1.1],
  [wire, autocannon, 0.6],
  [undici, autocannon, 0.95],
  ...[wire, undici].map((one, index) => [fourWorkers[index], one, 1.3]),
  ...[wire, undici].map((one, index) => [processes[index], one, 1.15]),
];

/** The same over TLS and HTTP/2: where of the target, on how many connections. */
const SECURE = [
  {
    ...{ title: 'TLS, 50 connections', at: 'tlsUrl', connections: 50 },
    ratio: [volley({ client: 'wire', flags: ['-k'], name: 'volley wire, TLS' }), wrk, 1.35, 1.15],
  },
  {
    ...{ title: 'HTTP/2 10×10', requests: HTTP2_REQUESTS, at: 'h2cUrl', connections: 10 },
    ratio: [overHttp2('--h2c', 10), h2load(10), 1, 0.85],
  },
  {
    ...{ title: 'HTTP/2 50×1', requests: HTTP2_REQUESTS, at: 'h2cUrl', connections: 50 },
    ratio: [overHttp2('--h2c', 1), h2load(1), 1, 0.85],
  },
  {
    ...{ title: 'HTTP/2 over TLS 10×10', requests: HTTP2_REQUESTS, at: 'tlsUrl', connections: 10 },
    ratio: [overHttp2('--http2 -k', 10), h2load(10), 1.05, 0.95],
  },
  {
    ...{ title: 'HTTP/2 over TLS 50×1', requests: HTTP2_REQUESTS, at: 'tlsUrl', connections: 50 },
    ratio: [overHttp2('--http2 -k', 1), h2load(1), 1.05, 0.95],
  },
];

const SECTIONS = {
  http1: http1Rows,
  secure: secureRows,
  memory: memoryRows,
  start: startRows,
  practice: practiceRows,
};
if (options.only !== '' && !Object.hasOwn(SECTIONS, options.only)) {
  console.error(`--only ${options.only}: give one of ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

const target = await startTarget();
try {
  const results = [];
  for (const [name, measured] of Object.entries(SECTIONS))
    if (options.only === '' || options.only === name) results.push(...(await measured()));
  const render = options.output === 'markdown' ? renderTable : renderPlain;
  console.log(
    `${target.name}, 50 connections, 11 bytes, ${rounds} rounds of ${requests.toLocaleString('en-US')} requests ` +
      `(twice as many over HTTP/2), ` +
      `${PINS.client === null ? 'not pinned' : 'client and server pinned to a core each'}\n`,
  );
  console.log(render(['', 'bound', 'aim', 'median', 'min – max', ''], results));
  for (const sentence of missing()) console.log(sentence);
} finally {
  await target.stop();
}

async function http1Rows() {
  const tools = [...new Set(RATIOS.flatMap((goal) => goal.slice(0, 2)))];
  const rows = await measureRounds({ title: 'ratios', tools, connections: 50, requests }, target.url, rounds);
  return RATIOS.flatMap((goal) => ratioRow(goal, rows));
}

function ratioRow([tool, reference, most, aim], rows, title = '') {
  const [own, other] = [tool, reference].map(({ name }) => rows.find((row) => row.name === name)?.rounds);
  // A rival that is not installed is left out.
  if (own === undefined || other === undefined) return [];
  const ratios = own.map(({ cpuMicros }, round) => cpuMicros / other[round].cpuMicros);
  const name = `${tool.name} ÷ ${reference.name}${title === '' ? '' : `, ${title}`}`;
  return [resultRow(name, most, ratios, (ratio) => ratio.toFixed(2), aim)];
}

/** Of a target that speaks neither there are none. */
async function secureRows() {
  const results = [];
  for (const { ratio, at, ...load } of SECURE) {
    const tools = ratio.slice(0, 2);
    if (target[at] === undefined || !tools.every(({ isThere }) => isThere())) continue;
    const ofTitle = await measureRounds({ requests, ...load, tools }, target[at], rounds);
    results.push(...ratioRow(ratio, ofTitle, load.title));
  }
  return results;
}

/** What of the latencies of the first requests is volley's own: those of a warmed run taken away. */
async function practiceRows() {
  const results = { max: [], p999: [] };
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`practice: round ${round + 1} of ${rounds}\n`);
    const cold = await openRun();
    const warm = await openRun('--warmup', '2s');
    results.max.push(cold.max - warm.max);
    results.p999.push(cold.percentiles['99.9'] - warm.percentiles['99.9']);
  }
  const milliseconds = (value) => `${value.toFixed(2)} ms`;
  return [
    resultRow('1000/s without warm-up: max above a warmed run’s', 1.5, results.max, milliseconds, 0.5),
    resultRow('1000/s without warm-up: p99.9 above a warmed run’s', 1.5, results.p999, milliseconds, 0.5),
  ];
}

async function openRun(...more) {
  const args = [target.url, '--client', 'wire', '-r', '1000', '-d', '5s', '-w', '1', '-o', 'json', ...more];
  const child = spawn(...pinned(PINS.client, process.execPath, [VOLLEY, ...args]), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  return JSON.parse(output).latencyMs.response;
}

/** What is not here, and what is not measured for that. */
function missing() {
  const sentences = [];
  if (target.h2cUrl === undefined)
    sentences.push('nginx is not installed (Debian: nginx): no row over TLS or HTTP/2.');
  if (!isInstalled('h2load'))
    sentences.push('h2load is not installed (Debian: nghttp2-client): no row over HTTP/2.');
  if (!isInstalled('wrk')) sentences.push('wrk is not installed (Debian: wrk): no row against it.');
  if (!autocannon.isThere())
    sentences.push('autocannon is not installed (npm ci in bench/): no row against it.');
  return sentences;
}

function overHttp2(flags, streams) {
  return volley({
    client: 'wire',
    flags: [...flags.split(' '), '--streams', String(streams)],
    name: 'volley wire',
  });
}

async function memoryRows() {
  const results = [];
  for (const tool of [wire, undici]) {
    process.stderr.write(`memory: ${tool.name}\n`);
    const load = { url: target.url, connections: 50, requests: MEMORY_REQUESTS };
    const { memoryMb } = await measure(tool.run(load));
    const title = `${tool.name}: resident set, ${MEMORY_REQUESTS.toLocaleString('en-US')} requests`;
    results.push(resultRow(title, 180, [memoryMb], (megabytes) => `${megabytes.toFixed(0)} MB`, 120));
  }
  return results;
}

async function startRows() {
  process.stderr.write('starts\n');
  const milliseconds = (value) => `${value.toFixed(0)} ms`;
  const versions = [];
  const firstRequests = [];
  for (let start = 0; start < STARTS; start++) {
    const startedAt = performance.now();
    await once(volleyWith('--version'), 'close');
    versions.push(performance.now() - startedAt);
    firstRequests.push(await timeToFirstRequest());
  }
  return [
    resultRow('volley --version, from command to end', 120, versions, milliseconds),
    resultRow('from command to the first request, one thread', 220, firstRequests, milliseconds, 150),
  ];
}

async function timeToFirstRequest() {
  const server = createServer((socket) => {
    socket.once('data', () => {
      server.emit('request', performance.now());
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const arrival = once(server, 'request');
  const startedAt = performance.now();
  // Enough requests that their workers practise in full: runs of fewer practise less, and begin sooner.
  const child = volleyWith(`http://127.0.0.1:${server.address().port}/`, '-n', '300', '-c', '1', '-w', '1');
  const [arrivedAt] = await arrival;
  await once(child, 'close');
  server.close();
  return arrivedAt - startedAt;
}

function volleyWith(...args) {
  return spawn(...pinned(PINS.client, process.execPath, [VOLLEY, ...args]), { stdio: 'ignore' });
}

/** @param aim what should be reached one day; left out where it is the bound */
function resultRow(title, most, values, text, aim = most) {
  const middle = median(values);
  const range = `${text(Math.min(...values))} – ${text(Math.max(...values))}`;
  const how = middle <= aim ? 'reached' : middle <= most ? 'within the bound' : 'not reached';
  return [title, `≤ ${text(most)}`, `≤ ${text(aim)}`, text(middle), range, how];
}
