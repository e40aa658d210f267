import { type FailedAs, type FailedWhen, FEWEST_ALL_FAILED, type Finding } from '../../protocol/finding.ts';
import type { LoadModel } from '../../protocol/load.ts';
import { awaitedOf } from '../../protocol/report.ts';
import type { IterationErrorSummary, UserFailures } from '../../protocol/scenario.ts';
import type { ErrorSummary, MixRow, RequestCounts } from '../../protocol/summary.ts';

/** A proxy takes all requests and answers in the target's place, or opens tunnels for some of them or for all. */
export type ProxyUse = 'tunnels' | 'takes-requests';

export interface FailureFacts {
  readonly requests: Pick<
    RequestCounts,
    'sent' | 'ok' | 'unfinished' | 'cancelled' | 'interrupted' | 'dropped'
  >;
  readonly errors: readonly ErrorSummary[];
  readonly mix: readonly Pick<MixRow, 'name' | 'sent' | 'ok' | 'unfinished' | 'cancelled' | 'interrupted'>[];
  /** A stop leaves requests without an answer, which is not the target's fault. */
  readonly isStopped: boolean;
  readonly load: Pick<LoadModel, 'model'>;
  /** Users of scenarios send them: without an answer are those of iterations that were cut off. */
  readonly hasUsers?: boolean;
  /** Absent without a proxy. */
  readonly proxy?: ProxyUse | undefined;
  /** When they failed; null if that is unknown. */
  readonly when: FailedWhen | null;
  /** Share of all connections' time that failed requests took, with the rests after them; null in the open model. */
  readonly heldShare: number | null;
  /** The longest time for which a worker could do nothing at all. */
  readonly stoodStillMs: number;
}

/** What became of one scenario's iterations. */
export interface IterationFacts {
  readonly name: string;
  readonly completed: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly errors: readonly IterationErrorSummary[];
}

/** Users that came, and those of them whose setup failed. */
export interface SetupFacts {
  readonly failures: UserFailures | null;
  readonly ever: number;
}

/** What is looked at of a mix, in a run or in a round of several. */
type MixFacts = Pick<FailureFacts, 'mix' | 'isStopped'> & {
  readonly load: Pick<LoadModel, 'model'>;
  readonly requests: Pick<RequestCounts, 'ok'>;
};

/** What failed of one request of a mix. */
export interface FailedRequest extends Failed {
  readonly name: string;
}

/** Requests that went wrong, and of how many; those that this machine's own limits made fail are in neither. */
export interface Failed {
  readonly bad: number;
  readonly of: number;
  /** Those of the bad ones that never got an answer. */
  readonly unanswered: readonly FailedAs[];
  /** Those in neither because volley stopped waiting for them. */
  readonly leftOut: number;
}

/** What was sent without getting a good answer. */
export function failedOf(facts: FailureFacts): Failed {
  const { requests, errors } = facts;
  const own = errors.reduce((sum, { kind, count }) => (kind === 'generator' ? sum + count : sum), 0);
  const isCounted = !areCutOff(facts);
  const leftOut = isCounted ? 0 : requests.unfinished;
  const of = awaitedOf(requests) - own - leftOut;
  const unanswered = isCounted ? [withoutAnswer('unfinished', requests.unfinished)] : [];
  return { bad: of - requests.ok, of, unanswered, leftOut };
}

/** Also includes what was due and got no connection, or got one too late. */
export function failedOrDropped(facts: FailureFacts): Failed {
  const failed = failedOf(facts);
  if (facts.isStopped) return failed;
  const { dropped, unfinished } = facts.requests;
  const late = areCutOff(facts) ? unfinished : 0;
  return {
    bad: failed.bad + dropped + late,
    of: failed.of + dropped + late,
    unanswered: [withoutAnswer('unfinished', unfinished), withoutAnswer('dropped', dropped)],
    leftOut: failed.leftOut - late,
  };
}

/**
 * Whether volley cut off the requests without an answer, rather than the target being too slow for them. In the open
 * model they left the queue when the window was over and had less than their timeout; earlier ones have run into it.
 */
function areCutOff({ isStopped, load, requests }: Omit<MixFacts, 'mix'>): boolean {
  return isStopped || (load.model === 'open' && requests.ok > 0);
}

/**
 * The worst request of a mix, if more than `share` of at least `fewest` failed, or all of at least 3;
 * null if there is none.
 */
export function failingRequest(
  requests: readonly FailedRequest[],
  share: number,
  fewest: number,
): FailedRequest | null {
  const failing = requests.filter(({ bad, of }) => isMostlyFailing(bad, of, share, fewest));
  failing.sort((a, b) => b.bad / b.of - a.bad / a.of || b.bad - a.bad);
  return failing[0] ?? null;
}

/** What failed of each request of the mix. */
export function failedOfEach(facts: MixFacts): FailedRequest[] {
  const isCounted = !areCutOff(facts);
  return facts.mix.map(({ name, ok, unfinished, ...counts }) => {
    const leftOut = isCounted ? 0 : unfinished;
    const of = awaitedOf(counts) - leftOut;
    const unanswered = isCounted ? [withoutAnswer('unfinished', unfinished)] : [];
    return { name, bad: of - ok, of, unanswered, leftOut };
  });
}

/** That a request of the mix was never answered well, though too seldom sent to be called failing; nothing where each was. */
export function neverOk(facts: MixFacts): Finding<'request-never-ok'>[] {
  const never = failedOfEach(facts).filter(({ bad, of }) => of > 0 && bad === of);
  never.sort((a, b) => b.bad - a.bad);
  const [first, ...others] = never;
  if (first === undefined) return [];
  const figures = { request: first.name, failed: first.bad, others: others.length };
  return [{ code: 'request-never-ok', figures }];
}

/** Whether more than `share` of at least `fewest` failed, or all of at least 3. */
export function isMostlyFailing(bad: number, of: number, share: number, fewest: number): boolean {
  return of >= fewest ? bad > share * of : of >= FEWEST_ALL_FAILED && bad === of;
}

/** How many failed, when, and of what. */
export function failureFinding(
  { bad, of, unanswered, leftOut }: Failed,
  { errors, when, stoodStillMs, heldShare }: FailureFacts,
  request: string | null = null,
): Finding<'requests-failed'> {
  const failedAs: FailedAs[] = [
    ...errors.map(({ kind, code, count }) => ({ kind, code, count })),
    ...unanswered,
  ].filter(({ count }) => count > 0);
  failedAs.sort((a, b) => b.count - a.count);
  const held = heldShare === null ? {} : { heldShare };
  return {
    code: 'requests-failed',
    figures: {
      ...{ failed: bad, of, request, when, failedAs, stoodStillMs },
      ...held,
      ...(leftOut > 0 ? { leftOut } : {}),
    },
  };
}

/** How many of them ran out of time: a deadline passed, or the wait ended. */
export function lateOf({ unanswered }: Failed, { errors }: FailureFacts): number {
  const late = errors.filter(({ kind }) => kind === 'timeout' || kind === 'stalled');
  return [...late, ...unanswered].reduce((sum, { count }) => sum + count, 0);
}

function withoutAnswer(kind: 'unfinished' | 'dropped', count: number): FailedAs {
  return { kind, code: null, count };
}
