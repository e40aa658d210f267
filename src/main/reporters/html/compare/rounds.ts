import type { Metric } from '../../../../protocol/comparison-finding.ts';
import { dots, line } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, linear, linearTicks, type Scale } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { plainRate, tickMs } from '../numbers.ts';
import { type ComparisonView, type DrawnArm, metricOf, metricText, metricTitle } from './comparison-view.ts';

const HEIGHT = 96;
const SHOWN: readonly Metric[] = ['throughput', 'p50', 'p99'];
/** With many arms, the share of an arm's space that its rounds fill. */
const FILLED = 0.8;

/** The rounds in the order of measurement. */
export function roundsPanel(view: ComparisonView): Markup | null {
  if (view.rounds < 2) return null;
  const { kind } = view.comparison;
  const words =
    kind === 'repeat'
      ? 'Rounds in the order they were measured. A trend is the machine’s, or the target’s.'
      : view.arms.length > 2
        ? 'Of each arm the rounds in the order they were measured, arms in turn. A trend that all share is the machine’s.'
        : 'Rounds in the order they were measured; each pair was measured one after the other. A trend that both share is the machine’s.';
  return html`<p class="soft">${words}</p><div class="three">${SHOWN.map((metric) => roundsChart(metric, view))}</div>`;
}

interface Row extends Pick<DrawnArm, 'name' | 'colour'> {
  readonly values: readonly (number | null)[];
}

/** Horizontal position of an arm's round. */
type ShareOf = (index: number, round: number) => number;
type Reading = readonly [share: number, text: string];

function roundsChart(metric: Metric, { arms, rounds }: ComparisonView): Markup | null {
  const isMany = arms.length > 2;
  const rows: Row[] = arms.map(({ arm, name, colour }) => ({
    name,
    colour,
    values: arm.rounds.slice(0, rounds).map((round) => metricOf(metric, round)),
  }));
  const known = rows.flatMap(({ values }) => values.flatMap((value) => value ?? []));
  if (known.length === 0) return null;
  const most = Math.max(...known);
  const scale = linear(most * 1.08, HEIGHT);
  const shareOf: ShareOf = (index, round) =>
    isMany
      ? (index + (1 - FILLED) / 2 + (FILLED * (round + 0.5)) / rounds) / arms.length
      : (round + 0.5) / rounds;
  return figure({
    id: `rounds-${metric}`,
    name: metricTitle(metric),
    what: metric === 'throughput' ? 'a second' : 'of each round',
    keys: rows.length === 2 ? rows.map(({ colour, name }) => [colour, name]) : [],
    points: isMany ? readingsOfEach(metric, rows, shareOf) : readingsOfRounds(metric, rows, rounds, shareOf),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: linearTicks(most, 3),
      tickText: metric === 'throughput' ? (value) => plainRate(value).replace('/s', '') : tickMs,
      marks: [
        line('pairline', isMany ? '' : pairLines(rows, scale, shareOf)),
        rows.map(({ colour, values }, index) =>
          dots(
            `dot big ${colour}`,
            values.flatMap((value, round) =>
              value === null ? [] : [[shareOf(index, round) * CURVE, scale.y(value)] as const],
            ),
          ),
        ),
      ],
    })}${xAxis(
      isMany
        ? rows.map(({ name }, index) => [(index + 0.5) / arms.length, name])
        : Array.from({ length: rounds }, (_, round) => [shareOf(0, round), String(round + 1)]),
      isMany ? 'odd ones lower' : 'odd ones go',
    )}`,
  });
}

/** Lines from the first arm's rounds to the second's. */
function pairLines([first, second]: readonly Row[], scale: Scale, shareOf: ShareOf): string {
  if (first === undefined || second === undefined) return '';
  return first.values
    .map((value, round) => {
      const other = second.values[round] ?? null;
      const x = Math.round(shareOf(0, round) * CURVE);
      return value === null || other === null ? '' : `M${x} ${scale.y(value)}V${scale.y(other)}`;
    })
    .join('');
}

/** A reading per dot. */
function readingsOfEach(metric: Metric, rows: readonly Row[], shareOf: ShareOf): Reading[] {
  return rows.flatMap(({ name, values }, index) =>
    values.map(
      (value, round): Reading => [
        shareOf(index, round),
        `${name}, round ${round + 1}  ${textOf(metric, value)}`,
      ],
    ),
  );
}

/** A reading per round, for all arms together. */
function readingsOfRounds(metric: Metric, rows: readonly Row[], rounds: number, shareOf: ShareOf): Reading[] {
  return Array.from({ length: rounds }, (_, round) => {
    const texts = rows.map(
      ({ name, values }) => `${rows.length < 2 ? '' : `${name} `}${textOf(metric, values[round] ?? null)}`,
    );
    return [shareOf(0, round), `round ${round + 1}  ${texts.join('  ')}`];
  });
}

function textOf(metric: Metric, value: number | null): string {
  return value === null ? '–' : metricText(metric, value);
}
