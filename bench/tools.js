import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './measure.js';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const VOLLEY = path('../bin/volley.js');
const AUTOCANNON = path('node_modules/autocannon/autocannon.js');
const LOADTEST = path('node_modules/loadtest/bin/loadtest.js');
// wrk and h2load's relatives end by time, not by count; this many requests a second is what a core does here.
const ROUGHLY_PER_SECOND = 120_000;

/** volley in one of its forms; `bin` is another version of it, `rate` makes the load an open one, `flags` are more options. */
export function volley({
  client = 'undici',
  mode = 'threads',
  workers = 1,
  rate,
  bin = VOLLEY,
  flags = [],
  name: given,
}) {
  const name = given ?? ['volley', client, mode, ...(workers > 1 ? [`${workers} workers`] : [])].join(' ');
  return {
    name,
    isThere: () => true,
    run: ({ url, connections, requests }) => ({
      command: process.execPath,
      args: [
        [bin, url, '-o', 'json', '--client', client, '--mode', mode],
        ['-w', workers, '-c', connections, '-n', requests].map(String),
        rate === undefined ? [] : ['-r', String(rate)],
        flags,
      ].flat(),
      read: (output) => {
        const { requests: counts, latencyMs, degraded, generator } = JSON.parse(output);
        if (counts.ok !== requests || degraded) throw new Error(`${name}: ${counts.ok} of ${requests} ok`);
        return { requests, p50Ms: latencyMs.service.percentiles['50'], workersCpuMs: generator.workersCpuMs };
      },
    }),
  };
}

/** h2load over HTTP/2, with so many streams on each connection. */
export function h2load(streams) {
  return {
    name: 'h2load',
    isThere: () => isInstalled('h2load'),
    run: ({ url, connections, requests }) => ({
      command: 'h2load',
      args: ['-t1', '-n', requests, '-c', connections, '-m', streams, url].map(String),
      read: (output) => ({ requests: numberIn(output, /(\d+) succeeded/), p50Ms: null }),
    }),
  };
}

/** Other people's tools, the reference first. */
export const RIVALS = [
  {
    name: 'wrk',
    isThere: () => isInstalled('wrk'),
    run: ({ url, connections, requests }) => ({
      command: 'wrk',
      args: ['-t1', `-c${connections}`, `-d${Math.ceil(requests / ROUGHLY_PER_SECOND)}s`, '--latency', url],
      read: (output) => ({
        requests: numberIn(output, /(\d+) requests in/),
        p50Ms: millisecondsIn(output, /^\s+50%\s+(\S+)/m),
      }),
    }),
  },
  {
    name: 'ab -k',
    isThere: () => isInstalled('ab'),
    run: ({ url, connections, requests }) => ({
      command: 'ab',
      args: ['-k', '-q', '-n', requests, '-c', connections, url].map(String),
      read: (output) => ({
        requests: numberIn(output, /Complete requests:\s+(\d+)/),
        p50Ms: numberIn(output, /^\s+50%\s+(\d+)/m),
      }),
    }),
  },
  {
    name: 'h2load --h1',
    isThere: () => isInstalled('h2load'),
    run: ({ url, connections, requests }) => ({
      command: 'h2load',
      args: ['--h1', '-t1', '-n', requests, '-c', connections, url].map(String),
      read: (output) => ({ requests: numberIn(output, /(\d+) succeeded/), p50Ms: null }),
    }),
  },
  {
    name: 'autocannon',
    isThere: () => existsSync(AUTOCANNON),
    run: ({ url, connections, requests }) => ({
      command: process.execPath,
      args: [AUTOCANNON, '-j', '-a', requests, '-c', connections, url].map(String),
      read: (output) => {
        const result = JSON.parse(output);
        return { requests: result['2xx'], p50Ms: result.latency.p50 };
      },
    }),
  },
  {
    name: 'loadtest --tcp',
    isThere: () => existsSync(LOADTEST),
    run: ({ url, connections, requests }) => ({
      command: process.execPath,
      args: [LOADTEST, '--tcp', '--cores', 1, '-n', requests, '-c', connections, url].map(String),
      read: (output) => ({
        requests: numberIn(output, /Completed requests:\s+(\d+)/),
        p50Ms: numberIn(output, /\s50%\s+(\d+) ms/),
      }),
    }),
  },
  {
    name: 'hey',
    isThere: () => isInstalled('hey'),
    run: ({ url, connections, requests }) => ({
      command: 'hey',
      args: ['-n', requests, '-c', connections, url].map(String),
      read: (output) => ({
        requests: numberIn(output, /\[200\]\s+(\d+) responses/),
        p50Ms: numberIn(output, /50% in (\S+) secs/) * 1_000,
      }),
    }),
  },
];

function numberIn(output, pattern) {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`nothing like ${pattern} in: ${output.slice(0, 2_000)}`);
  return Number(found);
}

function millisecondsIn(output, pattern) {
  const [, value, unit] = /^([\d.]+)(us|ms|s)$/.exec(pattern.exec(output)?.[1] ?? '') ?? [];
  return value === undefined ? null : Number(value) * { us: 0.001, ms: 1, s: 1_000 }[unit];
}
