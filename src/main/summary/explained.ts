import { connections, generatorTime, processor, target } from './limits.ts';
import { type Judgement, VERDICT_LIMITS, type VerdictFacts } from './verdict-facts.ts';

/**
 * What would have made an open load as slow although volley had been on time: the limit on connections, or the
 * target. How late volley was is told beside it.
 */
export function explained(facts: VerdictFacts): Judgement | null {
  if (facts.load.model !== 'open') return null;
  const waiting = connections(facts);
  if (waiting !== null) return needsMore(facts) ? withLateness(waiting, facts) : null;
  const growing = isHardlyLate(facts) ? target(facts) : null;
  return growing?.verdict === 'target-limited' ? withLateness(growing, facts) : null;
}

/** Adds how late volley was, or without a processor, where that does not decide. */
export function withLateness(judgement: Judgement, facts: VerdictFacts): Judgement {
  const own = generatorTime(facts) ?? processor(facts);
  if (own === null || judgement.verdict === 'failing') return judgement;
  const { nextStep: _, ...finding } = own.finding;
  return { ...judgement, caveats: [...judgement.caveats, finding] };
}

/**
 * Whether so many requests a second need more connections than they may have, however soon answers are read. A late
 * worker reads them late by up to a turn of its loop, which is about twice the lag of what is due in it; the shortest
 * time is that of an answer which was read at once.
 */
function needsMore({ load, requests, windowMs, latencies: { service, startLag } }: VerdictFacts): boolean {
  if (load.model !== 'open') return false;
  const [serviceMs, lagMs] = [service.percentiles['50'] ?? 0, startLag.percentiles['50'] ?? 0];
  const heldMs = Math.max(service.min ?? 0, serviceMs - 2 * lagMs);
  return ((requests.sent + requests.dropped) * heldMs) / windowMs > load.maxInFlight;
}

function isHardlyLate({ latencies: { startLag, response } }: VerdictFacts): boolean {
  return (startLag.mean ?? 0) <= VERDICT_LIMITS.startLagShare * (response.mean ?? 0);
}
