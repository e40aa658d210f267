import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Summary } from '../../src/protocol/summary.ts';
import { msToSeconds } from '../../src/protocol/units.ts';

/**
 * Memory over minutes: loads that open a connection for each request, take large answers, or go on for long.
 * What a run holds after a quarter of its time is to be what it holds at the end.
 * Usage: soak [SECONDS], 1,800 by default, shared out over the loads.
 */
const BIN = fileURLToPath(new URL('../../../bin/volley.js', import.meta.url));
const SAMPLE_MS = 250;
const MB = 1_000_000;
const MOST_GROWTH_BYTES = 64 * MB;
const MOST_BYTES = 700 * MB;
const BYTES_PER_KB = 1_024;
const GIB = 2 ** 30;
const PIECE = Buffer.alloc(65_536, 'x');

/** Answers of `/N` are N bytes; `/close` is a short one, and the end of the connection. */
const server = createServer((request, response) => {
  if (request.url === '/close') {
    response.shouldKeepAlive = false;
    response.end('closed');
    return;
  }
  let left = Number(request.url?.slice(1));
  response.setHeader('content-length', left);
  const fill = (): void => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!response.write(piece)) {
        response.once('drain', fill);
        return;
      }
    }
    response.end();
  };
  fill();
});

interface Soak {
  readonly what: string;
  readonly path: string;
  /** Its part of the whole time. */
  readonly share: number;
  readonly args: readonly string[];
}

const CLIENTS = ['undici', 'wire'];
const LOADS: readonly Soak[] = CLIENTS.flatMap((client) => [
  { what: `${client}: a connection for each request`, path: 'close', share: 2, args: ['-c', '50'] },
  { what: `${client}: --no-keepalive`, path: '11', share: 1, args: ['-c', '50', '--no-keepalive'] },
  { what: `${client}: answers of 64 KiB`, path: '65536', share: 2, args: ['-c', '20'] },
  {
    what: `${client}: 50 answers of 1 GiB at once`,
    path: String(GIB),
    share: 1,
    args: ['-c', '50', '-n', '50'],
  },
  { what: `${client}: answers of 20 MB`, path: '20000000', share: 1, args: ['-c', '50'] },
  { what: `${client}: short answers`, path: '11', share: 2, args: ['-c', '50'] },
]).map((load) => ({ ...load, args: [...load.args, '--client', load.what.split(':')[0] ?? ''] }));

const totalSeconds = Number(process.argv[2] ?? '1800');
const shares = LOADS.reduce((sum, { share }) => sum + share, 0);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
let isGood = true;
for (const load of LOADS) {
  const seconds = Math.max(2, Math.round((totalSeconds * load.share) / shares));
  isGood = (await soak(load, seconds)) && isGood;
}
server.close();
server.closeAllConnections();
process.exitCode = isGood ? 0 : 1;

/** Whether memory stayed flat, with the figures on stdout. */
async function soak({ what, path, args }: Soak, seconds: number): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/${path}`;
  const child = spawn(
    process.execPath,
    [BIN, url, '-d', `${seconds}s`, '--timeout', '5m', '-o', 'json', ...args],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const startedMs = performance.now();
  const held: { readonly atMs: number; readonly bytes: number }[] = [];
  const timer = setInterval(() => {
    const bytes = residentBytes(child.pid ?? 0);
    if (bytes > 0) held.push({ atMs: performance.now() - startedMs, bytes });
  }, SAMPLE_MS);
  let json = '';
  child.stdout.on('data', (piece: Buffer) => {
    json += piece.toString();
  });
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  const { requests, connections, bytes } = JSON.parse(json) as Summary;
  const elapsedMs = performance.now() - startedMs;
  const quarterMs = elapsedMs / 4;
  const early = most(held.filter(({ atMs }) => atMs < quarterMs));
  const late = most(held.filter(({ atMs }) => atMs >= quarterMs));
  const isFlat = late - early < MOST_GROWTH_BYTES && late < MOST_BYTES && requests.failed === 0;
  const shown = (value: number): string => `${Math.round(value / MB).toLocaleString('en')} MB`;
  console.log(
    `${isFlat ? 'flat' : 'WRONG'}  ${what}, ${Math.round(msToSeconds(elapsedMs))} s: ${shown(early)} in the first quarter, ${shown(late)} after it; ${requests.ok.toLocaleString('en')} ok, ${requests.failed} failed, ${connections.opened.toLocaleString('en')} connections, ${shown(bytes.received)} received`,
  );
  return isFlat;
}

function most(held: readonly { readonly bytes: number }[]): number {
  return Math.max(0, ...held.map(({ bytes }) => bytes));
}

/** What a process holds in memory; zero where it has ended. */
function residentBytes(pid: number): number {
  try {
    const [, kb = '0'] = /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kb) * BYTES_PER_KB;
  } catch {
    return 0;
  }
}
