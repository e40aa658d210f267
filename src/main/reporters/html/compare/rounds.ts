import type { Metric } from '../../../../protocol/metric.ts';
import { dots, line } from '../charts/path.ts';
import { figure, plot, xAxis } from '../charts/plot.ts';
import { CURVE, linear, linearTicks } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { plainRate, tickMs } from '../numbers.ts';
import { type ComparisonView, metricOf, metricText, metricTitle } from './comparison-view.ts';

const HEIGHT = 96;
const SHOWN: readonly Metric[] = ['throughput', 'p50', 'p99'];
/** Share of its room in which an arm of many has its rounds. */
const FILLED = 0.8;

/** The rounds in the order in which they were measured. */
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

function roundsChart(metric: Metric, { arms, rounds }: ComparisonView): Markup | null {
  const isMany = arms.length > 2;
  const rows = arms.map(({ arm, ...drawn }) => ({
    ...drawn,
    values: arm.rounds.slice(0, rounds).map((round) => metricOf(metric, round)),
  }));
  const known = rows.flatMap(({ values }) => values.flatMap((value) => value ?? []));
  if (known.length === 0) return null;
  const most = Math.max(...known);
  const scale = linear(most * 1.08, HEIGHT);
  const shareOf = (index: number, round: number): number =>
    isMany
      ? (index + (1 - FILLED) / 2 + (FILLED * (round + 0.5)) / rounds) / arms.length
      : (round + 0.5) / rounds;
  const text = (value: number | null): string => (value === null ? '–' : metricText(metric, value));
  const [first, second] = rows;
  const between =
    isMany || first === undefined || second === undefined
      ? ''
      : first.values
          .map((value, round) => {
            const other = second.values[round] ?? null;
            const x = Math.round(shareOf(0, round) * CURVE);
            return value === null || other === null ? '' : `M${x} ${scale.y(value)}V${scale.y(other)}`;
          })
          .join('');
  return figure({
    id: `rounds-${metric}`,
    name: metricTitle(metric),
    what: metric === 'throughput' ? 'a second' : 'of each round',
    keys: isMany || second === undefined ? [] : rows.map(({ colour, name }) => [colour, name]),
    points: isMany
      ? rows.flatMap(({ name, values }, index) =>
          values.map(
            (value, round) => [shareOf(index, round), `${name}, round ${round + 1}  ${text(value)}`] as const,
          ),
        )
      : Array.from({ length: rounds }, (_, round) => [
          shareOf(0, round),
          `round ${round + 1}  ${rows.map(({ name, values }) => `${second === undefined ? '' : `${name} `}${text(values[round] ?? null)}`).join('  ')}`,
        ]),
    body: html`${plot({
      width: CURVE,
      scale,
      ticks: linearTicks(most, 3),
      tickText: metric === 'throughput' ? (value) => plainRate(value).replace('/s', '') : tickMs,
      marks: [
        line('pairline', between),
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
      isMany ? 'all' : 'odd ones go',
    )}`,
  });
}
