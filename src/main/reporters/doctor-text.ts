import type { ClientFacts, Diagnosis, KnownAnswer, SpreadMs } from '../../protocol/diagnosis.ts';
import { EXIT_CODES } from '../../protocol/exit-codes.ts';
import { NANOS_PER_MS } from '../../protocol/units.ts';
import { isRight } from '../doctor/findings.ts';
import { counted, formatCount, formatDuration, formatMs, formatPercent, formatRate } from '../text/format.ts';
import { shortNumeral } from '../text/numerals.ts';
import { rows } from './labelled-rows.ts';
import { renderPlainTable } from './table.ts';
import type { View } from './view.ts';
import { wrapped } from './wrap.ts';

const ANSWERS: Readonly<Record<KnownAnswer, (scripted: string) => string>> = {
  immediate: () => 'answers at once, service p50',
  delay: (scripted) => `answers after ${scripted}, service p50`,
  stall: (scripted) => `stands still for ${scripted}, response p99`,
};

/** The report of `volley doctor`. It formats, but never judges. */
export function renderDiagnosis(diagnosis: Diagnosis, { width, paint }: View): string {
  const { machine, tool } = diagnosis;
  const head = `volley ${tool.version} doctor  ${tool.platform}, ${counted(machine.cores, 'core')}${machine.cpuModel.trim() === '' ? '' : ` (${machine.cpuModel.trim()})`}, Node ${tool.node}`;
  const [verdict, tone] = verdictOf(diagnosis);
  return `${[
    ...wrapped(paint('strong', head), width),
    '',
    ...wrapped(verdict, width).map((line) => paint(tone, line)),
    '',
    clientsTable(diagnosis.clients),
    '',
    ...answersTable(diagnosis.clients, paint),
    '',
    ...machineRows(diagnosis, width),
    ...adviceRows(diagnosis, width),
  ].join('\n')}\n`;
}

function verdictOf({
  exitCode,
  findings,
  clients,
}: Diagnosis): readonly [string, 'good' | 'warning' | 'bad'] {
  const lowest = Math.min(...clients.map(({ trustedFromMs }) => trustedFromMs.p50));
  if (exitCode === EXIT_CODES.failed)
    return ['WRONG: a known answer did not come out. Do not trust what is measured here now.', 'bad'];
  const figures = `Latencies are right to within a tenth from ${formatMs(lowest)} on, as p50.`;
  if (findings.some(({ level }) => level === 'disturbed'))
    return [`DISTURBED: every known answer came out, but the machine is not quiet. ${figures}`, 'warning'];
  return [`READY: every known answer came out. ${figures}`, 'good'];
}

function clientsTable(clients: readonly ClientFacts[]): string {
  const line = (label: string, cell: (facts: ClientFacts) => string): string[] => [
    label,
    ...clients.map(cell),
  ];
  const spread = (label: string, of: (facts: ClientFacts) => SpreadMs): string[][] =>
    (['p50', 'p99', 'max'] as const).map((figure, index) =>
      line(`${index === 0 ? label : ' '.repeat(label.length)}  ${figure}`, (facts) =>
        formatMs(of(facts)[figure]),
      ),
    );
  return renderPlainTable({
    heading: ['', ...clients.map(({ client }) => client)],
    rows: [
      line('smallest latency to trust, p50', ({ trustedFromMs }) => formatMs(trustedFromMs.p50)),
      line('                           p99', ({ trustedFromMs }) => formatMs(trustedFromMs.p99)),
      ...spread('added to each latency    ', ({ addedMs }) => addedMs),
      ...spread('starts late by           ', ({ lateMs }) => lateMs),
      line('highest rate of one worker', ({ highest }) => highestText(highest)),
    ],
  });
}

/** If the server was the limit, volley can do more than was measured. */
function highestText({ perSecond, isOwnLimit }: ClientFacts['highest']): string {
  return `${isOwnLimit ? '' : '≥ '}${formatRate(perSecond)}`;
}

