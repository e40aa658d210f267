import { lineOverArea } from '../charts/path.ts';
import { plot } from '../charts/plot.ts';
import { linear, linearTicks, STEP } from '../charts/scale.ts';
import { html, type Markup, NOTHING_SHOWN } from '../markup.ts';
import { plainRate } from '../numbers.ts';
import { fanTrack, heatTrack } from './fan-track.ts';
import type { Range } from './latency-range.ts';
import type { RunView } from './run-view.ts';
import { track } from './track.ts';

const HEIGHT = 84;
const HEADROOM = 1.04;

/** Tokens a second, first tokens and gaps over time; nothing without streams, or for a result too old to have them. */
export function streamTracks(view: RunView, range: Range, stageLines: Markup): Markup {
  const { columns, summary } = view;
  if (columns.every(({ tokens }) => tokens === null)) return NOTHING_SHOWN;
  return html`${tokensTrack(view, stageLines)}${fanTrack(
    {
      id: 'ttft',
      name: 'First token',
      what: 'from when a request was due until its first token',
      colour: 'a',
      values: columns.map(({ ttft }) => ttft),
      isBound: () => false,
    },
    range,
    stageLines,
  )}${fanTrack(
    {
      id: 'gap',
      name: 'Token gap',
      what: 'from one token to the next, when the next one came',
      colour: 'b',
      values: columns.map(({ gap }) => gap),
      isBound: () => false,
    },
    range,
    stageLines,
  )}${heatTrack(
    {
      id: 'gaps',
      name: 'Every gap',
      what: 'between tokens: stronger where more fell',
      unit: 'gap',
      cells: columns.map(({ gapCells }) => gapCells),
      cellsPerOctave: summary.series.cellsPerOctave,
    },
    range,
    stageLines,
  )}`;
}

function tokensTrack({ columns }: RunView, stageLines: Markup): Markup {
  const values = columns.map(({ tokens, seconds }) => (tokens ?? 0) / seconds);
  const most = Math.max(...values);
  const scale = linear(most * HEADROOM, HEIGHT);
  return track({
    id: 'tokens',
    name: 'Tokens',
    what: 'a second, of all users together; here and below of complete answers',
    body: plot({
      width: columns.length * STEP,
      scale,
      ticks: linearTicks(most, 3),
      tickText: (value) => plainRate(value).replace('/s', ''),
      marks: [lineOverArea('ok', values, scale), stageLines],
    }),
  });
}
