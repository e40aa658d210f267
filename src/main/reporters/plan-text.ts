import type { Pacing } from '../../protocol/load.ts';
import type { LoadSummary } from '../../protocol/plan-summary.ts';
import type { Summary } from '../../protocol/summary.ts';
import { counted, formatAskedRate, formatCount, formatDuration, formatRate } from '../text/format.ts';

/** In a list of results the seed is left out, since each result has its own. */
type DescribedPlan = Omit<
  Summary['plan'],
  'target' | 'client' | 'timeoutMs' | 'cpuWork' | 'seed' | 'requestsDigest'
> & {
  readonly seed: number | null;
  /** Machines that send the load; they have their own workers. */
  readonly agents?: number | undefined;
  /** Whether how many workers they have is known. */
  readonly areWorkersKnown?: boolean;
};

/** A run's plan in one sentence. */
export function planText(plan: DescribedPlan, pacing: Pacing | null): string {
  const { mode, workers, concurrency, load, stop, warmupMs, seed, rows, agents, areWorkersKnown } = plan;
  const limits = [
    stop.requests === null ? [] : [counted(stop.requests, 'request')],
    stop.durationMs === null ? [] : [formatDuration(stop.durationMs)],
  ].flat();
  const parts = [
    agents !== undefined
      ? agents === 0
        ? 'no agent began'
        : `${counted(agents, 'agent')}${areWorkersKnown === true ? ` with ${counted(workers, 'worker')}` : ''}`
      : mode === 'inline'
        ? 'inline: one event loop'
        : `${mode}: ${counted(workers, 'worker')}`,
    ...(load.model === 'closed' && plan.scenarios === undefined ? [counted(concurrency, 'connection')] : []),
    ...protocolParts(plan),
    ...(plan.scenarios === undefined ? loadParts(load) : userParts(plan.scenarios)),
    ...(pacing === null ? [] : [`${pacing} pacing`]),
    limits.join(' or '),
    ...(warmupMs > 0 ? [`${formatDuration(warmupMs)} warm-up`] : []),
    ...(rows === null ? [] : [`${counted(rows.count, 'row')}, ${rows.mode}`]),
    ...routeParts(plan),
    ...(seed === null ? [] : [`seed ${seed}`]),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** Empty for HTTP/1.1, the default. */
function protocolParts({ protocol, streams }: DescribedPlan): string[] {
  if (protocol !== 'h2' && protocol !== 'h2c') return [];
  const name = protocol === 'h2' ? 'HTTP/2' : 'HTTP/2 without TLS';
  return [`${name} with ${counted(streams, 'stream')} on each`];
}

function loadParts(load: LoadSummary): string[] {
  if (load.model === 'closed') return ['closed model'];
  const rates = load.stages.map(({ durationMs, fromPerSecond, toPerSecond }) => {
    const rate =
      fromPerSecond === toPerSecond
        ? formatAskedRate(fromPerSecond)
        : `${formatAskedRate(fromPerSecond)} to ${formatAskedRate(toPerSecond)}`;
    return durationMs === null ? rate : `${formatDuration(durationMs)} at ${rate}`;
  });
  return [
    `open model: ${rates.join(', ')}`,
    `${load.arrivals} arrivals`,
    `at most ${formatCount(load.maxInFlight)} in flight`,
  ];
}

/** The executors that start iterations; a single scenario is not named. */
export function userParts({ loads }: NonNullable<DescribedPlan['scenarios']>): string[] {
  const isOne = loads.length === 1 && loads[0]?.scenarios.length === 1;
  return loads.map(({ executor, users, scenarios }) => {
    const whose = isOne ? '' : ` (${scenarios.join(', ')})`;
    return `${executor}: at most ${counted(users, 'user')}${whose}`;
  });
}

function routeParts({ routes }: DescribedPlan): string[] {
  if (!routes) return [];
  const { unixSocket, proxy, connectTo, resolve } = routes;
  return [
    ...(unixSocket === null ? [] : [`through the socket ${unixSocket}`]),
    ...(proxy === null ? [] : [`through the proxy ${proxy}`]),
    ...connectTo.map((rule) => `connect-to ${rule}`),
    ...resolve.map((rule) => `resolve ${rule}`),
  ];
}

/**
 * The rate that was asked for, as it was given if that is in the unit of measured ones beside it; the mean of stages as
 * one that was measured. Null in the closed model.
 */
export function askedText({
  plan: { load },
  rate: { targetPerSecond },
}: Pick<Summary, 'plan' | 'rate'>): string | null {
  if (targetPerSecond === null) return null;
  const isMean = load.model === 'open' && load.ratePerSecond === null;
  const [given, measured] = [formatAskedRate(targetPerSecond), formatRate(targetPerSecond)];
  return `${isMean || unitOf(given) !== unitOf(measured) ? measured : given} asked`;
}

function unitOf(rate: string): string {
  return rate.slice(rate.indexOf('/'));
}
