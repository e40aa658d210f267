import type { Finding } from '../../protocol/finding.ts';
import type { ConnectionsSummary } from '../../protocol/summary.ts';

/** What came unasked, and how many answers it throws doubt on; null if nothing did. */
export function unrequestedBytes(
  { unrequested = 0, doubtfulAnswers = 0 }: ConnectionsSummary,
  sent: number,
  isBatch: boolean,
): Finding<'unrequested-bytes'> | null {
  if (unrequested === 0) return null;
  // Answers of the warm-up are counted too, and these requests were not.
  const answers = Math.min(doubtfulAnswers, sent);
  return { code: 'unrequested-bytes', figures: { connections: unrequested, isBatch, answers, of: sent } };
}
