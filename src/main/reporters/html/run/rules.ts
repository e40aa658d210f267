import type { Summary } from '../../../../protocol/summary.ts';
import { valueText } from '../../rule-text.ts';
import { html, type Markup } from '../markup.ts';
import { unbroken } from '../numbers.ts';

type Rule = Summary['thresholds'][number];

/** Width of the bar in octaves: from a quarter of the limit to four times the limit. */
const OCTAVES = 4;
const BAR_WIDTH = 80;
const EDGE = 4;

type State = 'broken' | 'open' | 'held';
const ORDER: readonly State[] = ['broken', 'open', 'held'];
const MARKS: Readonly<Record<State, string>> = { broken: '✗', open: '?', held: '✓' };
const WORDS: Readonly<Record<State, string>> = {
  broken: 'broken',
  open: 'cannot be judged yet',
  held: 'held',
};

/** The rules of a run, broken ones first. */
export function rulesTable(thresholds: readonly Rule[]): Markup {
  return tableOf(brokenRulesText(thresholds), thresholds, ({ ok }) => (ok ? 'held' : 'broken'));
}

/** The rules while a run lasts: what has not been measured yet is not broken. */
export function rulesSoFarTable(thresholds: readonly Rule[]): Markup {
  return tableOf(headingSoFar(thresholds), thresholds, stateSoFar);
}

function stateSoFar({ ok, measured }: Rule): State {
  if (ok) return 'held';
  return measured === null ? 'open' : 'broken';
}

function headingSoFar(thresholds: readonly Rule[]): string {
  const all = thresholds.length;
  const has = (state: State): number => thresholds.filter((rule) => stateSoFar(rule) === state).length;
  const [broken, open] = [has('broken'), has('open')];
  if (broken > 0 || open === 0) return `${headingOf(broken, all)} so far`;
  if (all === 1) return 'The rule cannot be judged yet';
  return open === all
    ? `None of the ${all} rules can be judged yet`
    : `${all - open} of ${all} rules held so far, ${open} cannot be judged yet`;
}

function tableOf(heading: string, thresholds: readonly Rule[], stateOf: (rule: Rule) => State): Markup {
  const sorted = thresholds.toSorted((a, b) => ORDER.indexOf(stateOf(a)) - ORDER.indexOf(stateOf(b)));
  return html`<div class="rules"><h3>${heading}</h3>
<table><thead><tr><th scope="col"><span class="sr">Held</span></th><th scope="col">Rule</th><th scope="col" class="n">Measured</th><th scope="col" class="bullets"><span class="sr">In proportion to the limit</span></th></tr></thead><tbody>
${sorted.map((rule) => {
  const state = stateOf(rule);
  return html`<tr class="${state}"><td class="mark"><span aria-hidden="true">${MARKS[state]}</span><span class="sr">${WORDS[state]}</span></td><td><code>${rule.expression}</code>${rule.isImplied === true ? html` <span class="soft">implied</span>` : null}</td>${measuredCells(rule)}</tr>
`;
})}</tbody></table></div>`;
}

/** A sentence in place of a figure also takes the space of the bar. */
function measuredCells(rule: Rule): Markup {
  const text = unbroken(valueText(rule).replace(/^at least /, '≥\u00a0'));
  return rule.measured === null
    ? html`<td class="few" colspan="2">${text}</td>`
    : html`<td class="n">${text}</td><td class="bullets">${bullet(rule)}</td>`;
}

/** How many of the rules were broken. */
export function brokenRulesText(thresholds: readonly Rule[]): string {
  return headingOf(thresholds.filter(({ ok }) => !ok).length, thresholds.length);
}

function headingOf(broken: number, all: number): string {
  if (all === 1) return broken === 0 ? 'The rule held' : 'The rule was broken';
  return broken === 0 ? `All ${all} rules held` : `${broken} of ${all} rules broken`;
}

/** The measured value relative to the limit, on a logarithmic scale around it. */
function bullet({ measured, limit, isLowerBound }: Rule): Markup | null {
  if (measured === null || limit === undefined || !(limit > 0) || measured < 0) return null;
  const octaves = measured === 0 ? Number.NEGATIVE_INFINITY : Math.log2(measured / limit);
  const at = Math.min(1, Math.max(0, octaves / OCTAVES + 0.5));
  const x = (share: number): number => Math.round(share * BAR_WIDTH + EDGE);
  const more = isLowerBound && at < 1 ? html`<path class="more" d="M${x(at)} 7H${x(1)}"/>` : null;
  return html`<svg class="bullet" viewBox="0 0 88 14" width="88" height="14" aria-hidden="true"><path class="track" d="M${x(0)} 7H${x(1)}"/><path class="bar" d="M${x(Math.min(at, 0.5))} 7H${x(Math.max(at, 0.5))}"/>${more}<circle class="now" cx="${x(at)}" cy="7" r="3.2"/><path class="lim" d="M${x(0.5)} 1V13"/></svg>`;
}
