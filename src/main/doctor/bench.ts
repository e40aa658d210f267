import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OUTCOME } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import { MOST_NUMBERS, numberOf } from '../../target/identity.ts';
import type { Scenario, ServerLog, ServerReply, ServerRequest } from '../../target/precise-scenario.ts';
import type { NamedRequestOptions, RunOptions } from '../plan/options.ts';
import { type CorePair, separateCores } from './core-pair.ts';
import { askProcess, endProcess, MEASURING_CLIENT, startPinned } from './measuring-process.ts';
import type { BenchReply, BenchRequest, Recorded, RunResult } from './recorded.ts';

const SERVER = fileURLToPath(new URL('../../target/precise-entry.js', import.meta.url));

/** The tightest bracket of each process's clock is accurate to about 30 µs. */
const CLOCK_ERROR_MS = 0.1;

/** A request as volley recorded it and as the server saw it; times relative to the window. */
export interface Observation extends Recorded {
  readonly sentMs: number;
  readonly endMs: number;
  /** NaN without an answer that carries a number. */
  readonly arrivedMs: number;
  readonly leftMs: number;
}

export interface Observed {
  readonly summary: Summary;
  /** Requests of the window, ordered by intended start; times relative to the window. */
  readonly requests: readonly Observation[];
  /** When requests of the window arrived, in order of arrival. */
  readonly arrivalsMs: readonly number[];
  /** The server's log, including the warm-up. */
  readonly log: ServerLog;
  /** Number of records of warm-up and window together. */
  readonly recorded: number;
  /** Of these, the failed ones. */
  readonly failed: number;
  /** Answered requests whose stamps violate intended ≤ sent ≤ arrived ≤ left ≤ end. */
  readonly disordered: number;
}

export interface Circumstances {
  readonly warmupMs: number;
  /** Number of server addresses, from 127.0.0.1 on, used in turn; several on Linux only. By default 1. */
  readonly addresses?: number;
  /** Called when the server listens; the function it returns is called when the run is over. */
  readonly port?: (port: number) => Promise<() => Promise<void>>;
  /** By default true; if false, there is only the summary and no requests. */
  readonly isRecorded?: boolean;
}

/** A scripted server, and volley in its own process measuring it. */
export class Bench {
  /** The cores that server and client are pinned to; null if they are not. */
  readonly cores: CorePair | null;
  readonly #hasCore: boolean;
  readonly #server: ChildProcess;
  readonly #client: ChildProcess;

  /** @param preload loaded before volley, in its process and its workers */
  constructor(hasCore: boolean, preload?: string, cores: CorePair | null = separateCores()) {
    this.cores = cores;
    this.#hasCore = hasCore;
    this.#server = startPinned(SERVER, cores?.[0]);
    this.#client = startPinned(MEASURING_CLIENT, cores?.[1], preload);
  }

  /** Runs volley against the server in this scenario, and joins both logs. */
  async observe(
    scenario: Scenario,
    options: Omit<RunOptions, 'url'>,
    { warmupMs, addresses = 1, port: onPort, isRecorded = true }: Circumstances,
  ): Promise<Observed> {
    const host = addresses === 1 ? '127.0.0.1' : '0.0.0.0';
    const port = await this.#order({ scenario, warmupMs, host, hasCore: this.#hasCore });
    const finish = await onPort?.(port);
    const { summary, windowAtMs, rows } = await this.#measure({
      options: {
        ...options,
        ...(addresses === 1 ? { url: `http://127.0.0.1:${port}/` } : { mix: mixOf(addresses, port) }),
        warmup: `${warmupMs}ms`,
      },
      isRecorded,
    });
    await finish?.();
    const log = await this.#log();
    if (isRecorded && log.arrivedMs.length > MOST_NUMBERS)
      throw new Error(`more than ${MOST_NUMBERS} requests cannot be told apart`);
    const all = rows.map((row) => join(row, log, windowAtMs)).sort((a, b) => a.intendedMs - b.intendedMs);
    const requests = all.filter(({ intendedMs }) => intendedMs >= 0);
    const warmups = all.length - requests.length;
    return {
      summary,
      requests,
      arrivalsMs: [...log.arrivedMs.slice(warmups)].map((atMs) => atMs - windowAtMs),
      log,
      recorded: all.length,
      failed: all.filter(({ outcome }) => outcome !== OUTCOME.ok).length,
      disordered: all.filter(isDisordered).length,
    };
  }

  /** Ends both processes. */
  async close(): Promise<void> {
    await Promise.all([this.#server, this.#client].map(endProcess));
  }

  async #order(orders: Extract<ServerRequest, { type: 'orders' }>['orders']): Promise<number> {
    const reply = (await askProcess(this.#server, { type: 'orders', orders })) as ServerReply;
    if (reply.type !== 'ready') throw new Error('the precise server did not listen');
    return reply.port;
  }

  async #log(): Promise<ServerLog> {
    const reply = (await askProcess(this.#server, { type: 'log' })) as ServerReply;
    if (reply.type !== 'log') throw new Error('the precise server did not say what it did');
    return reply.log;
  }

  async #measure(request: BenchRequest): Promise<RunResult> {
    const reply = (await askProcess(this.#client, request)) as BenchReply;
    if (reply.type === 'failed') throw new Error(reply.message);
    return reply.result;
  }
}

function mixOf(addresses: number, port: number): NamedRequestOptions[] {
  return Array.from({ length: addresses }, (_, index) => {
    const host = `127.0.0.${index + 1}`;
    return { name: host, url: `http://${host}:${port}/` };
  });
}

function join(row: Recorded, log: ServerLog, windowAtMs: number): Observation {
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

function isDisordered(request: Observation): boolean {
  const { outcome, intendedMs, startLagMs, waitMs, sentMs, arrivedMs, leftMs, endMs } = request;
  if (startLagMs < 0 || waitMs < 0 || intendedMs > sentMs) return true;
  if (outcome !== OUTCOME.ok) return false;
  return !(sentMs <= arrivedMs + CLOCK_ERROR_MS && arrivedMs <= leftMs && leftMs <= endMs + CLOCK_ERROR_MS);
}

/** Percentile by nearest rank; NaN without numbers. */
export function percentileOf(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
