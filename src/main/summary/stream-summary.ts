import type { Finding } from '../../protocol/finding.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { forEachStreamTime } from '../../protocol/stream.ts';
import type { StreamSummary } from '../../protocol/summary.ts';
import { ruleNameOf } from '../../protocol/times.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { MergedStreams } from '../collect/stream-tally.ts';
import { summarizeLatency } from './latency-summary.ts';

/**
 * Times, tokens and goodput of streamed answers; null if answers are read as a whole.
 *
 * @param sent requests of the window: a failed one counts against goodput
 */
export function summarizeStreams(
  {
    stream,
    objectives = [],
    percentiles,
    scenarios,
  }: Pick<RunPlan, 'stream' | 'objectives' | 'percentiles' | 'scenarios'>,
  { counts, firstAtMs, lastAtMs, times }: MergedStreams,
  sent: number,
  windowMs: number,
): StreamSummary | null {
  if (stream === null || stream === undefined) return null;
  const timesMs = forEachStreamTime((kind) => summarizeLatency(times[kind], percentiles));
  const { answers, counted, countedByServer, tokens, tokenEvents, gaps, coalesced } = counts;
  const tpotMs = timesMs.tpot.mean;
  return {
    timesMs,
    answers,
    notStreamed: counts.notStreamed,
    tokens: {
      total: tokens,
      events: tokenEvents,
      perEvent: ratio(tokens, tokenEvents),
      countedAnswers: counted,
      // With counting by events, the server's own count is not used.
      countedByServer: stream.count === 'events' ? 0 : countedByServer,
      perSecond: lastAtMs > firstAtMs ? (tokens * MS_PER_SECOND) / (lastAtMs - firstAtMs) : null,
      perUserPerSecond: tpotMs === null || tpotMs === 0 ? null : MS_PER_SECOND / tpotMs,
    },
    gaps: { count: gaps, coalescedShare: ratio(coalesced, gaps) },
    goodput:
      objectives.length === 0
        ? null
        : {
            objectives: objectives.map(({ kind, limitMs }) => ({
              latency: kind,
              name: ruleNameOf(kind),
              limitMs,
            })),
            good: counts.good,
            // In scenarios only some of the requests are streams.
            share: ratio(counts.good, scenarios === undefined ? sent : counts.asked),
            perSecond: windowMs === 0 ? 0 : (counts.good * MS_PER_SECOND) / windowMs,
          },
  };
}

/** Null if the whole is zero. */
function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Reports a server's count of tokens that exceeds the bytes received: so many tokens did not arrive. */
export function countNotes(streams: StreamSummary | null, bytes: number): Finding[] {
  const { total = 0, countedByServer = 0 } = streams?.tokens ?? {};
  if (countedByServer === 0 || total <= bytes) return [];
  return [{ code: 'tokens-beyond-bytes', figures: { tokens: total, bytes } }];
}
