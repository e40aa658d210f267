import type { Summary } from '../../../../protocol/summary.ts';
import { counted, formatAskedRate, formatDuration } from '../../../text/format.ts';
import { targetText } from '../../../text/target-text.ts';
import { userParts } from '../../plan-text.ts';
import { dayText, facts } from '../facts.ts';
import { html, type Markup } from '../markup.ts';
import { count, ms, unbroken } from '../numbers.ts';
import type { RunView } from './run-view.ts';

const WORKER_NAMES: Readonly<Record<string, string>> = { threads: 'thread', processes: 'process' };
const PROTOCOLS: Readonly<Record<string, string>> = {
  'http/1.1': 'HTTP/1.1',
  h2: 'HTTP/2',
  h2c: 'HTTP/2 without TLS',
};
const ENOUGH_STAGES = 2;

/** @param senders who sends the load, in a few words */
export function planPanel({ summary, rows: batch }: RunView, senders = workersText(summary.plan)): Markup {
  const { plan, tool, windowMs, startedAt, mix = [] } = summary;
  const { load, stop, rows, routes } = plan;
  const limits = [
    // Of a batch, the number of requests follows from retries.
    ...(batch === null && stop.requests !== null ? [counted(stop.requests, 'request')] : []),
    ...(batch !== null && batch.total !== null ? [counted(batch.total, 'row')] : []),
    ...(stop.durationMs === null ? [] : [formatDuration(stop.durationMs)]),
  ];
  const ways = routes
    ? [
        ...(routes.unixSocket === null ? [] : [`the socket ${routes.unixSocket}`]),
        ...(routes.proxy === null ? [] : [`the proxy ${routes.proxy}`]),
        ...routes.connectTo.map((rule) => `connect-to ${rule}`),
        ...routes.resolve.map((rule) => `resolve ${rule}`),
      ]
    : [];
  return facts([
    ['Target', whatIsAsked(plan, mix.length)],
    ...(ways.length > 0 ? [['By way of', ways.join(', ')] as const] : []),
    [
      'Load',
      `${loadText(plan)}${load.model === 'open' ? `, ${load.arrivals} arrivals, at most ${count(load.maxInFlight)} in flight` : ''}`,
    ],
    ...(load.model === 'open' && load.stages.length >= ENOUGH_STAGES
      ? [
          [
            'Stages',
            html`${load.stages.map((stage, index) => `${index > 0 ? '; ' : ''}${stageText(stage)}`)}`,
          ] as const,
        ]
      : []),
    ...(limits.length > 0 ? [['Asked for', unbroken(limits.join(' or '))] as const] : []),
    [
      'Measured',
      unbroken(
        `${ms(windowMs)}${plan.warmupMs > 0 ? ` after ${formatDuration(plan.warmupMs)} of warm-up` : ''}`,
      ),
    ],
    ['Timeout', unbroken(formatDuration(plan.timeoutMs))],
    ['Workers', `${senders}, client ${plan.client}`],
    [
      'Protocol',
      `${PROTOCOLS[plan.protocol ?? 'http/1.1'] ?? plan.protocol}${(plan.streams ?? 1) > 1 ? `, ${plan.streams} streams on each connection` : ''}`,
    ],
    ...(rows ? [['Rows', `${count(rows.count)}, ${rows.mode}`] as const] : []),
    ...((plan.cpuWork ?? 0) > 0 ? [['CPU work', `${count(plan.cpuWork)} hashes of each body`] as const] : []),
    ['Seed', String(plan.seed)],
    ['Started', dayText(startedAt, 19)],
    ...machineFacts(tool),
  ]);
}

/** The version of volley, and the machine. */
export function machineFacts({
  version,
  node,
  undici,
  platform,
  cores,
  cpuModel,
}: Summary['tool']): (readonly [string, string])[] {
  return [
    [
      'volley',
      `${version}${node === undefined ? '' : `, Node ${node}`}${undici === undefined ? '' : `, undici ${undici}`}`,
    ],
    ...(platform === undefined
      ? []
      : [
          [
            'Machine',
            [platform, ...(cores === undefined ? [] : [`${cores} cores`]), cpuModel].join(', '),
          ] as const,
        ]),
  ];
}

/** Of scenarios the base of their URLs: what they ask for stands with the requests. */
function whatIsAsked(plan: Summary['plan'], requests: number): string {
  if (plan.scenarios !== undefined) return plan.target.url || 'whole URLs, without a base';
  return `${targetText(plan)}${requests > 1 ? ` and ${count(requests - 1)} more` : ''}`;
}

/** The load in a few words. */
export function loadText({ load, concurrency, scenarios }: Summary['plan']): string {
  if (scenarios !== undefined) return userParts(scenarios).join(', ');
  if (load.model === 'closed')
    return `closed model, ${count(concurrency)} connection${concurrency === 1 ? '' : 's'}`;
  return load.ratePerSecond === null
    ? 'open model in stages'
    : `open model, ${formatAskedRate(load.ratePerSecond)}`;
}

export function workersText({ mode, workers }: Pick<Summary['plan'], 'mode' | 'workers'>): string {
  if (mode === 'inline') return 'one event loop';
  return workers === 1 ? `1 ${WORKER_NAMES[mode] ?? mode}` : `${count(workers)} ${mode}`;
}

function stageText({
  durationMs,
  fromPerSecond,
  toPerSecond,
}: {
  readonly durationMs: number | null;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}): string {
  const length = durationMs === null ? 'to the end' : formatDuration(durationMs);
  return unbroken(
    fromPerSecond === toPerSecond
      ? `${length} at ${formatAskedRate(toPerSecond)}`
      : `${length} from ${formatAskedRate(fromPerSecond)} to ${formatAskedRate(toPerSecond)}`,
  );
}
