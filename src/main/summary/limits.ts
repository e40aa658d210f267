import type { ConnectionFigures, NextStep } from '../../protocol/finding.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import type { Growth } from '../collect/backlog.ts';
import { type Judgement, judged, VERDICT_LIMITS, type VerdictFacts } from './verdict-facts.ts';

/** Percentiles and means would be those of the start. That a worker had no processor needs only a long window to be told. */
export function tooShort(facts: VerdictFacts): Judgement | null {
  const { requests, windowMs } = facts;
  const { fewestRequests, shortestMs } = VERDICT_LIMITS;
  const isLong = windowMs >= shortestMs;
  if (isLong && (requests.sent >= fewestRequests || unprocessed(facts) !== null)) return null;
  const figures = { sent: requests.sent, windowMs, fewestRequests, shortestMs };
  return judged('ok', { code: 'run-too-short', figures });
}

export function generatorErrors({ errors }: VerdictFacts): Judgement | null {
  const own = errors.filter(({ kind }) => kind === 'generator');
  const failed = own.reduce((sum, { count }) => sum + count, 0);
  if (failed === 0) return null;
  const figures = { failed, codes: own.map(({ code }) => code) };
  return judged('generator-limited', { code: 'machine-ran-out', figures }, 'raise-machine-limits');
}

/**
 * If the machine had no processor for volley, what seems to be time in the scenarios' code may have been waiting. That is
 * so with all else that the loop did, too: a busy loop's share of such code remains.
 */
export function scenarioCode({ code, loopBusy, latencies, processorWait }: VerdictFacts): Judgement | null {
  if (code === null) return null;
  const limits = VERDICT_LIMITS;
  const { ms, scenarios = [], share, blockedShare, longestMs, longestOf } = code;
  const isMostOfBusy = loopBusy > limits.loopBusy && share >= limits.codeOfBusy * loopBusy;
  const holdsUp =
    (processorWait ?? 0) <= limits.processorWait &&
    blockedShare > limits.codeBlocked &&
    longestMs > limits.codeBlockShare * (latencies.service.percentiles['99'] ?? 0);
  if (!isMostOfBusy && !holdsUp) return null;
  const { scenario = null, after = null } = longestOf ?? {};
  const [most] = scenarios;
  // Of a single scenario it says nothing.
  const mostOf =
    most === undefined || scenarios.length < 2 ? {} : { mostOf: most.name, mostShare: most.ms / ms };
  const figures = { codeShare: share, blockedShare, longestMs, scenario, after, ...mostOf };
  return judged('generator-limited', { code: 'scenario-code', figures }, 'lighten-scenario-code');
}

export function generatorTime({ load, latencies, loopBusy }: VerdictFacts): Judgement | null {
  if (load.model === 'closed') {
    if (loopBusy <= VERDICT_LIMITS.loopBusy) return null;
    const figures = { busyShare: loopBusy };
    return judged('generator-limited', { code: 'loop-busy', figures }, 'add-workers');
  }
  const lagMs = latencies.startLag.percentiles['99'] ?? 0;
  const responseMs = latencies.response.percentiles['99'] ?? 0;
  if (
    lagMs <= VERDICT_LIMITS.startLagP99Ms[load.pacing] ||
    lagMs <= VERDICT_LIMITS.startLagShare * responseMs
  )
    return null;
  const figures = { startLagP99Ms: lagMs, responseP99Ms: responseMs, pacing: load.pacing };
  return judged('generator-limited', { code: 'late-starts', figures }, 'give-cores-or-lower-rate');
}

export function processor({ processorWait, workers }: VerdictFacts): Judgement | null {
  if (processorWait === null || processorWait <= VERDICT_LIMITS.processorWait) return null;
  const figures = { waitShare: processorWait };
  return judged(
    'generator-limited',
    { code: 'no-processor', figures },
    workers === 1 ? 'give-cores' : 'free-cores',
  );
}

/** A worker had no processor, unless start lag shows that an open load was hardly late for it. */
export function unprocessed(facts: VerdictFacts): Judgement | null {
  const { startLag, response } = facts.latencies;
  // Of few requests the latest start is as good a bound.
  const [lagMs, usualMs] = [startLag.percentiles['99'] ?? startLag.max, response.percentiles['50']];
  const isKnown = typeof lagMs === 'number' && typeof usualMs === 'number';
  if (facts.load.model === 'open' && isKnown && lagMs <= VERDICT_LIMITS.startLagShare * usualMs) return null;
  return processor(facts);
}

/** Only if connections were what requests waited for: they were soon replaced, or all that may be open were in use. */
export function connections(facts: VerdictFacts): Judgement | null {
  const { latencies } = facts;
  const waitMs = latencies.wait.mean ?? 0;
  const responseMs = latencies.response.mean ?? 0;
  if (waitMs <= VERDICT_LIMITS.waitMs || waitMs <= VERDICT_LIMITS.waitShare * responseMs) return null;
  const step = reopening(facts) ?? allInUse(facts);
  if (step === null) return null;
  const figures = { waitMs, responseMs, ...connectionFigures(facts) };
  return judged('connection-limited', { code: 'waited-for-connection', figures }, step);
}

