import type { TokenCount } from '../../protocol/stream.ts';
import type { StreamedAnswer } from '../../protocol/test-definition.ts';
import type { Exchange } from './exchange.ts';
import { madeIn, timesOf } from './stream-times.ts';

/**
 * Copies what is known about an answer's tokens, before its exchange is reused; null if it is not read as a stream.
 *
 * @param endMs NaN if it is not complete
 */
export function streamedAnswerOf(
  { sink: { tokens }, sentMs }: Pick<Exchange, 'sink' | 'sentMs'>,
  endMs: number,
  count: TokenCount,
): StreamedAnswer | null {
  if (tokens === null) return null;
  const made = madeIn(tokens, count);
  // Counted from the sending, like the other times of an answer.
  const { ttft, tpot, e2e } = timesOf({ intendedMs: sentMs, sentMs }, tokens, made, endMs);
  const known = (ms: number): number | null => (Number.isNaN(ms) ? null : ms);
  return {
    text: tokens.text,
    tokens: made,
    events: tokens.events,
    timings: { firstToken: known(ttft), perToken: known(tpot), lastToken: known(e2e) },
  };
}
