import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  askProcess,
  endProcess,
  MEASURING_CLIENT,
  startPinned,
} from '../../src/main/doctor/measuring-process.ts';
import type { BenchReply, BenchRequest } from '../../src/main/doctor/recorded.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import type { ModelSettings } from '../../src/target/model/settings.ts';
import { CORES, clientInUse } from './harness.ts';
import { ID_HEADER, type ModelAnswer, type ModelReply, type ModelRequest } from './model-log.ts';

const MODEL = fileURLToPath(new URL('./model-entry.js', import.meta.url));
const PERCENTILES = '50,90,99';
/** Node compiles what is hot while it runs; the bounds of the short form hold before. */
const WARMUP = { long: '1s', short: '400ms' } as const;

/** A run against the mock model, and what that one did. */
export interface ObservedStreams {
  readonly summary: Summary;
  readonly streams: NonNullable<Summary['streams']>;
  /** When the window began, on the clock of both. */
  readonly windowAtMs: number;
  /** Those of the measured window, in the order in which they were due. */
  readonly answers: readonly ModelAnswer[];
}

/** More than any experiment asks for. */
const MOST_ASKED = 20_000;
const BODY = JSON.stringify({
  ...{ model: 'mock', messages: [{ role: 'user', content: 'Hi' }], stream: true },
  stream_options: { include_usage: true },
});

/** Runs volley against the mock model, each in a process of its own. */
export async function observeStreams(
  settings: Partial<ModelSettings>,
  options: Omit<RunOptions, 'url'>,
  isShort = false,
): Promise<ObservedStreams> {
  return useModel(settings, async (url, log) => {
    const client = startPinned(MEASURING_CLIENT, CORES?.[1]);
    const folder = mkdtempSync(join(tmpdir(), 'volley-truth-'));
    try {
      const request: BenchRequest = {
        options: {
          ...{ url, preset: 'openai-chat', client: clientInUse(), percentiles: PERCENTILES },
          ...{ json: BODY, headers: [`${ID_HEADER}: {{id}}`], rows: rowsIn(folder) },
          warmup: isShort ? WARMUP.short : WARMUP.long,
          ...(options.concurrency === undefined ? { pacing: 'precise' } : {}),
          ...options,
        },
        isRecorded: false,
      };
      const reply = (await askProcess(client, request)) as BenchReply;
      if (reply.type === 'failed') throw new Error(reply.message);
      const { summary, windowAtMs } = reply.result;
      if (!summary.streams) throw new Error('no streams');
      // The warm-up takes its rows from the end: a busy machine may bring its last requests after the window has begun.
      const answers = (await log()).filter(({ id }) => id <= MOST_ASKED / 2).sort((a, b) => a.id - b.id);
      return { summary, streams: summary.streams, windowAtMs, answers };
    } finally {
      await endProcess(client);
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Rows with the numbers of requests. */
function rowsIn(folder: string): string {
  const path = join(folder, 'ids.csv');
  writeFileSync(path, `id\n${Array.from({ length: MOST_ASKED }, (_, at) => at + 1).join('\n')}\n`);
  return path;
}

/** The mock model in a process of its own, for as long as it is used. */
export async function useModel<T>(
  settings: Partial<ModelSettings>,
  use: (url: string, log: () => Promise<readonly ModelAnswer[]>) => Promise<T>,
): Promise<T> {
  const server = startPinned(MODEL, CORES?.[0]);
  try {
    const ready = await asked(server, { type: 'settings', settings });
    if (ready.type !== 'ready') throw new Error('the mock model did not listen');
    return await use(`http://127.0.0.1:${ready.port}/`, async () => {
      const reply = await asked(server, { type: 'log' });
      if (reply.type !== 'log') throw new Error('the mock model did not say what it did');
      return reply.answers;
    });
  } finally {
    await endProcess(server);
  }
}

async function asked(server: ChildProcess, request: ModelRequest): Promise<ModelReply> {
  return (await askProcess(server, request)) as ModelReply;
}
