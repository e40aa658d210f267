import { formatMs } from '../text/format.ts';
import { failedOf, failedOrDropped, failingRequest, failureSentence, nextStep } from './failing.ts';
import { connections, generatorErrors, generatorTime, processor, target, tooShort } from './limits.ts';
import { type Judgement, VERDICT_LIMITS, type VerdictFacts } from './verdict-facts.ts';

/** What spoils the figures or set the limit: failures, volley, the number of connections, the target, or nothing. */
export function judge(facts: VerdictFacts): Judgement {
  const judgement =
    failing(facts) ??
    withFailures(
      generatorErrors(facts) ??
        tooShort(facts) ??
        generatorTime(facts) ??
        processor(facts) ??
        connections(facts) ??
        target(facts) ??
        dropping(facts) ??
        nothing(facts),
      facts,
    );
  if (!facts.isTargetLocal) return judgement;
  return {
    ...judgement,
    reasons: [...judgement.reasons, 'Target and generator share this machine and its cores.'],
  };
}

/** Of what was sent; or all along of one request of a mix. */
function failing(facts: VerdictFacts): Judgement | null {
  const { failedShare, failedShareOfRequest, fewestOfRequest } = VERDICT_LIMITS;
  const all = failedOf(facts);
  if (all.bad > failedShare * all.of) return failingBecause(failureSentence(all, facts), facts);
  const one = failingRequest(facts, failedShareOfRequest, fewestOfRequest);
  return one === null ? null : failingBecause(failureSentence(one, facts, one.name), facts);
}

/** Requests that never got a connection, although neither volley nor the number of connections explains it. */
function dropping(facts: VerdictFacts): Judgement | null {
  const all = failedOrDropped(facts);
  if (all.bad <= VERDICT_LIMITS.failedShare * all.of) return null;
  return failingBecause(failureSentence(all, facts), facts);
}

function failingBecause(sentence: string, facts: VerdictFacts): Judgement {
  return {
    verdict: 'failing',
    reasons: [
      sentence,
      facts.stoodStillMs > 0 ? stoodStill(facts) : nextStep(facts),
      "Until that is mended, rates and latencies say little of the target's speed.",
    ],
  };
}

/** What failed meanwhile may be volley's own doing. */
function stoodStill({ stoodStillMs }: VerdictFacts): string {
  return `volley itself stood still for ${formatMs(stoodStillMs)}, which may be why: measure again.`;
}

/** Failures that are too few to spoil the figures are told all the same. */
function withFailures(judgement: Judgement, facts: VerdictFacts): Judgement {
  const all = failedOf(facts);
  if (judgement.verdict === 'failing' || all.bad <= 0) return judgement;
  return { ...judgement, reasons: [...judgement.reasons, failureSentence(all, facts)] };
}

function nothing({ load, concurrency, latencies, requests }: VerdictFacts): Judgement {
  if (requests.ok === 0)
    return { verdict: 'ok', reasons: ['No request was answered: nothing can be said of limits.'] };
  if (load.model === 'open')
    return { verdict: 'ok', reasons: ['Requests started on time, and the target kept up.'] };
  const { mean, censored } = latencies.service;
  return {
    verdict: 'ok',
    reasons: [
      `The concurrency sets the rate: ${concurrency} at a time, each served in ${censored > 0 ? 'at least ' : ''}${formatMs(mean)} on average.`,
      'Raise -c to ask for more.',
    ],
  };
}
