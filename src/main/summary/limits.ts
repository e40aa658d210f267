import { counted, formatCount, formatMs, formatPercent } from '../text/format.ts';
import { type Judgement, VERDICT_LIMITS, type VerdictFacts } from './verdict-facts.ts';

/** Percentiles and means would be those of the start. How long a worker waited for a processor needs time alone. */
export function tooShort(facts: VerdictFacts): Judgement | null {
  const { requests, windowMs } = facts;
  const { fewestRequests, shortestMs } = VERDICT_LIMITS;
  const isLong = windowMs >= shortestMs;
  if (isLong && (requests.sent >= fewestRequests || processor(facts) !== null)) return null;
  const what =
    requests.sent < fewestRequests
      ? `${formatCount(requests.sent)} requests are`
      : `${formatMs(windowMs)} is`;
  return {
    verdict: 'ok',
    reasons: [
      `${what} too short a run to tell what sets the limit: ask for ${fewestRequests} requests and ${shortestMs} ms at least.`,
    ],
  };
}

export function generatorErrors({ errors }: VerdictFacts): Judgement | null {
  const own = errors.filter(({ kind }) => kind === 'generator');
  const count = own.reduce((sum, error) => sum + error.count, 0);
  if (count === 0) return null;
  const codes = own.map(({ code }) => code).join(', ');
  return {
    verdict: 'generator-limited',
    reasons: [
      `${count} requests failed because this machine ran out of something (${codes}).`,
      'Raise its limits (ulimit -n for EMFILE) or use fewer connections.',
    ],
  };
}

export function generatorTime({ load, latencies, loopBusy }: VerdictFacts): Judgement | null {
  if (load.model === 'closed') {
    if (loopBusy <= VERDICT_LIMITS.loopBusy) return null;
    return {
      verdict: 'generator-limited',
      reasons: [
        `An event loop of volley was busy ${formatPercent(loopBusy)} of the time.`,
        'Add workers (-w) where cores are free; else what is measured here is volley.',
      ],
    };
  }
  const lagMs = latencies.startLag.percentiles['99'] ?? 0;
  const responseMs = latencies.response.percentiles['99'] ?? 0;
  if (
    lagMs <= VERDICT_LIMITS.startLagP99Ms[load.pacing] ||
    lagMs <= VERDICT_LIMITS.startLagShare * responseMs
  )
    return null;
  return {
    verdict: 'generator-limited',
    reasons: [
      `Requests started late: start lag p99 ${formatMs(lagMs)} of a response p99 of ${formatMs(responseMs)} (${load.pacing} pacing).`,
      'Give volley cores of its own, or ask for a lower rate.',
    ],
  };
}

export function processor({ processorWait }: VerdictFacts): Judgement | null {
  if (processorWait === null || processorWait <= VERDICT_LIMITS.processorWait) return null;
  return {
    verdict: 'generator-limited',
    reasons: [
      `A worker of volley was ready to run and had no processor for ${formatPercent(processorWait)} of the load: ` +
        'this machine has more to do than it has cores.',
      'End what else runs here, give volley cores of its own, or use fewer workers (-w): the latencies hold that wait too.',
    ],
  };
}

/** Only where connections are what was waited for: each was soon replaced, or all that may be open were. */
export function connections(facts: VerdictFacts): Judgement | null {
  const { latencies } = facts;
  const waitMs = latencies.wait.mean ?? 0;
  const responseMs = latencies.response.mean ?? 0;
  if (waitMs <= VERDICT_LIMITS.waitMs || waitMs <= VERDICT_LIMITS.waitShare * responseMs) return null;
  const step = reopening(facts) ?? allInUse(facts);
  if (step === null) return null;
  return {
    verdict: 'connection-limited',
    reasons: [
      `Requests waited ${formatMs(waitMs)} of a mean response of ${formatMs(responseMs)} for a connection.`,
      ...lateText(facts),
      step,
    ],
  };
}

/** Where requests had no connection in the end because all that may be open were in use: a burst leaves means as they are. */
export function unserved(facts: VerdictFacts): Judgement | null {
  const step = facts.load.model === 'open' ? allInUse(facts) : null;
  const late = lateText(facts);
  return step === null || late.length === 0
    ? null
    : { verdict: 'connection-limited', reasons: [...late, step] };
}

/** How many requests had no connection, or had one too late. */
function lateText({ load, isStopped, requests: { dropped, unfinished } }: VerdictFacts): string[] {
  if (load.model === 'closed' || isStopped || dropped + unfinished === 0) return [];
  const cut = `${counted(unfinished, 'request')} had one too late to be answered`;
  if (dropped === 0) return [`${cut}.`];
  const none = `${counted(dropped, 'request')} had no connection until the waiting ended`;
  return [unfinished === 0 ? `${none}.` : `${none}, and ${cut}.`];
}

/** What to do about connections that did not last; null where they did. */
function reopening(facts: VerdictFacts): string | null {
  const {
    connections: { opened, closedByTarget },
    requests,
    keepsAlive,
    load,
  } = facts;
  const most = VERDICT_LIMITS.reopenedShare * requests.sent;
  if (!keepsAlive)
    return 'Keep connections alive (leave --no-keepalive out), unless that is what you measure: opening them takes longer than being served.';
  if (closedByTarget > most)
    return 'Let the target keep connections alive: opening them takes longer than being served.';
  // In the open model the first ones are opened under way.
  if (load.model === 'open' || opened - facts.concurrency / facts.streams <= most) return null;
  return `${formatCount(opened)} connections were opened for ${formatCount(requests.sent)} requests: that takes longer than being served.`;
}

/** What to do about a number of connections, or of streams, that is too small. */
function allInUse({ load, streams, connections: { opened } }: VerdictFacts): string | null {
  if (load.model === 'open')
    return opened * streams < load.maxInFlight
      ? null
      : `Raise --max-in-flight (${load.maxInFlight}), unless the target takes no more connections.`;
  return streams > 1
    ? `The target takes fewer than ${streams} requests at once on a connection: lower --streams, or raise -c.`
    : null;
}

export function target({ load, outstanding }: VerdictFacts): Judgement | null {
  const [first = 0, ...later] = outstanding;
  const last = later.at(-1) ?? 0;
  const grows = later.every(
    (count, index) => count > (outstanding[index] ?? 0) * VERDICT_LIMITS.growthByQuarter,
  );
  if (load.model === 'closed' || later.length === 0 || !grows || last - first < VERDICT_LIMITS.growth)
    return null;
  return {
    verdict: 'target-limited',
    reasons: [
      `Requests without an answer grew from ${first.toFixed(0)} in the first quarter to ${last.toFixed(0)} in the last.`,
      'The target does not keep up with this rate: ask for less, or give it more.',
    ],
  };
}
