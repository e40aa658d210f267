import type { STREAM_COLUMNS } from '../../protocol/batch.ts';
import type { TokenCount } from '../../protocol/stream.ts';
import { MICROS_PER_MS } from '../../protocol/units.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { madeIn, timesOf } from '../exchange/stream-times.ts';

type StreamColumn = (typeof STREAM_COLUMNS)[number];

/** A row's values from a streamed answer: JSON text for each column, null if unknown. */
export function streamValuesOf(
  { sink: { tokens }, intendedMs, sentMs }: Pick<Exchange, 'sink' | 'intendedMs' | 'sentMs'>,
  endMs: number,
  count: TokenCount,
): (string | null)[] {
  if (tokens === null) return [];
  const made = madeIn(tokens, count);
  const { ttftService, tpot } = timesOf({ intendedMs, sentMs }, tokens, made, endMs);
  const of: Readonly<Record<StreamColumn, string | null>> = {
    volley_text: JSON.stringify(tokens.text),
    volley_tokens: made === null ? null : String(made),
    volley_ttft_ms: toMicrosecond(ttftService),
    volley_tpot_ms: toMicrosecond(tpot),
  };
  return Object.values(of);
}

function toMicrosecond(valueMs: number): string | null {
  return Number.isNaN(valueMs) ? null : String(Math.round(valueMs * MICROS_PER_MS) / MICROS_PER_MS);
}