/** The iterations of scenarios were due faster than their users became free. */
export function users({ waited = null }: VerdictFacts): Judgement | null {
  return waited === null ? null : judged('vu-limited', waited, 'raise-max-vus');
}

/** If requests got no connection because all that may be open were in use: after a burst, means do not show it. */
export function unserved(facts: VerdictFacts): Judgement | null {
  const step = facts.load.model === 'open' ? allInUse(facts) : null;
  const figures = connectionFigures(facts);
  return step === null || figures.dropped + figures.unfinished === 0
    ? null
    : judged('connection-limited', { code: 'no-connection-left', figures }, step);
}

/** In the closed model, and in a stopped run, requests without an answer do not describe connections. */
function connectionFigures({
  load,
  isStopped,
  streams,
  connections,
  requests,
}: VerdictFacts): ConnectionFigures {
  const isCounted = load.model === 'open' && !isStopped;
  return {
    sent: requests.sent,
    opened: connections.opened,
    streams,
    maxInFlight: load.model === 'open' ? load.maxInFlight : null,
    dropped: isCounted ? requests.dropped : 0,
    unfinished: isCounted ? requests.unfinished : 0,
  };
}

/** What to do about connections that did not last; null if they did. */
function reopening(facts: VerdictFacts): NextStep | null {
  const {
    connections: { opened, closedByTarget },
    requests,
    keepsAlive,
    load,
  } = facts;
  const most = VERDICT_LIMITS.reopenedShare * requests.sent + (requests.cancelled ?? 0);
  if (!keepsAlive) return 'keep-alive';
  if (closedByTarget > most) return 'let-target-keep-alive';
  // In the open model the first connections are opened during the run.
  if (load.model === 'open' || opened - facts.concurrency / facts.streams <= most) return null;
  return 'keep-connections';
}

/** What to do if there are too few connections or streams. */
function allInUse({ load, streams, connections: { opened } }: VerdictFacts): NextStep | null {
  if (load.model === 'open') return opened * streams < load.maxInFlight ? null : 'raise-max-in-flight';
  return streams > 1 ? 'lower-streams' : null;
}

/** A batch that sent about as fast as it may shows the limit that the user set, not what the target can take. */
export function ownLimit({ limitPerSecond, requests, windowMs }: VerdictFacts): Judgement | null {
  if (limitPerSecond === null || windowMs <= 0) return null;
  const sentPerSecond = (requests.sent * MS_PER_SECOND) / windowMs;
  if (sentPerSecond < VERDICT_LIMITS.limitShare * limitPerSecond) return null;
  return judged('ok', { code: 'limit-sets-rate', figures: { sentPerSecond, limitPerSecond } });
}

/** A window has to be so many times as long as an answer takes, for the number of those under way to settle. */
const LIFETIMES = 3;

export function target(facts: VerdictFacts): Judgement | null {
  const { load, growth, lateGrowth = [], requests, windowMs } = facts;
  if (load.model === 'closed') return null;
  if (growth === null || !grows(growth)) return fellBehind(lateGrowth);
  // Answers that take as long as the window, from first to last, make the same growth: no more wait than before.
  const lately = growth.tookMs.at(-1) ?? Number.NaN;
  if (lately <= (growth.tookMs[0] ?? Number.NaN) * VERDICT_LIMITS.growthByQuarter) {
    const { fewestRequests } = VERDICT_LIMITS;
    const figures = { sent: requests.sent, windowMs, fewestRequests, shortestMs: LIFETIMES * lately };
    return judged('ok', { code: 'run-too-short', figures });
  }
  return judged('target-limited', { code: 'backlog-grew', figures: endsOf(growth) }, 'lower-rate');
}

/**
 * The target kept up until some time in mid-run. Answers have to take longer and longer: if it stood still in the end, or
 * each answer now takes so long without a queue, those due later took no longer.
 */
function fellBehind(lateGrowth: readonly Growth[]): Judgement | null {
  const { growthByQuarter, lateGrowthShare } = VERDICT_LIMITS;
  const found = lateGrowth.find((growth) => {
    const [early = Number.NaN, lately = Number.NaN] = [growth.tookMs[0], growth.tookMs.at(-1)];
    const { first, last } = endsOf(growth);
    const isMuch = last - first >= lateGrowthShare * growth.due;
    return grows(growth) && isMuch && lately > early * growthByQuarter;
  });
  if (found === undefined) return null;
  const figures = { ...endsOf(found), lastMs: found.forMs };
  return judged('target-limited', { code: 'backlog-grew', figures }, 'lower-rate');
}

function grows(growth: Growth): boolean {
  const { first, last } = endsOf(growth);
  const isSteady = growth.outstanding.every(
    (count, at, all) => at === 0 || count > (all[at - 1] ?? 0) * VERDICT_LIMITS.growthByQuarter,
  );
  return isSteady && last - first >= VERDICT_LIMITS.growth;
}

function endsOf({ outstanding }: Growth): { first: number; last: number } {
  return { first: outstanding[0] ?? 0, last: outstanding.at(-1) ?? 0 };
}
