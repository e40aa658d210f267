import { PRESETS } from '../../src/main/plan/models/presets.ts';
import type { StreamPlan } from '../../src/protocol/stream.ts';
import { TokenTimes } from '../../src/workers/streams/token-times.ts';

/** How the answers of a preset are read. */
export function planOf(name: keyof typeof PRESETS, more: Partial<StreamPlan> = {}): StreamPlan {
  return { ...PRESETS[name].stream, count: 'auto', stallMs: null, ...more };
}

/** An answer whose reads come at known times. */
export function answered(
  plan: StreamPlan,
  reads: readonly (readonly [atMs: number, text: string])[],
  contentType = 'text/event-stream',
): TokenTimes {
  const tokens = new TokenTimes(plan);
  tokens.clear();
  tokens.begin(200, { contentType, contentEncoding: null });
  for (const [atMs, text] of reads) {
    const bytes = new TextEncoder().encode(text);
    tokens.add(bytes, 0, bytes.length, atMs);
  }
  return tokens;
}

/** One event of a chat. */
export const chat = (delta: string, finish = 'null'): string =>
  `data: {"choices":[{"delta":${delta},"finish_reason":${finish}}]}\n\n`;
export const word = chat('{"content":"w"}');
export const usage = (tokens: number): string =>
  `data: {"choices":[],"usage":{"completion_tokens":${tokens}}}\n\n`;
