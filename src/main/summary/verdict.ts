import { formatMs } from '../text/format.ts';
import {
  type Failed,
  failedOf,
  failedOrDropped,
  failingRequest,
  failureSentence,
  nextStep,
} from './failing.ts';
import {
  connections,
  generatorErrors,
  generatorTime,
  processor,
  target,
  tooShort,
  unserved,
} from './limits.ts';
import { type Judgement, VERDICT_LIMITS, type VerdictFacts } from './verdict-facts.ts';

/** What spoils the figures or set the limit: failures, volley, the number of connections, the target, or nothing. */
export function judge(facts: VerdictFacts): Judgement {
  const judgement =
    failing(facts) ??
    withFailures(
      generatorErrors(facts) ??
        (lacksConnections(facts) ? null : (unanswered(facts) ?? tooShort(facts))) ??
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
  if (all.bad > failedShare * all.of) return failingBecause(all, facts);
  const one = failingRequest(facts, failedShareOfRequest, fewestOfRequest);
  return one === null ? null : failingBecause(one, facts, one.name);
}

/** Where no mean shows what they lacked: after a burst at the end, or where nothing explains it. */
function dropping(facts: VerdictFacts): Judgement | null {
  if (!lacksConnections(facts)) return null;
  return unserved(facts) ?? failingBecause(failedOrDropped(facts), facts);
}

/** More requests than may fail had no connection, or had one too late; that is told of the shortest run. */
function lacksConnections(facts: VerdictFacts): boolean {
  const { bad, of } = failedOrDropped(facts);
  return bad > VERDICT_LIMITS.failedShare * of;
}

function failingBecause(failed: Failed, facts: VerdictFacts, name: string | null = null): Judgement {
  return {
    verdict: 'failing',
    reasons: [
      failureSentence(failed, facts, name),
      facts.stoodStillMs > 0 ? stoodStill(facts) : nextStep(failed, facts),
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

/** Nothing was sent, or a stop came before the first answer: a loop that was busy then was busy starting. */
function unanswered({ requests }: VerdictFacts): Judgement | null {
  return requests.ok > 0
    ? null
    : { verdict: 'ok', reasons: ['No request was answered: nothing can be said of limits.'] };
}

function nothing({ load, concurrency, latencies }: VerdictFacts): Judgement {
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
