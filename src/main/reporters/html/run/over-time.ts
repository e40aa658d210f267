import { MS_PER_SECOND } from '../../../../protocol/units.ts';
import { formatDuration } from '../../../text/format.ts';
import { bars, line, lineOverArea, overTime, pathOf, type Row } from '../charts/path.ts';
import { type LineName, plot } from '../charts/plot.ts';
import { linear, linearTicks, STEP } from '../charts/scale.ts';
import { stageRow, timeAxis } from '../charts/time-axis.ts';
import { html, type Markup, NOTHING_SHOWN } from '../markup.ts';
import { count, plainRate, unbroken } from '../numbers.ts';
import { fanTrack, heatTrack } from './fan-track.ts';
import { COLOURS, MEANINGS, titleOf } from './latencies.ts';
import { latencyRange } from './latency-range.ts';
import { askedAt, type Column, type RunView } from './run-view.ts';
import { streamTracks } from './stream-tracks.ts';
import { thinPlot, track } from './track.ts';
import { usersTrack } from './users-track.ts';
import { limitOf } from './verdict.ts';

const RATE_HEIGHT = 104;
const EVIDENCE_HEIGHT = 32;
const FAILURE_HEIGHT = 28;
/** Shading of more than this share of a run would not set anything apart. */
const NEARLY_ALL = 0.95;
const SERVED_NO_WORSE = new Set(['unfinished', 'dropped', 'cancelled']);

/** The run as tracks with one time axis. */
export function overTimePanel(view: RunView): Markup | null {
  const { columns, intervalMs, inOne, summary, leading, stages } = view;
  if (columns.length === 0) return null;
  // A single point says nothing that the figures do not.
  if (columns.length === 1)
    return html`<p>The run is too short to show its course: all of it is one interval of ${unbroken(formatDuration(intervalMs))}.</p>`;
  const episode = episodeArea(view);
  const stageLines = html`${episode}${line('stage', stagePath(view))}`;
  const range = latencyRange(view);
  const lengthMs = columns.length * intervalMs;
  const evidence = evidenceTracks(view, stageLines);
  const failed = failureTracks(view, stageLines);
  const step = unbroken(formatDuration(intervalMs));
  const worst =
    inOne === 1
      ? ''
      : ` Each point is ${step}: counts are sums, latencies those of its worst ${unbroken(formatDuration(summary.series.intervalMs))}.`;
  return html`<p class="soft hint">Every track has the same time axis, all latencies the same logarithmic one.${worst}${episode !== NOTHING_SHOWN ? ' Shaded is when requests failed.' : ''} <span class="js-only">Point at a track, or go to it with Tab and step with ←\u00a0→. Drag to zoom, Esc to zoom out.</span></p>
<div class="stack" id="stack" role="group" aria-label="The run over time" data-columns="${columns.length}" data-ms="${intervalMs}" data-in-one="${inOne}">
${stageRow(stages, lengthMs)}
${timeAxis(lengthMs)}
${rateTrack(view, stageLines)}
${usersTrack(view, stageLines)}
${streamTracks(view, range, stageLines)}
${leading.map((kind) =>
  fanTrack(
    {
      id: kind,
      name: `${titleOf(kind)} time`,
      what: MEANINGS[kind],
      colour: COLOURS[kind],
      values: columns.map((column) => column[kind]),
      isBound: (index) => (columns[index]?.censored ?? 0) > 0,
    },
    range,
    stageLines,
  ),
)}
${heatTrack(
  {
    id: 'heat',
    name: 'Every request',
    what: `${summary.latencyMs.headline} time: stronger where more fell`,
    unit: 'request',
    cells: columns.map(({ cells }) => cells),
    cellsPerOctave: summary.series.cellsPerOctave,
  },
  range,
  stageLines,
)}
${evidence.length === 0 ? null : html`<h3 class="sub">Who was the limit, interval by interval</h3>${evidence}`}
${failed.length === 0 ? null : html`<h3 class="sub">Failures by kind, in each ${step}</h3>${failed}`}
${timeAxis(lengthMs)}
<div class="cursor" aria-hidden="true"></div><div class="brush" aria-hidden="true"></div>
<div class="slider js-only" id="slider" role="slider" tabindex="0" aria-label="Moment of the run" aria-valuemin="0" aria-valuemax="${columns.length - 1}" aria-valuenow="0"></div>
</div>`;
}

/** A line where each stage but the first begins. */
function stagePath({ stages, intervalMs }: RunView): string {
  return stages
    .slice(1)
    .map(({ fromMs }) => `M${Math.round((fromMs / intervalMs) * STEP)} 0V999`)
    .join('');
}

/** Shades the time of the failures in the verdict over every track; empty if that is nearly the whole run. */
function episodeArea({ summary: { generator }, columns, intervalMs }: RunView): Markup {
  const found = [generator.finding, ...(generator.caveats ?? [])].find(
    (one) => one?.code === 'requests-failed',
  );
  const when = found?.code === 'requests-failed' ? found.figures.when : null;
  if (!when || (when.fromMs === null && when.toMs === null)) return NOTHING_SHOWN;
  const end = columns.length * STEP;
  const x = (atMs: number): number => Math.min(end, Math.max(0, Math.round((atMs / intervalMs) * STEP)));
  const [from, to] = [x(when.fromMs ?? 0), when.toMs === null ? end : x(when.toMs)];
  if (to - from > NEARLY_ALL * end) return NOTHING_SHOWN;
  return line('episode', `M${from} 0H${to}V999H${from}z`);
}

