import type { Sweep } from '../../../../protocol/sweep.ts';
import { type ShownLevel, shownLevels } from '../../../sweep/levels.ts';
import { counted, formatDuration } from '../../../text/format.ts';
import { levelText, rulesText, tooFewFor } from '../../../text/sweep-sentences.ts';
import { commonName } from '../../../text/target-text.ts';
import { rangeText, sweepTable, whyBad } from '../../sweep-text.ts';
import { dayText, facts } from '../facts.ts';
import { html, type Markup } from '../markup.ts';
import { unbroken } from '../numbers.ts';
import type { Page } from '../page.ts';
import { prose } from '../prose.ts';
import { machineFacts, workersText } from '../run/plan.ts';
import { marksOf } from './level-axis.ts';
import { sweepCharts } from './load-charts.ts';
import { sweepTiles } from './tiles.ts';

/** A panel of a sweep's page; null if the result has nothing for it. */
interface SweepPanel {
  readonly id: string;
  readonly title: string;
  of(sweep: Sweep): Markup | null;
}

/** In page order. */
const PANELS: readonly SweepPanel[] = [
  { id: 'verdict', title: 'What it sustains', of: verdictPanel },
  { id: 'charts', title: 'By load', of: sweepCharts },
  { id: 'levels', title: 'Levels', of: levelsPanel },
  { id: 'plan', title: 'Plan', of: planPanel },
  { id: 'data', title: 'Data', of: dataPanel },
];

/**
 * The page of a sweep.
 *
 * @param shown the result, safe to show
 * @param result the same result as stored in the file
 */
export function sweepPage(shown: Sweep, result: object): Page {
  const { target, over, from, to, startedAt, tool, levels } = shown;
  const name = commonName(levels.map(({ summary }) => summary.plan));
  const heading =
    name !== undefined
      ? `Sweep of ${name}`
      : target === null
        ? 'Sweep'
        : `Sweep of ${target.method} ${target.url}`;
  return {
    title: `${capacityWords(shown)} – ${heading}`,
    heading,
    about: `${rangeText(over, from, to)}, ${counted(shownLevels(shown).length, 'level')}; ${dayText(startedAt)}`,
    version: tool.version,
    panels: PANELS.flatMap(({ id, title, of }) => {
      const body = of(shown);
      return body === null ? [] : [{ id, title, body }];
    }),
    result,
  };
}

/** The headline of the page. */
function capacityWords({ capacity, over, levels, generatorLimit }: Sweep): string {
  if (capacity !== null)
    return `Sustains ${capacity.firstBad === null ? 'at least ' : ''}${levelText(capacity.level, over)}`;
  if (levels.length === 0) return generatorLimit === null ? 'Not measured' : 'volley itself was the limit';
  return tooFewFor(levels[0]).length > 0 ? 'Too few requests to tell' : 'Does not sustain the first level';
}

/** Why a sweep is not whole is its last conclusion, and stands out. */
function verdictPanel(sweep: Sweep): Markup {
  const { conclusions, rules, levels, over, interrupted } = sweep;
  const bad = levels.filter(({ isGood }) => !isGood);
  return html`<div class="top">
<div class="verdict"><h2 class="big">${capacityWords(sweep)}.</h2>
${(interrupted ? conclusions.slice(0, -1) : conclusions).map((sentence) => html`<p class="finding">${prose(sentence)}</p>`)}
${interrupted ? conclusions.slice(-1).map((ended) => html`<p class="notice">${prose(ended)}</p>`) : null}</div>
<div class="rules"><h3>${rules.length === 0 ? 'No rule was given' : 'What each level had to keep'}</h3>
${rules.length === 0 ? html`<p class="soft">${prose(withoutRules(over))}</p>` : html`<p><code>${rulesText(rules, levels[0])}</code></p>`}
${bad.map(({ level, summary }) => html`<p class="notice">✗ ${levelText(level, over)}: ${prose(whyBad(summary).join(' '))}</p>`)}
<p class="soft">Each level is one measurement: near the capacity two sweeps may differ by a level or two.</p></div>
</div>
${sweepTiles(sweep)}`;
}

function withoutRules(over: Sweep['over']): string {
  return over === 'rate'
    ? 'So a level is good as long as the target does not fail and keeps up. Give a rule with --threshold or --slo.'
    : 'So a level is good as long as the target does not fail. Give a rule with --threshold or --slo.';
}

function levelsPanel(sweep: Sweep): Markup | null {
  const levels = shownLevels(sweep);
  if (levels.length === 0) return null;
  const { heading, rows, words = [] } = sweepTable(sweep, false);
  const kinds = heading.map((name) => (words.includes(name) ? 'words' : 'n'));
  return html`<table class="wide cards"><caption>${levelsCaption(levels)}</caption><thead><tr>${heading.map((name, index) => html`<th scope="col" class="${kinds[index]}">${name}</th>`)}</tr></thead><tbody>${rows.map(
    ([level, ...cells], at) =>
      html`<tr><th scope="row" class="n">${level}${marksIn(sweep, levels[at])}</th>${cells.map((cell, index) => html`<td class="${kinds[index + 1]}${index === cells.length - 1 ? ' twice' : ''}${cell === '✗' ? ' bad' : ''}" data-l="${heading[index + 1]}">${unbroken(cell)}</td>`)}</tr>
`,
  )}</tbody></table>`;
}

function levelsCaption(levels: readonly ShownLevel[]): string {
  const isBad = levels.some(({ isGood, isOwnLimit }) => !isGood && !isOwnLimit);
  const marks = [
    ...(isBad ? ['a level with ✗ was not sustained'] : []),
    ...(levels.some(({ isOwnLimit }) => isOwnLimit)
      ? ['a level with ? says little about the target: volley itself was the limit']
      : []),
  ].join('; ');
  return marks === '' ? 'Every level was sustained' : marks.charAt(0).toUpperCase() + marks.slice(1);
}

/** Knee and capacity, next to their level. */
function marksIn(sweep: Sweep, level: ShownLevel | undefined): Markup | null {
  const marks = level === undefined || level.isOwnLimit ? [] : marksOf({ ...level, isGood: true }, sweep);
  return marks.length === 0 ? null : html` <span class="soft">${marks.join(', ')}</span>`;
}

function planPanel(sweep: Sweep): Markup {
  const { target, over, from, to, startedAt, tool } = sweep;
  const plan = shownLevels(sweep)[0]?.summary.plan;
  return facts([
    ...(target === null ? [] : [['Target', `${target.method} ${target.url}`] as const]),
    ['Load', rangeText(over, from, to)],
    ...(plan === undefined
      ? []
      : ([
          [
            'Each level',
            plan.stop.durationMs === null
              ? counted(plan.stop.requests ?? 0, 'request')
              : unbroken(formatDuration(plan.stop.durationMs)),
          ],
          ['Warm-up', unbroken(formatDuration(plan.warmupMs))],
          ['Timeout', unbroken(formatDuration(plan.timeoutMs))],
          ['Workers', `${workersText(plan)}, client ${plan.client}`],
        ] as const)),
    ['Started', dayText(startedAt, 19)],
    ...machineFacts(tool),
  ]);
}

function dataPanel(): Markup {
  return html`<p>This file holds the whole result, with that of each level: <code>volley report</code> reads it as it reads what <code class="whole">--out</code> has saved. <button type="button" id="save" class="js-only">Save the JSON</button></p>`;
}
