import type { Finding } from '../../protocol/finding.ts';
import type { Silence } from '../collect/last-answer.ts';
import { explained, withLateness } from './explained.ts';
import {
  type Failed,
  failedOf,
  failedOfEach,
  failedOrDropped,
  failingRequest,
  failureFinding,
  lateOf,
  neverOk,
} from './failing.ts';
import { failingIterations, failingSetups, unendedIterations } from './failing-iterations.ts';
import {
  connections,
  generatorErrors,
  generatorTime,
  ownLimit,
  processor,
  scenarioCode,
  target,
  tooShort,
  unprocessed,
  unserved,
  users,
} from './limits.ts';
import { nextStep } from './next-step.ts';
import { unrequestedBytes } from './unrequested-bytes.ts';
import { type Judgement, judged, VERDICT_LIMITS, type VerdictFacts } from './verdict-facts.ts';

/** What spoils the figures or set the limit: failures, volley, the number of connections, the target, or nothing. */
export function judge(facts: VerdictFacts): Judgement {
  const judgement =
    withNeverOk(failing(facts), facts) ??
    doubtful(facts) ??
    failingIterations(facts.iterations) ??
    failingSetups(facts.setups ?? NO_SETUPS) ??
    lostWorker(facts) ??
    withFailures(
      generatorErrors(facts) ??
        (lacksConnections(facts)
          ? null
          : (unanswered(facts) ?? unendedIterations(facts.iterations) ?? tooShort(facts))) ??
        scenarioCode(facts) ??
        explained(facts) ??
        generatorTime(facts) ??
        unprocessed(facts) ??
        withLateness(
          connections(facts) ??
            users(facts) ??
            target(facts) ??
            dropping(facts) ??
            ownLimit(facts) ??
            nothing(facts),
          facts,
        ),
      facts,
    );
  if (!facts.isTargetLocal) return judgement;
  return { ...judgement, caveats: [...judgement.caveats, SHARED_MACHINE] };
}

const FIGURES_MISLEAD: Finding = { code: 'figures-mislead', figures: {} };
const NO_SETUPS = { failures: null, ever: 0 } as const;
const SHARED_MACHINE: Finding = { code: 'shared-machine', figures: {} };

/** What a lost worker did is not known, and volley has lost it; the rows of a batch went to the others. */
function lostWorker({ lost = [], isBatch }: VerdictFacts): Judgement | null {
  const [first] = lost;
  return first === undefined || isBatch ? null : judged('generator-limited', first);
}

/** Too many answers came from connections on which something came unasked: none of these is known to be its request's. */
function doubtful({ connections, requests: { sent }, isBatch }: VerdictFacts): Judgement | null {
  const found = unrequestedBytes(connections, sent, isBatch);
  const { answers = 0, of = 0 } = found?.figures ?? {};
  if (found === null || isBatch || answers <= VERDICT_LIMITS.doubtfulShare * of) return null;
  return judged('failing', found);
}

/**
 * Too many failures of what was sent, or too much of the connections' time, or no answer any more in the end, or too many
 * failures of one request of a mix.
 */
function failing(facts: VerdictFacts): Judgement | null {
  const { failedShare, heldShare, shortestMs, failedShareOfRequest, fewestOfRequest } = VERDICT_LIMITS;
  const all = failedOf(facts);
  // In a window of some milliseconds, one failure and the rest after it are a large share.
  const holdMuch = (facts.heldShare ?? 0) > heldShare && facts.windowMs >= shortestMs;
  if (all.bad > failedShare * all.of || holdMuch) return failingBecause(all, facts);
  const silence = lastSilence(facts);
  if (silence !== null) return silentSince(silence, all, facts);
  const one = failingRequest(failedOfEach(facts), failedShareOfRequest, fewestOfRequest);
  return one === null ? null : failingBecause(one, facts, one.name);
}

/** How long nothing was answered in the end, if that is more than a coincidence: the target is gone. */
function lastSilence({
  silence = null,
  isStopped,
  isBatch,
  latencies,
  concurrency,
}: VerdictFacts): Silence | null {
  const { fewestSilent, silentMs, silentTimesP99, refusedShare, mostRefused } = VERDICT_LIMITS;
  // After a stop volley did not wait, and in a batch the last rows may be those that fail.
  if (silence === null || isStopped || isBatch || silence.requests < fewestSilent) return null;
  const enough = Math.max(fewestSilent, Math.min(mostRefused, refusedShare * concurrency));
  if (silence.refused >= enough) return silence;
  const usualMs = latencies.service.percentiles['99'] ?? 0;
  return silence.forMs >= Math.max(silentMs, silentTimesP99 * usualMs) ? silence : null;
}

