import { endHeldProcess } from '../../machine/endless-code.ts';
import { EXIT_CODES } from '../../protocol/exit-codes.ts';
import type { OnceOutcome, OncePart, OnceStep } from '../../protocol/once.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { ScenarioPlan, ScenariosPlan, UserLoad } from '../../protocol/scenario.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { Supplies } from '../../protocol/supplies.ts';
import { split } from '../plan/split.ts';
import { hearUncaught, isOwnProcess } from '../pool/own-process.ts';
import { heldSentence } from '../text/held-loop.ts';
import { quoted } from '../text/quoted.ts';

/** Preparing data may take its time; a signal is not heard meanwhile. */
const LONGEST_HOLD_MS = 15_000;

/** The part to run once, and how to follow and end it. */
interface Asked {
  readonly part: OncePart;
  /** The part is interrupted if it takes longer. */
  readonly longestMs: number;
  readonly tell: ((step: OnceStep) => void) | null;
  readonly signal: AbortSignal;
}

type Act = (
  shard: Shard,
  supplies: Supplies,
  part: OncePart,
  tell: Asked['tell'],
  signal: AbortSignal,
  hear: typeof hearUncaught,
) => Promise<OnceOutcome>;

/** Runs a part of a plan's scenarios once, in this process. */
export async function doOnce(
  plan: RunPlan,
  scenarios: ScenariosPlan,
  { part, longestMs, tell, signal }: Asked,
): Promise<OnceOutcome> {
  const index = scenarios.scenarios.findIndex(
    ({ name }) => typeof part !== 'string' && name === part.scenario,
  );
  const own = scenarios.scenarios[index] ?? withoutRows(String(part));
  const rows = plan.supplies.scenarioRows?.[index] ?? null;
  const pool = { load: oneIteration(longestMs), firstId: 1, parts: [{ scenario: 0, weight: 1 }] };
  const [shard] = split({
    ...plan,
    workers: 1,
    concurrency: 1,
    warmupMs: 0,
    stop: { requests: null, durationMs: null },
    scenarios: { ...scenarios, scenarios: [own], pools: [pool] },
  });
  if (shard === undefined) throw new Error('a plan has at least one worker');
  // Worker code, which the coordinator imports only by its URL.
  const { actOnce } = (await import(new URL('../../workers/act-once.js', import.meta.url).href)) as {
    actOnce: Act;
  };
  const what = typeof part === 'string' ? part : `scenario ${quoted(part.scenario)}`;
  const watch = isOwnProcess()
    ? endHeldProcess(LONGEST_HOLD_MS, heldSentence(what, LONGEST_HOLD_MS), EXIT_CODES.failed)
    : null;
  try {
    const supplies = { ...plan.supplies, scenarioRows: [rows] };
    return await actOnce(shard, supplies, part, tell, signal, hearUncaught);
  } finally {
    await watch?.stop();
  }
}

function withoutRows(name: string): ScenarioPlan {
  return { name, deal: null, rowCount: 0, newConnection: false, hasCookies: true, keepsCookies: true };
}

function oneIteration(maxDurationMs: number): UserLoad {
  const executor = 'per-vu-iterations';
  return {
    type: 'iterations',
    executor,
    users: 1,
    iterations: 1,
    startMs: 0,
    maxDurationMs,
    gracefulStopMs: 0,
  };
}
