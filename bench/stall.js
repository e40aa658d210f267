// What a stalling server looks like to volley and to others, side by side: 2 ms of service, but a second in
// every ten during which it does nothing, accepting included. Usage: npm run bench:stall [seconds]
// Of 1000 requests a second, users would feel p50 2, p92 202, p95 502, p99 902, max 1002 ms.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isInstalled, PINS, pinned } from './measure.js';
import { renderTable } from './table.js';

const seconds = Number(process.argv[2] ?? 30);
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const SERVER = path('../dist/test/truth/server.js');
const VOLLEY = path('../bin/volley.js');
const AUTOCANNON = path('node_modules/autocannon/autocannon.js');

const inMs = (inSeconds) => Number(inSeconds) * 1_000;
const volley = (name, args) => ({
  name,
  command: process.execPath,
  args: (url) => [
    VOLLEY,
    url,
    '-d',
    `${seconds}s`,
    '-w',
    '1',
    '-o',
    'json',
    '--percentiles',
    '50,92,95,99',
    ...args,
  ],
  read: (output) => {
    const { requests, latencyMs } = JSON.parse(output);
    const { count, max, percentiles } = latencyMs[latencyMs.headline];
    return {
      sent: requests.sent,
      samples: count,
      p50: percentiles['50'],
      p92: percentiles['92'],
      p95: percentiles['95'],
      p99: percentiles['99'],
      max,
    };
  },
});

const TOOLS = [
  volley('volley -r 1000 (response time)', ['-r', '1000', '--pacing', 'precise']),
  volley('the same, --client wire', ['-r', '1000', '--pacing', 'precise', '--client', 'wire']),
  volley('volley -c 10 (closed, service time)', ['-c', '10']),
  {
    name: 'autocannon -R 1000 -c 10',
    isThere: existsSync(AUTOCANNON),
    command: process.execPath,
    args: (url) => [AUTOCANNON, '-j', '-R', '1000', '-c', '10', '-d', String(seconds), url],
    read: (output) => {
      const { latency, requests } = JSON.parse(output);
      return {
        sent: requests.total,
        samples: latency.totalCount,
        p50: latency.p50,
        p92: null,
        p95: null,
        p99: latency.p99,
        max: latency.max,
      };
    },
  },
  {
    name: 'wrk -c 10',
    isThere: isInstalled('wrk'),
    command: 'wrk',
    args: (url) => ['-t1', '-c10', `-d${seconds}s`, '--latency', url],
    read: (output) => {
      const at = (percent) => wrkMs(new RegExp(`^\\s+${percent}%\\s+(\\S+)`, 'm').exec(output)?.[1]);
      const sent = Number(/(\d+) requests in/.exec(output)?.[1]);
      return {
        sent,
        samples: sent,
        p50: at(50),
        p92: null,
        p95: null,
        p99: at(99),
        max: wrkMs(/Latency\s+\S+\s+\S+\s+(\S+)/.exec(output)?.[1]),
      };
    },
  },
  {
    name: 'hey -q 100 -c 10',
    isThere: isInstalled('hey'),
    command: 'hey',
    args: (url) => ['-z', `${seconds}s`, '-q', '100', '-c', '10', url],
    read: (output) => {
      const at = (percent) => inMs(new RegExp(`^\\s+${percent}% in (\\S+) secs`, 'm').exec(output)?.[1]);
      const counts = [...output.matchAll(/\[\d+\]\s+(\d+) responses/g)].map((match) => Number(match[1]));
      const sent = counts.reduce((sum, count) => sum + count, 0);
      return {
        sent,
        samples: sent,
        p50: at(50),
        p92: null,
        p95: at(95),
        p99: at(99),
        max: inMs(/Slowest:\s+(\S+) secs/.exec(output)?.[1]),
      };
    },
  },
];

const rows = [];
for (const tool of TOOLS.filter(({ isThere = true }) => isThere)) {
  const figures = await underStalls(tool);
  rows.push([
    tool.name,
    ...[figures.sent, figures.samples].map(count),
    ...['p50', 'p92', 'p95', 'p99', 'max'].map((name) => milliseconds(figures[name])),
  ]);
  process.stderr.write(`${tool.name}: done\n`);
}
console.log(renderTable(['', 'requests', '“samples”', 'p50', 'p92', 'p95', 'p99', 'max'], rows));

async function underStalls({ command, args, read }) {
  const server = spawn(...pinned(PINS.server, process.execPath, [SERVER]), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const scenario = {
    kind: 'stall',
    serviceMs: 2,
    firstAtMs: 4_500,
    periodMs: 10_000,
    stallMs: 1_000,
    times: Math.ceil(seconds / 10),
  };
  server.send({ scenario, warmupMs: 0, host: '127.0.0.1' });
  const [port] = await once(server, 'message');
  const child = spawn(...pinned(PINS.client, command, args(`http://127.0.0.1:${port}/`)), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  await once(child, 'close');
  server.disconnect();
  await once(server, 'exit');
  return read(output);
}

function wrkMs(text) {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(text ?? '') ?? [];
  return value === undefined ? null : Number(value) * { us: 0.001, ms: 1, s: 1_000 }[unit];
}

function count(value) {
  return value == null ? '?' : value.toLocaleString('en-US');
}

function milliseconds(value) {
  return value == null || Number.isNaN(value) ? '–' : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
