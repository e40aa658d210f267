import type { TokenCounter } from '../../protocol/samples.ts';
import type { StreamTimeKind, TokenCount } from '../../protocol/stream.ts';
import type { TokenMarks } from './answer-sink.ts';

/** Marks of a request answered with a stream, on the shared clock. */
export interface StreamMarks {
  readonly intendedMs: number;
  readonly sentMs: number;
}

/** Number of tokens in an answer; null if unknown. */
export function madeIn(tokens: TokenMarks, count: TokenCount): number | null {
  const { events, usage, isStreamed } = tokens;
  if (counterOf(tokens, count) === 'server') return usage;
  return isStreamed ? events : null;
}

/** Whether an answer's tokens are counted by the server or by events. */
export function counterOf({ usage }: TokenMarks, count: TokenCount): TokenCounter {
  const isServers = count === 'usage' || (count === 'auto' && usage !== null);
  return isServers ? 'server' : 'events';
}

/**
 * The times of an answer in milliseconds, NaN if there is no such time; the gap is the longest one.
 *
 * @param made number of its tokens; null if unknown
 * @param endMs when it was complete; NaN if it was not
 */
export function timesOf(
  { intendedMs, sentMs }: StreamMarks,
  tokens: TokenMarks,
  made: number | null,
  endMs: number,
): Record<StreamTimeKind, number> {
  const { events } = tokens;
  const firstMs = tokens.timeMs(0);
  const lastMs = tokens.timeMs(events - 1);
  return {
    ttft: firstMs - intendedMs,
    ttftService: firstMs - sentMs,
    ttfo: tokens.firstOutputMs - intendedMs,
    ttst: tokens.timeMs(1) - firstMs,
    tpot: made !== null && made > 1 && events > 1 ? (lastMs - firstMs) / (made - 1) : Number.NaN,
    gap: longestGapMs(tokens),
    // Without events, the end of the answer counts.
    e2e: (events > 0 ? lastMs : endMs) - intendedMs,
  };
}

function longestGapMs(tokens: TokenMarks): number {
  let longestMs = Number.NaN;
  for (let event = 1; event < tokens.events; event++) {
    const gapMs = tokens.timeMs(event) - tokens.timeMs(event - 1);
    if (!(gapMs <= longestMs)) longestMs = gapMs;
  }
  return longestMs;
}
