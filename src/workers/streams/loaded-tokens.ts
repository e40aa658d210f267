import type { StreamPlan } from '../../protocol/stream.ts';
import type { TokenTimes } from './token-times.ts';

/** The reader of streams of tokens, loaded only where answers are streams; null where they are not. */
export async function loadTokens(stream: StreamPlan | null): Promise<typeof TokenTimes | null> {
  return stream === null ? null : (await import('./token-times.ts')).TokenTimes;
}
