import type { Summary } from '../../../../protocol/summary.ts';
import { microsToMs } from '../../../../protocol/units.ts';
import { formatBytes, NOTHING } from '../../../text/format.ts';
import { unknownOfLost, withoutLost } from '../../counts-text.ts';
import { facts } from '../facts.ts';
import { html, type Markup } from '../markup.ts';
import { count, ms, percent, unbroken } from '../numbers.ts';
import type { RunView } from './run-view.ts';

const MOST_ADDRESSES = 20;

/** What volley itself did and used. */
export function workersPanel({ summary }: RunView): Markup | null {
  const { workers } = summary;
  if (workers.length === 0) return null;
  // Scenarios share connections out to users, not to workers.
  const hasConnections = workers.some(({ connections }) => connections > 0);
  const hasWait = workers.some(({ processorWait }) => (processorWait ?? null) !== null);
  return html`<table class="wide cards many"><caption>What each worker did, and what it took</caption><thead><tr><th scope="col">Worker</th>${hasConnections ? html`<th scope="col" class="n">Connections</th>` : null}<th scope="col" class="n">Sent</th><th scope="col" class="n">Ok</th><th scope="col" class="n">Failed</th><th scope="col" class="n">CPU</th><th scope="col" class="n">Loop busy</th>${hasWait ? html`<th scope="col" class="n">No processor</th>` : null}<th scope="col" class="n">Loop delay p99</th><th scope="col" class="n">GC</th></tr></thead><tbody>${workers.map(
    (worker) =>
      html`<tr><th scope="row">${worker.kind} ${worker.index}${worker.lost ? html` <b class="bad">lost</b>` : null}</th>${hasConnections ? html`<td class="n" data-l="Connections">${count(worker.connections)}</td>` : null}<td class="n" data-l="Sent">${count(worker.sent)}</td><td class="n" data-l="Ok">${count(worker.ok)}</td><td class="n" data-l="Failed">${count(worker.failed)}</td><td class="n" data-l="CPU">${known(worker, ms(worker.cpuMs))}</td><td class="n" data-l="Loop busy">${known(worker, percent(worker.eventLoopUtilization))}</td>${
        hasWait
          ? html`<td class="n" data-l="No processor">${(worker.processorWait ?? null) === null ? NOTHING : percent(worker.processorWait ?? 0)}</td>`
          : null
      }<td class="n" data-l="Loop delay p99">${known(worker, ms(worker.loopDelayP99Ms))}</td><td class="n" data-l="GC">${known(worker, ms(worker.gcMs))}</td></tr>
`,
  )}</tbody></table>
${facts(costsOf(summary))}`;
}

/** Workers report on themselves at their end, which a lost one did not come to. */
function known({ lost }: Summary['workers'][number], text: string): string {
  return lost ? NOTHING : text;
}

function costsOf({
  generator,
  connections,
  bytes,
  requests,
  workers,
  addresses = [],
}: Summary): [string, string][] {
  const { cpuMicrosPerRequest, workersCpuMs, coordinatorCpuMs, runtimeCpuMs } = generator;
  const parts = [
    ['workers', workersCpuMs],
    ['coordinator', coordinatorCpuMs],
    ['Node', runtimeCpuMs],
  ] as const;
  const known = parts
    .filter(([, valueMs]) => valueMs !== undefined)
    .map(([name, valueMs]) => `${name} ${ms(valueMs)}`);
  return [
    ['CPU for each request', cpuMicrosPerRequest === null ? NOTHING : ms(microsToMs(cpuMicrosPerRequest))],
    ['CPU', `${ms(generator.cpuMs)}${known.length === 0 ? '' : `: ${known.join(', ')}`}`],
    ['Peak memory', unbroken(formatBytes(generator.peakRssBytes))],
    ['Start skew', ms(generator.startSkewMs)],
    ...(generator.pacing ? [['Pacing', generator.pacing] as [string, string]] : []),
    [
      'Connections',
      unknownOfLost({ workers }) ??
        `${count(connections.opened)} opened, ${count(connections.closedByTarget)} closed by the target${withoutLost({ workers })}`,
    ],
    ...(addresses.length > 1 ? [['Addresses', addressesText(addresses)] as [string, string]] : []),
    [
      'Bytes',
      unknownOfLost({ workers }) ??
        `${unbroken(`${formatBytes(bytes.sent)} sent, ${formatBytes(bytes.received)} received`)}${withoutLost({ workers })}`,
    ],
    [
      'Without an answer',
      `${count(requests.unfinished)} unfinished, ${requests.cancelled === undefined ? '' : `${count(requests.cancelled)} cancelled on purpose, `}${requests.interrupted === undefined ? '' : `${count(requests.interrupted)} interrupted with their iterations, `}${count(requests.dropped)} dropped, ${count(requests.notStarted)} not started`,
    ],
    ...(requests.retried > 0
      ? [['Retried', `${count(requests.retried)} by the client`] as [string, string]]
      : []),
  ];
}

function addressesText(addresses: Summary['addresses']): string {
  const shown = addresses
    .slice(0, MOST_ADDRESSES)
    .map(({ address, connections }) => `${count(connections)} to ${address}`);
  const left = addresses.length - shown.length;
  return `${shown.join(', ')}${left > 0 ? `, and ${count(left)} more` : ''}`;
}
