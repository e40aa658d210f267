import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ClientName, NamedRequestOptions, RunOptions, Summary } from '../../src/api/index.ts';
import { OUTCOME } from '../../src/protocol/report.ts';
import { numberOf } from './identity.ts';
import type { Recorded, RunResult } from './recorded.ts';
import type { Scenario, ServerLog, ServerOrders } from './scenario.ts';

const SERVER = fileURLToPath(new URL('./server.js', import.meta.url));
const CLIENT = fileURLToPath(new URL('./client.js', import.meta.url));

/** Client and server get a core each, where cores can be assigned. */
export const IS_PINNED = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
const [SERVER_CORE, CLIENT_CORE] = ['0', '1'];

/** Node compiles what is hot while it runs: the first seconds are not what is tested here. */
const WARMUP_MS = 2_000;
const PERCENTILES = '50,90,92,95,99';

/** The tightest of the clocks' brackets is good to about 30 µs, on either side. */
const CLOCK_ERROR_MS = 0.1;

export interface Request extends Recorded {
  readonly sentMs: number;
  readonly endMs: number;
  /** NaN where no answer came that carries a number. */
  readonly arrivedMs: number;
  readonly leftMs: number;
}

export interface Observed {
  readonly summary: Summary;
  /** Those of the window, in the order of their intended starts; times relative to the window. */
  readonly requests: readonly Request[];
  /** When requests of the window arrived, in that order. */
  readonly arrivalsMs: readonly number[];
  /** What the server did, warm-up included. */
  readonly log: ServerLog;
  /** Records of the warm-up and of the window together. */
  readonly recorded: number;
  /** Answered requests whose stamps are out of order: intended ≤ sent ≤ arrived ≤ left ≤ end. */
  readonly disordered: number;
}

export interface Circumstances {
  /** Loaded before volley, in its process and its workers. */
  readonly preload?: string;
  readonly warmupMs?: number;
  /** Of the server, from 127.0.0.1 on, asked in turn; several on Linux only. By default 1. */
  readonly addresses?: number;
  /** Called when the server listens; what it returns, when the run is over. */
  readonly port?: (port: number) => Promise<() => Promise<void>>;
}

/** The short form's bounds are 50 ms and more: they hold before all code is compiled. */
export function brief(isShort: boolean): Circumstances {
  return isShort ? { warmupMs: WARMUP_MS / 2 } : {};
}

let client: ClientName = 'undici';

/** From now on volley's requests go through this client. */
export function useClient(name: ClientName): void {
  client = name;
}

/** Runs volley against the precise server and puts both logs together. */
export async function observe(
  scenario: Scenario,
  options: Omit<RunOptions, 'url'>,
  { preload, warmupMs = WARMUP_MS, addresses = 1, port: onPort }: Circumstances = {},
): Promise<Observed> {
  const server = startPinned(SERVER_CORE, SERVER);
  try {
    const host = addresses === 1 ? '127.0.0.1' : '0.0.0.0';
    server.send({ scenario, warmupMs, host } satisfies ServerOrders);
    const [port] = (await once(server, 'message')) as [number];
    const finish = await onPort?.(port);
    const { summary, windowAtMs, rows } = await runClient(
      {
        client,
        ...options,
        ...(addresses === 1 ? { url: `http://127.0.0.1:${port}/` } : { mix: mixOf(addresses, port) }),
        warmup: `${warmupMs}ms`,
        percentiles: PERCENTILES,
      },
      preload,
    );
    await finish?.();
    server.send('log');
    const [log] = (await once(server, 'message')) as [ServerLog];
    const all = rows.map((row) => join(row, log, windowAtMs)).sort((a, b) => a.intendedMs - b.intendedMs);
    const requests = all.filter(({ intendedMs }) => intendedMs >= 0);
    const warmups = all.length - requests.length;
    return {
      summary,
      requests,
      arrivalsMs: [...log.arrivedMs.slice(warmups)].map((atMs) => atMs - windowAtMs),
      log,
      recorded: all.length,
      disordered: all.filter(isDisordered).length,
    };
  } finally {
    if (server.connected) server.disconnect();
    if (server.exitCode === null) await once(server, 'exit');
  }
}

function mixOf(addresses: number, port: number): NamedRequestOptions[] {
  return Array.from({ length: addresses }, (_, index) => {
    const host = `127.0.0.${index + 1}`;
    return { name: host, url: `http://${host}:${port}/` };
  });
}

async function runClient(options: RunOptions, preload: string | undefined): Promise<RunResult> {
  const client = startPinned(CLIENT_CORE, CLIENT, preload);
  client.send(options);
  const failed = once(client, 'exit').then(([code]) => {
    throw new Error(`the client exited with ${code} before it had a result`);
  });
  const [result] = (await Promise.race([once(client, 'message'), failed])) as [RunResult];
  failed.catch(() => {});
  return result;
}

function startPinned(core: string | undefined, file: string, preload?: string): ChildProcess {
  const [command, args] =
    IS_PINNED && core !== undefined
      ? ['taskset', ['-c', core, process.execPath, file]]
      : [process.execPath, [file]];
  return spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
    env: preload === undefined ? process.env : { ...process.env, NODE_OPTIONS: `--require ${preload}` },
  });
}

function join(row: Recorded, log: ServerLog, windowAtMs: number): Request {
  const sentMs = row.intendedMs + row.startLagMs + row.waitMs;
  const number = row.status === 0 ? -1 : numberOf(row.status, row.bodyBytes);
  return {
    ...row,
    sentMs,
    endMs: sentMs + row.serviceMs,
    arrivedMs: (log.arrivedMs[number] ?? Number.NaN) - windowAtMs,
    leftMs: (log.leftMs[number] ?? Number.NaN) - windowAtMs,
  };
}

function isDisordered({
  outcome,
  intendedMs,
  startLagMs,
  waitMs,
  sentMs,
  arrivedMs,
  leftMs,
  endMs,
}: Request): boolean {
  if (startLagMs < 0 || waitMs < 0 || intendedMs > sentMs) return true;
  if (outcome !== OUTCOME.ok) return false;
  return !(sentMs <= arrivedMs + CLOCK_ERROR_MS && arrivedMs <= leftMs && leftMs <= endMs + CLOCK_ERROR_MS);
}

/** Nearest rank, of any numbers; NaN of none. */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
