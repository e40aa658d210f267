import type { Summary } from '../../src/api/index.ts';
import { capacityOf, kneeOf, levelOf } from '../../src/main/sweep/levels.ts';
import { sweepSentences } from '../../src/main/text/sweep-sentences.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import { longRun } from './pages.ts';
import { streamed } from './parts.ts';

const BENDS_AT = 8;
const LEVELS = [1, 2, 4, 8, 9, 10, 12, 16];

/** A target that gives 100/s for each connection, up to 8 of them, and keeps its rule as long. */
function at(level: number, isOfTokens: boolean): Summary {
  const summary = longRun(10, 100);
  const perSecond = 100 * Math.min(BENDS_AT, level);
  const longer = Math.max(1, level / BENDS_AT);
  const response = {
    ...summary.latencyMs.response,
    mean: 12 * longer,
    percentiles: { '50': 10 * longer, '99': 90 * longer * longer },
  };
  const rule = { expression: 'p99<100ms', measured: 90 * longer, isLowerBound: false, ok: level <= BENDS_AT };
  const streams = streamed(response);
  return {
    ...summary,
    rate: { ...summary.rate, throughputPerSecond: perSecond },
    latencyMs: { ...summary.latencyMs, response },
    thresholds: [rule],
    ...(isOfTokens
      ? { streams: { ...streams, tokens: { ...streams.tokens, perSecond: 10 * perSecond } } }
      : {}),
  };
}

/** The result of a sweep over a target that bends at 8. */
export function sweepWith({
  over = 'concurrency',
  counts = 'answers',
  endedBy = 'found',
  levels: shown = LEVELS.length,
  times = 1,
}: Partial<Pick<Sweep, 'over' | 'counts' | 'endedBy'>> & {
  readonly levels?: number;
  /** How many times larger all levels are. */
  readonly times?: number;
}): Sweep {
  const levels = LEVELS.slice(0, shown).map((level) =>
    levelOf(level * times, at(level, counts === 'tokens'), over),
  );
  const rules = ['p99<100ms'];
  const found = { levels, over, counts, rules, endedBy, generatorLimit: null };
  const judged = { ...found, knee: kneeOf(levels), capacity: capacityOf(levels) };
  const { tool, plan, startedAt } = longRun(10, 100);
  return {
    ...{ schemaVersion: 1, kind: 'sweep', tool, startedAt, target: plan.target, from: times, to: 64 * times },
    ...judged,
    conclusions: sweepSentences(judged),
    interrupted: endedBy === 'unfinished',
  };
}
