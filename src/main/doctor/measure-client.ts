import type { AnswerFacts, ClientFacts, KnownAnswer } from '../../protocol/diagnosis.ts';
import type { ClientName } from '../../protocol/plan.ts';
import { type Bench, type Observation, type Observed, percentileOf } from './bench.ts';
import { spreadOf } from './clock-facts.ts';
import {
  atServerMs,
  immediateAnswers,
  type KnownLoad,
  loggedResponseMs,
  stalls,
  steadyRate,
} from './known-answers.ts';

const WARMUP_MS = 300;
const RATE = 1_000;
const IMMEDIATE_MS = 600;
const DELAY_MS = 10;
const DELAY_RATE = 200;
const DELAYS_FOR_MS = 500;
const STALLS_FOR_MS = 1_000;
const HIGHEST_FOR_MS = 700;
const CONNECTIONS = 20;
/** A latency this many times the added time is accurate to a tenth. */
const TIMES_THE_ADDED = 10;
const DELAY_TOLERANCE_MS = 0.5;
const STALL_TOLERANCE_MS = 3;
const STALL_TOLERANCE_SHARE = 0.01;
/** From this utilization on, the event loop is saturated. */
const OWN_LIMIT_BUSY = 0.9;

/** Measures known answers with this client. */
export async function measureClient(bench: Bench, client: ClientName): Promise<ClientFacts> {
  const immediate = immediateAnswers(RATE, IMMEDIATE_MS);
  const atOnce = await observe(bench, client, immediate);
  const delay = {
    ...steadyRate(DELAY_RATE, DELAYS_FOR_MS),
    scenario: { kind: 'delay', delayMs: DELAY_MS },
  } as const;
  const delayed = await observe(bench, client, delay);
  const stall = stalls(RATE, STALLS_FOR_MS, STALLS_FOR_MS);
  const stalled = await observe(bench, client, stall);
  const [immediates, delays] = [since(immediate.fromMs, atOnce), since(delay.fromMs, delayed)];
  const answeredAtOnce = immediates.filter(isAnswered);
  const answeredLater = delays.filter(isAnswered);
  const added = spreadOf(answeredAtOnce.map((request) => request.serviceMs - atServerMs(request)));
  const stallMs = percentileOf(stalled.requests.filter(isAnswered).map(loggedResponseMs), 99);
  return {
    client,
    addedMs: added,
    lateMs: spreadOf(immediates.map(({ startLagMs }) => startLagMs)),
    trustedFromMs: { p50: added.p50 * TIMES_THE_ADDED, p99: added.p99 * TIMES_THE_ADDED },
    answers: [
      factsOf('immediate', immediate, atOnce, {
        scriptedMs: 0,
        measuredMs: percentileOf(
          answeredAtOnce.map(({ serviceMs }) => serviceMs),
          50,
        ),
        knownMs: percentileOf(answeredAtOnce.map(atServerMs), 50),
        toleranceMs: DELAY_TOLERANCE_MS,
      }),
      factsOf('delay', delay, delayed, {
        scriptedMs: DELAY_MS,
        measuredMs: percentileOf(
          answeredLater.map(({ serviceMs }) => serviceMs),
          50,
        ),
        knownMs: percentileOf(answeredLater.map(atServerMs), 50),
        toleranceMs: DELAY_TOLERANCE_MS,
      }),
      factsOf('stall', stall, stalled, {
        scriptedMs: stall.stallMs,
        measuredMs: stalled.summary.latencyMs.response.percentiles['99'] ?? Number.NaN,
        knownMs: stallMs,
        toleranceMs: Math.max(STALL_TOLERANCE_MS, stallMs * STALL_TOLERANCE_SHARE),
      }),
    ],
    highest: await highestRate(bench, client),
  };
}

/** The highest rate of one worker against a server that answers at once. */
async function highestRate(bench: Bench, client: ClientName): Promise<ClientFacts['highest']> {
  const { summary } = await bench.observe(
    { kind: 'delay', delayMs: 0 },
    { client, workers: 1, concurrency: CONNECTIONS, duration: `${HIGHEST_FOR_MS}ms` },
    { warmupMs: WARMUP_MS, isRecorded: false },
  );
  const loopBusyShare = summary.workers[0]?.eventLoopUtilization ?? 0;
  return {
    perSecond: summary.rate.throughputPerSecond,
    loopBusyShare,
    isOwnLimit: loopBusyShare >= OWN_LIMIT_BUSY,
  };
}

function observe(bench: Bench, client: ClientName, { scenario, options }: KnownLoad): Promise<Observed> {
  return bench.observe(scenario, { ...options, client }, { warmupMs: WARMUP_MS });
}

function isAnswered({ leftMs }: Observation): boolean {
  return !Number.isNaN(leftMs);
}

/** The requests after a quicker stage. */
function since(fromMs: number, { requests }: Observed): readonly Observation[] {
  return requests.filter(({ intendedMs }) => intendedMs >= fromMs);
}

function factsOf(
  answer: KnownAnswer,
  { count }: KnownLoad,
  { summary, recorded, log, disordered }: Observed,
  times: Pick<AnswerFacts, 'scriptedMs' | 'measuredMs' | 'knownMs' | 'toleranceMs'>,
): AnswerFacts {
  return {
    answer,
    expected: count,
    ok: summary.requests.ok,
    recorded,
    arrived: log.arrivedMs.length,
    disordered,
    ...times,
  };
}
