import type { ChildProcess } from 'node:child_process';
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
import type { ModelAnswer, ModelReply, ModelRequest } from './model-log.ts';

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
  /** Those of the measured window, in order of arrival. */
  readonly answers: readonly ModelAnswer[];
}

/** Runs volley against the mock model, each in a process of its own. */
export async function observeStreams(
  settings: Partial<ModelSettings>,
  options: Omit<RunOptions, 'url'>,
  isShort = false,
): Promise<ObservedStreams> {
  return useModel(settings, async (url, log) => {
    const client = startPinned(MEASURING_CLIENT, CORES?.[1]);
    try {
      const request: BenchRequest = {
        options: {
          ...{ url, preset: 'openai-chat', model: 'mock', client: clientInUse(), percentiles: PERCENTILES },
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
      const answers = (await log()).filter(({ arrivedMs }) => arrivedMs >= windowAtMs);
      return { summary, streams: summary.streams, windowAtMs, answers };
    } finally {
      await endProcess(client);
    }
  });
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
