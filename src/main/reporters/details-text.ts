import { EVENT_TIME_KINDS, EVENT_TIMES } from '../../protocol/event-times.ts';
import type { Summary, WorkerSummary } from '../../protocol/summary.ts';
import { microsToMs } from '../../protocol/units.ts';
import { counted, formatBytes, formatCount, formatMs, formatPercent, shareText } from '../text/format.ts';
import { agentLines } from './agents-text.ts';
import { unknownOfLost, withoutLost } from './counts-text.ts';
import { rows } from './labelled-rows.ts';
import { steadiness } from './steadiness-text.ts';
import type { View } from './view.ts';

const MOST_STATUSES = 10;
const MOST_WORKERS = 8;
const MOST_ADDRESSES = 12;
/** Workers are not listed if their shares of the requests deviate from the mean by at most this. */
const EVEN_SHARE = 0.05;

/** Details that explain the figures above. */
export function detailLines(summary: Summary, view: View): string[] {
  return [
    ...steadiness(summary, view),
    ...statuses(summary, view),
    ...connections(summary, view),
    ...addresses(summary, view),
    ...agentLines(summary, view),
    ...workers(summary, view),
    ...generator(summary, view),
  ];
}

/** How often each status came, and the share of each class if there are several. */
function statuses({ statuses: byStatus }: Summary, { width }: View): string[] {
  const counts = Object.entries(byStatus);
  if (counts.length === 0) return [];
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const classes = new Map<string, number>();
  for (const [status, count] of counts) {
    const name = `${status[0]}xx`;
    classes.set(name, (classes.get(name) ?? 0) + count);
  }
  const shares =
    classes.size < 2 ? [] : [...classes].map(([name, count]) => `${name} ${formatPercent(count / all)}`);
  const shown = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_STATUSES);
  const left = counts.length - shown.length;
  const list = [
    ...shown
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([status, count]) => `${formatCount(count)} × ${status}`),
    ...(left > 0 ? [`and ${formatCount(left)} more`] : []),
  ].join(', ');
  return rows('statuses', shares.length === 0 ? list : `${shares.join(', ')}: ${list}`, width);
}

function connections(summary: Summary, { width }: View): string[] {
  const { opened, closedByTarget } = summary.connections;
  const unknown = unknownOfLost(summary);
  const closed = closedByTarget === 0 ? '' : `, ${formatCount(closedByTarget)} closed by the target`;
  return rows(
    'connected',
    [unknown ?? `${formatCount(opened)} opened${closed}${withoutLost(summary)}`, ...eventTimes(summary)].join(
      '; ',
    ),
    width,
  );
}

/** How long connecting took: median and maximum. */
function eventTimes({ eventTimesMs }: Summary): string[] {
  return EVENT_TIME_KINDS.flatMap((kind) => {
    const { count = 0, max = null, percentiles = {} } = eventTimesMs?.[kind] ?? {};
    if (count === 0) return [];
    const p50 = percentiles['50'] === undefined ? '' : `p50 ${formatMs(percentiles['50'])}, `;
    return `${EVENT_TIMES[kind].label} ${p50}max ${formatMs(max)}`;
  });
}

/** Connections to each address if there are several; older results lack them. */
function addresses({ addresses: list = [] }: Summary, { width }: View): string[] {
  if (list.length < 2) return [];
  const shown = list.slice(0, MOST_ADDRESSES);
  const left = list.length - shown.length;
  const text = [
    ...shown.map(({ address, connections: count }) => `${formatCount(count)} to ${address}`),
    ...(left > 0 ? [`and to ${counted(left, 'more address', 'more addresses')}`] : []),
  ].join(', ');
  return rows('addresses', text, width);
}

/** Workers if there are several, and their shares differ or one is lost. */
function workers({ workers: list, agents }: Summary, { width, isVerbose }: View): string[] {
  const hasAgents = agents !== undefined && agents !== null;
  if (list.length < 2 || (hasAgents && !isVerbose)) return [];
  const sent = list.map((worker) => worker.sent);
  const mean = sent.reduce((sum, count) => sum + count, 0) / sent.length;
  const isEven = sent.every((count) => Math.abs(count - mean) <= EVEN_SHARE * mean);
  if (isEven && !isVerbose && list.every(({ lost }) => !lost)) return [];
  const left = list.length - MOST_WORKERS;
  return [
    ...list
      .slice(0, MOST_WORKERS)
      .flatMap((worker) => rows(`worker ${worker.index}`, workerText(worker), width)),
    ...(left > 0 ? rows('', `and ${counted(left, 'more worker')}`, width) : []),
  ];
}

function workerText({ kind, pid, threadId, ...worker }: WorkerSummary): string {
  const { sent, ok, failed, cpuMs, eventLoopUtilization, lost } = worker;
  const name = kind === 'process' ? `process ${pid}` : `${kind} ${threadId}`;
  const use = lost ? 'LOST' : `CPU ${formatMs(cpuMs)}, loop busy ${formatPercent(eventLoopUtilization)}`;
  return (
    `${name}: ${formatCount(sent)} sent, ${formatCount(ok)} ok, ` +
    `${formatCount(failed)} failed${shareText(failed, sent)}, ${use}`
  );
}

/** What volley itself used. */
function generator({ generator: own, workers: list }: Summary, { width, isVerbose }: View): string[] {
  const busiest = Math.max(0, ...list.map(({ eventLoopUtilization }) => eventLoopUtilization));
  const perRequest =
    own.cpuMicrosPerRequest === null ? [] : [`${formatMs(microsToMs(own.cpuMicrosPerRequest))} CPU/request`];
  return rows(
    'generator',
    [
      ...perRequest,
      `loop ${formatPercent(busiest)} busy`,
      formatBytes(own.peakRssBytes),
      ...(isVerbose
        ? [
            `start-up ${formatMs(own.startupMs)}`,
            `start skew ${formatMs(own.startSkewMs)}`,
            `${formatBytes(own.batchBytes)} of samples moved`,
            `merge ${formatMs(own.mergeMs)}`,
            ...waitedForCores(list),
          ]
        : []),
    ].join(', '),
    width,
  );
}

/** The longest wait of any worker; older results lack it. */
function waitedForCores(list: readonly WorkerSummary[]): string[] {
  const waits = list.flatMap(({ processorWait }) => processorWait ?? []);
  return [
    waits.length === 0
      ? 'how long it waited for a core is not known here'
      : `waited ${formatPercent(Math.max(...waits))} of the time for a core`,
  ];
}