function answersTable(clients: readonly ClientFacts[], paint: View['paint']): string[] {
  const kinds = clients[0]?.answers ?? [];
  const table = renderPlainTable({
    heading: ['known answers', ...clients.map(({ client }) => client), 'the server says'],
    rows: kinds.map(({ answer: kind, scriptedMs }) => {
      const of = clients.flatMap(({ answers }) => answers.filter(({ answer }) => answer === kind));
      const known = of.map(({ knownMs }) => formatMs(knownMs));
      return [
        `${of.every(isRight) ? '✓' : '✗'} ${ANSWERS[kind](formatDuration(scriptedMs))}`,
        ...of.map(({ measuredMs }) => formatMs(measuredMs)),
        [...new Set(known)].join(', '),
      ];
    }),
  });
  return table.split('\n').map((line) => {
    if (line.startsWith('✓')) return paint('good', '✓') + line.slice(1);
    return line.startsWith('✗') ? paint('bad', '✗') + line.slice(1) : line;
  });
}

function machineRows(diagnosis: Diagnosis, width: number): string[] {
  const { machine, clock, timers } = diagnosis;
  const { openFiles, connections, ports, portsClosing, backlog } = machine;
  const files =
    openFiles === null
      ? 'this system states no limit'
      : `${formatCount(openFiles)}, ${formatCount(connections ?? 0)} of them for connections`;
  const said = [
    ports === null
      ? ''
      : `${formatCount(ports.last - ports.first + 1)} to each address (${ports.first} to ${ports.last})`,
    portsClosing === null || portsClosing === 0 ? '' : `${formatCount(portsClosing)} closed and not free yet`,
    backlog === null ? '' : `a server here lets ${formatCount(backlog)} wait`,
  ].filter(Boolean);
  const source = clock.source === null ? '' : `${clock.source}, `;
  const away =
    clock.longestAwayMs === 0
      ? 'a busy thread keeps its core'
      : `a busy thread stood still for ${formatPercent(clock.takenAwayShare)}, ${formatMs(clock.longestAwayMs)} at the longest`;
  return [
    ...rows('cores', coresText(diagnosis), width),
    ...rows(
      'clock',
      `${source}steps of ${nanos(clock.stepNanos)}, a read takes ${nanos(clock.readNanos)}; ${away}`,
      width,
    ),
    ...rows(
      'timers',
      `of 1 ms come late by ${formatMs(timers.p50)} (p50), ${formatMs(timers.p99)} (p99), ${formatMs(timers.max)} (max)`,
      width,
    ),
    ...rows('open files', files, width),
    ...rows('ports', said.length === 0 ? 'this system does not say' : said.join('; '), width),
  ];
}

function coresText({ machine, activity, pinnedTo }: Diagnosis): string {
  const { othersCores, stolenShare, load, pressureShare, throttledShare } = activity;
  return [
    `${formatCount(machine.cores)}${machine.quotaCores === null ? '' : `, of which a quota allows ${shortNumeral(machine.quotaCores, 3)}`}`,
    othersCores === null ? '' : `others use ${shortNumeral(othersCores, 2)}`,
    stolenShare === null ? '' : `stolen ${formatPercent(stolenShare)}`,
    throttledShare === null ? '' : `quota used up in ${formatPercent(throttledShare)} of the periods`,
    load === null ? '' : `load ${shortNumeral(load, 3)}`,
    pressureShare === null ? '' : `pressure ${formatPercent(pressureShare)}`,
    pinnedTo === null
      ? 'server and volley not kept apart'
      : `server on ${pinnedTo[0]}, volley on ${pinnedTo[1]}`,
  ]
    .filter(Boolean)
    .join('; ');
}

function adviceRows({ findings }: Diagnosis, width: number): string[] {
  if (findings.length === 0) return ['', 'There is nothing to change.'];
  return ['', 'what to change', ...findings.flatMap(({ message }) => labelledItem(message, width))];
}

function labelledItem(message: string, width: number): string[] {
  return wrapped(message, width - 2).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`);
}

function nanos(value: number): string {
  return value < 1_000 ? `${shortNumeral(value, 3)} ns` : formatMs(value / NANOS_PER_MS);
}
