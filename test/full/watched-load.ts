import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Summary } from '../../src/protocol/summary.ts';
import { msToSeconds } from '../../src/protocol/units.ts';
import type { ZerosServer } from './zeros-server.ts';

const BIN = fileURLToPath(new URL('../../../bin/volley.js', import.meta.url));
const SAMPLE_MS = 100;
const MB = 1_000_000;
const BYTES_PER_KB = 1_024;
/** Fewer looks at a process say nothing about its memory. */
const FEWEST_LOOKS = 8;
/** Above what a process holds in the second quarter of its life, in the last. */
const MOST_GROWTH_BYTES = 48 * MB;
/** What one process may ever hold. */
const MOST_BYTES = 600 * MB;

/** A load whose processes are watched. */
export interface WatchedLoad {
  readonly what: string;
  readonly path: string;
  readonly args: readonly string[];
  /** What ends it; its time is what it takes where a number of requests does. */
  readonly requests?: number;
  readonly seconds?: number;
  /** Whether there is to be a connection for each request. */
  readonly isConnectionEach?: boolean;
}

interface Look {
  readonly atMs: number;
  readonly bytes: number;
}

/** What one process held: the medians of its second and its last quarter, and the most it ever held. */
interface Held {
  readonly who: string;
  readonly looks: number;
  readonly early: number;
  readonly late: number;
  readonly most: number;
}

/**
 * Runs volley, looks at the memory of its processes meanwhile, and prints a line with what was found.
 *
 * @returns whether memory stayed flat and volley's counts are the server's
 */
export async function watch(load: WatchedLoad, server: ZerosServer): Promise<boolean> {
  const before = server.served;
  const until = load.requests === undefined ? ['-d', `${load.seconds ?? 1}s`] : ['-n', String(load.requests)];
  const url = `http://127.0.0.1:${server.port}${load.path}`;
  const child = spawn(
    process.execPath,
    [BIN, url, ...until, '--timeout', '10m', '-o', 'json', ...load.args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece;
  });
  const startedMs = performance.now();
  const looks = new Map<string, Look[]>();
  const timer = setInterval(() => lookAt(child, performance.now() - startedMs, looks), SAMPLE_MS);
  let json = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    json += piece;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  const elapsedMs = performance.now() - startedMs;
  if (json === '') throw new Error(`${load.what}: no result, exit code ${code}: ${said}`);
  const summary = JSON.parse(json) as Summary;
  const after = server.served;
  const served = {
    connections: after.connections - before.connections,
    requests: after.requests - before.requests,
  };
  const held = [...looks].map(([who, found]) => heldBy(who, found));
  const wrong = [...wrongCounts(load, summary, served), ...held.flatMap(wrongMemory)];
  if (code !== 0) wrong.push(`exit code ${code}: ${said.trim().split('\n').at(-1)}`);
  const { requests, connections, bytes } = summary;
  const count = (value: number): string => value.toLocaleString('en');
  console.log(
    `${wrong.length === 0 ? 'flat ' : 'WRONG'} ${load.what}, ${Math.round(msToSeconds(elapsedMs))} s: ${count(requests.ok)} ok, ${count(connections.opened)} connections, ${count(Math.round(bytes.received / MB))} MB received`,
  );
  for (const { who, early, late, most } of held) {
    console.log(
      `      ${who}: ${inMb(early)} in the second quarter, ${inMb(late)} in the last, ${inMb(most)} at most`,
    );
  }
  for (const what of wrong) console.log(`      wrong: ${what}`);
  return wrong.length === 0;
}

/** Where the counts are not the server's, and where requests are missing or too many. */
function wrongCounts(
  { requests: asked, isConnectionEach }: WatchedLoad,
  { requests, connections, windowMs }: Summary,
  served: { readonly connections: number; readonly requests: number },
): string[] {
  const pairs: readonly [string, number, number][] = [
    ['sent and served', requests.sent, served.requests],
    ['ok and sent', requests.ok, requests.sent],
    ['opened and accepted', connections.opened, served.connections],
    ...(asked === undefined ? [] : [['ok and asked for', requests.ok, asked] as [string, number, number]]),
    ...(isConnectionEach === true
      ? [['connections and requests', connections.opened, requests.sent] as [string, number, number]]
      : []),
  ];
  const wrong = pairs.flatMap(([what, a, b]) => (a === b ? [] : [`${what}: ${a} and ${b}`]));
  return windowMs > 0 && requests.ok > 0 ? wrong : [...wrong, 'nothing was measured'];
}

function wrongMemory({ who, looks, early, late, most }: Held): string[] {
  if (looks < FEWEST_LOOKS) return [`${who}: seen ${looks} times only, which says nothing`];
  return [
    ...(late - early < MOST_GROWTH_BYTES ? [] : [`${who} grew by ${inMb(late - early)}`]),
    ...(most < MOST_BYTES ? [] : [`${who} held ${inMb(most)}`]),
  ];
}

function heldBy(who: string, looks: readonly Look[]): Held {
  const endMs = looks.at(-1)?.atMs ?? 0;
  const within = (from: number, to: number): number[] =>
    looks.filter(({ atMs }) => atMs >= from * endMs && atMs <= to * endMs).map(({ bytes }) => bytes);
  return {
    who,
    looks: looks.length,
    early: medianOf(within(0.25, 0.5)),
    late: medianOf(within(0.75, 1)),
    most: Math.max(0, ...looks.map(({ bytes }) => bytes)),
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Notes what volley and each of its children hold now. */
function lookAt({ pid = 0 }: ChildProcess, atMs: number, looks: Map<string, Look[]>): void {
  const note = (who: string, of: number): void => {
    const bytes = residentBytes(of);
    if (bytes === 0) return;
    const known = looks.get(who) ?? [];
    known.push({ atMs, bytes });
    looks.set(who, known);
  };
  note('coordinator', pid);
  for (const [index, worker] of childrenOf(pid).entries()) note(`worker ${index}`, worker);
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
      .map(Number)
      .filter((child) => child > 0)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
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

function inMb(bytes: number): string {
  return `${Math.round(bytes / MB).toLocaleString('en')} MB`;
}