function rateTrack(view: RunView, stageLines: Markup): Markup {
  const { columns } = view;
  const asked = columns.map((column) => askedAt(view, column.atMs + (column.seconds * MS_PER_SECOND) / 2));
  const sent = columns.map(({ sent: n, seconds }) => n / seconds);
  const answered = columns.map(({ answered: n, seconds }) => (n === null ? null : n / seconds));
  const hasAnswered = answered.some((value) => value !== null);
  const isAsked = asked.some((value) => value !== null);
  const top = Math.max(...sent, ...asked.map((value) => value ?? 0), ...answered.map((value) => value ?? 0));
  const scale = linear(top * 1.04, RATE_HEIGHT);
  const ends: LineName[] = [
    ...(hasAnswered ? [{ text: 'ok', className: 'c-ok', at: scale.share(lately(answered)) }] : []),
    { text: 'sent', className: 'c-sent', at: scale.share(lately(sent)) },
    ...(isAsked ? [{ text: 'asked', className: 'c-ink', at: scale.share(asked.at(-1) ?? 0) - 0.001 }] : []),
  ];
  return track({
    id: 'rate',
    name: 'Rate',
    what: `requests a second: ${isAsked ? 'asked for, ' : ''}sent${hasAnswered ? ', and answered well' : ''}`,
    body: plot({
      width: columns.length * STEP,
      scale,
      ticks: linearTicks(top, 3),
      tickText: (value) => plainRate(value).replace('/s', ''),
      names: ends,
      marks: [
        hasAnswered ? lineOverArea('ok', answered, scale) : NOTHING_SHOWN,
        line('ln sent', pathOf(overTime(sent, scale))),
        line('ln asked', pathOf(overTime(asked, scale))),
        stageLines,
      ],
    }),
  });
}

/** The mean of a line's last values, so that a final jump does not move its name. */
function lately(values: Row): number {
  const last = values.slice(-Math.max(3, Math.round(values.length / 40))).map((value) => value ?? 0);
  return last.reduce((sum, value) => sum + value, 0) / last.length;
}

/** How much volley, connections and target each contributed to a slow response. */
function evidenceTracks({ columns, summary }: RunView, stageLines: Markup): Markup[] {
  const limit = limitOf(summary);
  const shareOf = (of: (column: Column) => number | null): Row =>
    columns.map((column) => {
      const [value, whole] = [of(column), column.response.p99];
      return value === null || whole === null || whole <= 0 ? null : Math.min(1, value / whole);
    });
  const outstanding = columns.map((column) => column.outstanding);
  const most = Math.max(1, ...outstanding.map((value) => value ?? 0));
  const tracks = [
    {
      id: 'volley',
      name: 'volley',
      what: 'how late it started requests: p99, as a share of response p99',
      values: shareOf((column) => column.startLagP99),
      scale: linear(1, EVIDENCE_HEIGHT),
      tickText: () => '100\u00a0%',
    },
    {
      id: 'connections',
      name: 'Connections',
      what: 'how long requests waited for one: p99, as a share of response p99',
      values: shareOf((column) => column.waitP99),
      scale: linear(1, EVIDENCE_HEIGHT),
      tickText: () => '100\u00a0%',
    },
    {
      id: 'target',
      name: 'Target',
      what: 'how many requests had no answer yet',
      values: outstanding,
      scale: linear(most, EVIDENCE_HEIGHT),
      tickText: count,
    },
  ];
  return tracks
    .filter(({ values }) => values.some((value) => value !== null))
    .map(({ id, name, what, values, scale, tickText }) => {
      const isLimit = id === limit && summary.generator.verdict !== 'failing';
      const colour = isLimit ? 'lim' : 'ev';
      return track({
        id,
        name,
        what,
        key: isLimit ? html`<b class="islimit">the limit</b>` : null,
        body: thinPlot(columns.length, scale, tickText, [lineOverArea(colour, values, scale), stageLines]),
      });
    });
}

/** A strip per kind of failure, most frequent first. */
function failureTracks({ columns }: RunView, stageLines: Markup): Markup[] {
  const kinds = [...new Set(columns.flatMap(({ failures }) => Object.keys(failures)))];
  return kinds
    .map((kind) => {
      const values = columns.map(({ failures }) => failures[kind] ?? 0);
      return { kind, values, total: values.reduce((sum, value) => sum + value, 0) };
    })
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.total - a.total)
    .map(({ kind, values, total }) => {
      const scale = linear(Math.max(...values), FAILURE_HEIGHT);
      return track({
        id: `failed ${kind}`,
        name: kind,
        what: SERVED_NO_WORSE.has(kind) || kind === 'failed' ? count(total) : `${count(total)} failed`,
        body: thinPlot(columns.length, scale, count, [line('bars bad', bars(values, scale)), stageLines]),
      });
    });
}
