import type { Estimate, Pair } from '../../../../protocol/comparison.ts';
import { METRICS, type Metric } from '../../../../protocol/comparison-finding.ts';
import { NOTHING } from '../../../text/format.ts';
import { atPercent } from '../charts/plot.ts';
import { CURVE, spaced } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';
import { change, plainChange, unbroken } from '../numbers.ts';
import { type ComparisonView, marginText, metricText, metricTitle, twoArms } from './comparison-view.ts';

const HEIGHT = 40;
/** Changes that may mark the axis, by priority if they do not all fit. */
const CHANGES = [0, -0.5, 1, -0.25, 0.5, -0.1, 0.1, -0.75, 3, -0.9, 9, -0.99, 99, -0.05, 0.05, 0.2, -0.2];
const TICK_GAP = 140;
/** With less between them, ticks are left out of narrow pages. */
const ROOMY_GAP = 280;
const EDGE = 20;
const DECISIONS: Readonly<Record<Estimate['decision'], string>> = {
  lower: 'lower',
  higher: 'higher',
  'no-difference': 'no difference',
  undecided: 'undecided',
};

interface Row {
  readonly metric: Metric;
  readonly pair: Pair;
  readonly estimate: Estimate;
}

/** The ratio of each figure for each pair, with its interval on an axis; null without pairs. */
export function forest(view: ComparisonView): Markup | null {
  const { comparison, rounds } = view;
  const { metric: decides, margin, pairs } = comparison;
  const metrics = [...METRICS].sort((x, y) => Number(y === decides) - Number(x === decides));
  const rows = metrics.flatMap((metric) =>
    pairs.flatMap((pair): Row[] => {
      const estimate = pair.figures[metric];
      return estimate === undefined || !(estimate.ratio > 0) ? [] : [{ metric, pair, estimate }];
    }),
  );
  if (rows.length === 0) return null;
  const x = axisOf(rows);
  const two = twoArms(view);
  const isMany = two === null;
  const band = `M${x(1 / (1 + margin))} 0H${x(1 + margin)}V${HEIGHT}H${x(1 / (1 + margin))}z`;
  const ticks = spaced(
    CHANGES.map((value) => 1 + value).filter((ratio) => x(ratio) > EDGE && x(ratio) < CURVE - EDGE),
    x,
    TICK_GAP,
  );
  const roomy = new Set(spaced(ticks, x, ROOMY_GAP));
  const [first, second] = isMany ? ['the other', 'the first'] : [two.a.name, two.b.name];
  return html`<table class="wide forest"><caption>${rounds > 1 ? 'Medians of rounds' : 'Each result'}, and one in proportion to the other; the band is ${unbroken(marginText(margin))}</caption>
<thead><tr><th scope="col"><span class="sr">Figure</span></th><th scope="col" class="n${isMany ? '' : ' c-a'}">${first}</th><th scope="col" class="n${isMany ? '' : ' c-b'}">${second}</th><th scope="col" class="n">${isMany ? 'Ratio' : `${two.pair.a} ÷ ${two.pair.b}`}</th><th scope="col" class="n iv">95\u00a0%</th><th scope="col" class="f"><span class="sr">On an axis</span></th><th scope="col" class="dec">Decision</th></tr></thead>
<tbody>${rows.map((row, index) => [
    isMany && row.metric !== rows[index - 1]?.metric ? groupRow(row.metric, decides) : null,
    rowOf(row, view, x, band),
  ])}</tbody>
<tfoot><tr><td colspan="5"></td><td class="f"><div class="xt">${ticks.map((ratio) => html`<span${roomy.has(ratio) ? null : html` class="tight"`} style="left:${atPercent(x(ratio) / CURVE)}">${plainChange(ratio)}</span>`)}</div></td><td></td></tr></tfoot></table>`;
}

/** A logarithmic axis around "the same", wide enough for every interval. */
function axisOf(rows: readonly Row[]): (ratio: number) => number {
  const ends = rows.flatMap(({ estimate: { ratio, low, high } }) => [low ?? ratio, ratio, high ?? ratio]);
  const away = ends.filter((end) => end > 0 && Number.isFinite(end)).map((end) => (end < 1 ? 1 / end : end));
  const reach = Math.max(1.06, ...away) ** 1.06;
  return (ratio) => {
    const at = (Math.log(Math.max(ratio, 1e-9)) / Math.log(reach) + 1) / 2;
    return Math.round(Math.min(1, Math.max(0, at)) * CURVE);
  };
}

function rowOf(
  { metric, pair, estimate }: Row,
  view: ComparisonView,
  x: (ratio: number) => number,
  band: string,
): Markup {
  const { ratio, low, high, decision } = estimate;
  const isMany = view.arms.length > 2;
  const isMain = metric === view.comparison.metric;
  const clear = decision === 'lower' || decision === 'higher' ? ' clear' : '';
  const levelOf = (name: string): string => {
    const level = view.arms.find((arm) => arm.name === name)?.arm.figures[metric];
    return level === undefined ? NOTHING : metricText(metric, level.median);
  };
  const decides = isMain ? html` <span class="soft">decides</span>` : null;
  const title = isMany ? `${pair.a} ÷ ${pair.b}` : html`${metricTitle(metric)}${decides}`;
  const interval = low === null || high === null ? 'none' : `${change(low)} … ${change(high)}`;
  return html`<tr${isMain && !isMany ? html` class="main"` : null}><th scope="row">${title}</th><td class="n">${levelOf(pair.b)}</td><td class="n">${levelOf(pair.a)}</td><td class="n"><b>${change(ratio)}</b></td><td class="n iv soft">${interval}</td><td class="f"><svg viewBox="0 0 ${CURVE} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path class="margin" d="${band}"/><path class="one" d="M${x(1)} 0V${HEIGHT}"/><path class="ci${clear}" d="M${x(low ?? ratio)} 20H${x(high ?? ratio)}"/><path class="mid${clear}" d="M${x(ratio)} 20h0"/></svg></td><td class="dec">${view.rounds > 1 ? DECISIONS[decision] : NOTHING}</td></tr>
`;
}

/** The heading of the rows of a figure. */
function groupRow(metric: Metric, decides: Metric): Markup {
  const word = metric === decides ? html` <span class="soft">decides</span>` : null;
  return html`<tr class="group"><th scope="rowgroup" colspan="7">${metricTitle(metric)}${word}</th></tr>
`;
}
