import type { Arm } from '../../protocol/comparison.ts';
import type { ComparisonFinding } from '../../protocol/comparison-finding.ts';
import { type FailedRequest, failedOfEach, failingRequest } from '../summary/failing.ts';
import { VERDICT_LIMITS } from '../summary/verdict-facts.ts';

/**
 * That most of one request of the mix failed over all rounds of an arm, by the limits of a run. What is rare in a mix is
 * sent too seldom in each round to tell. Nothing where a round is failing by itself: that is told of the round.
 */
export function failingTogether({ name, rounds }: Arm): ComparisonFinding<'arm-request-failing'>[] {
  if (rounds.some(({ generator }) => generator.verdict === 'failing')) return [];
  const requests = new Map<string, FailedRequest>();
  for (const { interrupted, stoppedBy = null, plan, mix, requests: counts } of rounds) {
    const isStopped = interrupted || stoppedBy !== null;
    for (const each of failedOfEach({ mix, isStopped, load: plan.load, requests: counts })) {
      const { bad = 0, of = 0 } = requests.get(each.name) ?? {};
      requests.set(each.name, { ...each, bad: bad + each.bad, of: of + each.of });
    }
  }
  const { failedShareOfRequest, fewestOfRequest } = VERDICT_LIMITS;
  const worst = failingRequest([...requests.values()], failedShareOfRequest, fewestOfRequest);
  if (worst === null) return [];
  const figures = { arm: name, request: worst.name, failed: worst.bad, of: worst.of, rounds: rounds.length };
  return [{ code: 'arm-request-failing', figures }];
}