/** Few requests failed, but those are the last ones. */
function silentSince({ sinceMs, forMs }: Silence, all: Failed, facts: VerdictFacts): Judgement {
  const judgement = failingBecause(all, facts);
  const { finding } = judgement;
  if (finding.code !== 'requests-failed') return judgement;
  const figures = { ...finding.figures, silentSinceMs: sinceMs, silentForMs: forMs };
  const nextStep = facts.stoodStillMs > 0 ? finding.nextStep : 'look-in-logs';
  return { ...judgement, finding: { ...finding, figures, nextStep } };
}

/** If no mean shows the lack of connections: after a burst at the end, or without another explanation. */
function dropping(facts: VerdictFacts): Judgement | null {
  if (!lacksConnections(facts)) return null;
  return unserved(facts) ?? failingBecause(failedOrDropped(facts), facts);
}

/** Whether more requests than may fail got no connection, or got one too late; reported even for the shortest run. */
function lacksConnections(facts: VerdictFacts): boolean {
  const { bad, of } = failedOrDropped(facts);
  return bad > VERDICT_LIMITS.failedShare * of;
}

/** What failed while volley stood still, or was late for its deadlines, may be volley's own fault. */
function failingBecause(failed: Failed, facts: VerdictFacts, name: string | null = null): Judgement {
  const failure = failureFinding(failed, facts, name);
  const own = starvation(failed, facts);
  if (own !== null) {
    const { nextStep: step, ...finding } = own.finding;
    const starved = { ...failure, figures: { ...failure.figures, isStarved: true } };
    return judged('failing', starved, step, [finding, FIGURES_MISLEAD]);
  }
  const step = facts.stoodStillMs > 0 ? 'measure-again' : nextStep(failed, facts);
  return judged('failing', failure, step, [FIGURES_MISLEAD]);
}

/** What kept volley from its work, if most of what failed had run out of time; null if nothing did. */
function starvation(failed: Failed, facts: VerdictFacts): Judgement | null {
  const late = lateOf(failed, facts);
  if (facts.stoodStillMs > 0 || late * 2 <= failed.bad || tooShort(facts) !== null) return null;
  const own = scenarioCode(facts) ?? generatorTime(facts) ?? processor(facts);
  return own !== null && keptPace(facts) ? null : own;
}

/** A closed load was read late, if at all, by far less than what failed was waited for: half of all came that much sooner. */
function keptPace({ load, latencies: { response } }: VerdictFacts): boolean {
  const usualMs = response.percentiles['50'] ?? Number.POSITIVE_INFINITY;
  return load.model === 'closed' && usualMs <= VERDICT_LIMITS.paceShare * (response.max ?? 0);
}

/** Adds failures that are too few to spoil the figures as a caveat. */
function withFailures(judgement: Judgement, facts: VerdictFacts): Judgement {
  const all = failedOf(facts);
  if (judgement.verdict === 'failing' || all.bad <= 0) return judgement;
  const never = facts.requests.ok > 0 ? neverOk(facts) : [];
  return { ...judgement, caveats: [...judgement.caveats, failureFinding(all, facts), ...never] };
}

/** Adds that another request than the failing one never succeeded: too rare to count among so many, it is lost there. */
function withNeverOk(judgement: Judgement | null, facts: VerdictFacts): Judgement | null {
  if (judgement === null || facts.requests.ok === 0) return judgement;
  const { finding } = judgement;
  const named = finding.code === 'requests-failed' ? finding.figures.request : null;
  const others = { ...facts, mix: facts.mix.filter(({ name }) => name !== named) };
  return { ...judgement, caveats: [...neverOk(others), ...judgement.caveats] };
}

/** Nothing was sent, or a stop came before the first answer: if the loop was busy, it was busy starting. */
function unanswered({ requests }: VerdictFacts): Judgement | null {
  return requests.ok > 0
    ? null
    : judged('ok', { code: 'nothing-answered', figures: { sent: requests.sent } });
}

function nothing({ load, concurrency, latencies, hasUsers }: VerdictFacts): Judgement {
  if (hasUsers) return judged('ok', { code: 'users-set-rate', figures: { users: concurrency } });
  if (load.model === 'open') return judged('ok', { code: 'kept-up', figures: {} });
  const { mean, censored } = latencies.service;
  const figures = { concurrency, serviceMs: mean, isLowerBound: censored > 0 };
  return judged('ok', { code: 'concurrency-sets-rate', figures }, 'raise-concurrency');
}
