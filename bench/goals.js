// The goals for volley's speed, measured: CPU per request in ratios paired by round, then memory and start.
// Usage: npm run bench:goals -- [--rounds 5] [--requests 500000] [--output table|markdown]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { measure, median, PINS, pinned } from './measure.js';
import { measureRounds } from './rounds.js';
import { renderPlain, renderTable } from './table.js';
import { startTarget } from './target.js';
import { RIVALS, VOLLEY, volley } from './tools.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '500000' },
    output: { type: 'string', default: 'table' },
  },
});
const rounds = Number(options.rounds);
const requests = Number(options.requests);
const MEMORY_REQUESTS = 5_000_000;
const STARTS = 15;

const CLIENTS = ['wire', 'undici'];
const [wire, undici] = CLIENTS.map((client) => volley({ client }));
const fourWorkers = CLIENTS.map((client) => volley({ client, workers: 4 }));
const processes = CLIENTS.map((client) => volley({ client, mode: 'processes' }));
const [wrk, autocannon] = ['wrk', 'autocannon'].map((name) => RIVALS.find((rival) => rival.name === name));

/** Two tools, and what the first may take of the second's CPU per request. */
const RATIOS = [
  [wire, wrk, 1.35],
  [wire, autocannon, 0.6],
  [undici, autocannon, 0.95],
  ...[wire, undici].map((one, index) => [fourWorkers[index], one, 1.3]),
  ...[wire, undici].map((one, index) => [processes[index], one, 1.15]),
];

const target = await startTarget();
try {
  const tools = [...new Set(RATIOS.flatMap((goal) => goal.slice(0, 2)))];
  const rows = await measureRounds({ title: 'ratios', tools, connections: 50, requests }, target.url, rounds);
  const results = [
    ...RATIOS.flatMap((goal) => ratioRow(goal, rows)),
    ...(await memoryRows()),
    ...(await startRows()),
  ];
  const render = options.output === 'markdown' ? renderTable : renderPlain;
  console.log(
    `${target.name}, 50 connections, 11 bytes, ${rounds} rounds of ${requests.toLocaleString('en-US')} requests, ` +
      `${PINS.client === null ? 'not pinned' : 'client and server pinned to a core each'}\n`,
  );
  console.log(render(['', 'goal', 'median', 'min – max', ''], results));
} finally {
  await target.stop();
}

function ratioRow([tool, reference, most], rows) {
  const [own, other] = [tool, reference].map(({ name }) => rows.find((row) => row.name === name)?.rounds);
  // A rival that is not installed is left out.
  if (own === undefined || other === undefined) return [];
  const ratios = own.map(({ cpuMicros }, round) => cpuMicros / other[round].cpuMicros);
  return [resultRow(`${tool.name} ÷ ${reference.name}`, most, ratios, (ratio) => ratio.toFixed(2))];
}

async function memoryRows() {
  const results = [];
  for (const tool of [wire, undici]) {
    process.stderr.write(`memory: ${tool.name}\n`);
    const load = { url: target.url, connections: 50, requests: MEMORY_REQUESTS };
    const { memoryMb } = await measure(tool.run(load));
    const title = `${tool.name}: resident set, ${MEMORY_REQUESTS.toLocaleString('en-US')} requests`;
    results.push(resultRow(title, 180, [memoryMb], (megabytes) => `${megabytes.toFixed(0)} MB`));
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
    resultRow('from command to the first request, one thread', 350, firstRequests, milliseconds),
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
  const child = volleyWith(`http://127.0.0.1:${server.address().port}/`, '-n', '1', '-c', '1', '-w', '1');
  const [arrivedAt] = await arrival;
  await once(child, 'close');
  server.close();
  return arrivedAt - startedAt;
}

function volleyWith(...args) {
  return spawn(...pinned(PINS.client, process.execPath, [VOLLEY, ...args]), { stdio: 'ignore' });
}

function resultRow(title, most, values, text) {
  const middle = median(values);
  const range = `${text(Math.min(...values))} – ${text(Math.max(...values))}`;
  return [title, `≤ ${text(most)}`, text(middle), range, middle <= most ? 'reached' : 'not reached'];
}
