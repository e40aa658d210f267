import type { AgainstBaseline } from '../../protocol/baseline.ts';
import type { Comparison } from '../../protocol/comparison.ts';
import type { Summary } from '../../protocol/summary.ts';
import { differingAnswers } from '../compare/differing-answers.ts';
import { compareFailures } from '../compare/failures.ts';
import type { Baseline } from './baseline.ts';
import { type Held, heldOf } from './held.ts';

/** Smaller changes do not call for action, and two runs differ by as much without a cause. */
const MARGIN = 0.05;
/** A result this many times slower is not chance, however short the run. */
const GROSS = 2;
/** Fewer earlier runs do not show how much runs scatter. */
const FEWEST_EARLIER = 3;

/** @param failsIfSlower whether being slower, failing more, or being answered differently, is a failure */
export function againstBaseline(
  result: Summary | Comparison,
  { source, result: earlierResult, otherHost, earlier }: Baseline,
  failsIfSlower = false,
): AgainstBaseline {
  const [now, before] = [heldOf(result), earlierResult];
  const failures = compareFailures(now.rounds, before.rounds);
  const p50s = earlier.flatMap(({ p50Ms }) => p50Ms ?? []);
  const outcome = outcomeOf(now, before, p50s);
  const answersDiffer = differingAnswers(now.rounds, before.rounds);
  const failsMore = failures.decision === 'more';
  return {
    source,
    startedAt: before.startedAt,
    otherMachine: otherHost ?? otherMachineOf(now, before),
    latency: now.latency,
    p50Ms: now.p50Ms,
    baselineP50Ms: before.p50Ms,
    ratio: now.p50Ms === null || !before.p50Ms ? null : now.p50Ms / before.p50Ms,
    scatter:
      p50s.length < FEWEST_EARLIER
        ? null
        : { runs: p50s.length, lowMs: Math.min(...p50s), highMs: Math.max(...p50s) },
    failsMore,
    failedShare: failures.a.share,
    baselineFailedShare: failures.b.share,
    answersDiffer,
    outcome,
    isFailure: failsIfSlower && (outcome === 'slower' || failsMore || answersDiffer !== null),
  };
}

/** The machine that measured the baseline, if it visibly differs from this one; else null. */
function otherMachineOf(now: Held, before: Held): string | null {
  const [here, there] = [now, before].map(({ rounds: [round] }) => {
    if (round === undefined) return null;
    const { platform, cores, cpuModel }: Partial<Summary['tool']> = round.tool;
    // Older results lack these.
    return platform === undefined || cores === undefined ? null : `${platform}, ${cores} cores, ${cpuModel}`;
  });
  return here == null || there == null || here === there ? null : there;
}

function outcomeOf(
  { p50Ms: now, p50Interval: ofNow }: Held,
  { p50Ms: before, p50Interval: ofBefore }: Held,
  earlierP50s: readonly number[],
): AgainstBaseline['outcome'] {
  if (now === null || before === null) return 'unknown';
  if (now <= before * (1 + MARGIN)) return 'not-slower';
  const isBeyondEarlier = earlierP50s.length < FEWEST_EARLIER || now > Math.max(...earlierP50s);
  if (!isBeyondEarlier) return 'within-scatter';
  if (now >= before * GROSS) return 'slower';
  const low = ofNow?.low;
  const high = ofBefore?.high;
  // Without intervals it is unknown how much is chance.
  if (low == null || high == null) return 'unknown';
  return low <= high ? 'within-scatter' : 'slower';
}
