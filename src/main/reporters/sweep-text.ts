import { errorRateOf } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { Sweep, SweepLevel } from '../../protocol/sweep.ts';
import { visibleIn } from '../../requests/visible.ts';
import { shownLevels } from '../sweep/levels.ts';
import { percentileText } from '../text/bound-text.ts';
import {
  formatCount,
  formatFailedShare,
  formatMs,
  formatPercent,
  formatRate,
  formatRateWithin,
  NOTHING,
} from '../text/format.ts';
import { cut } from '../text/quoted.ts';
import { levelText } from '../text/sweep-sentences.ts';
import { commonName, named } from '../text/target-text.ts';
import { markdownIn } from './markdown-text.ts';
import { resultJson } from './result-json.ts';
import { brokenRuleSentences } from './rule-text.ts';
import { fitted, renderMarkdownTable, renderPlainTable, type Table } from './table.ts';
import { PLAIN_VIEW, type View } from './view.ts';
import { wrapped, wrappedWhole } from './wrap.ts';

const BAR_WIDTH = 16;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';
/** Dropped in this order if the table is too wide. */
const LESS_IMPORTANT = [
  ...['mean', 'failed', 'tpot p99', 'ttft p50', 'p50', 'verdict'],
  ...['ok/s ', 'tokens/s ', 'tpot p50', 'goodput', 'ok/s'],
];

/** A sweep as text: a row per level with its bar, then the conclusions. */
export function renderSweep(sweep: Sweep, view: View = PLAIN_VIEW): string {
  const { tool, levels, conclusions, over, from, to } = sweep;
  const shown = shownLevels(sweep);
  const summary = shown[0]?.summary;
  const name = `volley ${tool.version}  `;
  const [title = '', ...rest] = wrappedWhole(name + titleOf(sweep), view.width);
  const heading = [
    name + view.paint('strong', title.slice(name.length)),
    ...rest.map((line) => view.paint('strong', line)),
    ...(summary === undefined ? [] : wrapped(planText(summary, over, from, to), view.width)),
  ];
  const table = fitted(sweepTable(sweep, true), view.width, LESS_IMPORTANT);
  const bad = levels.filter(({ isGood }) => !isGood);
  const why = bad.flatMap(({ level, summary }) =>
    whyBad(summary).flatMap((sentence) => wrapped(`✗ ${levelText(level, over)}: ${sentence}`, view.width)),
  );
  const blocks = [
    heading.join('\n'),
    shown.length === 0 ? '' : renderPlainTable(table),
    why.join('\n'),
    conclusions.flatMap((sentence) => wrapped(sentence, view.width)).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** The same as Markdown. */
function renderSweepMarkdown(sweep: Sweep): string {
  const blocks = [
    `## ${titleOf(sweep)}`,
    shownLevels(sweep).length === 0 ? '' : renderMarkdownTable(sweepTable(sweep, false)),
    sweep.conclusions.map((sentence) => `- ${sentence}`).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

export const SWEEP_REPORTERS = {
  text: (sweep: Sweep, view: View = PLAIN_VIEW) => renderSweep(visibleIn(sweep), view),
  json: (sweep: Sweep) => resultJson(sweep),
  markdown: (sweep: Sweep) => renderSweepMarkdown(markdownIn(visibleIn(sweep))),
} as const satisfies Record<string, (sweep: Sweep, view?: View) => string>;
export type SweepForm = keyof typeof SWEEP_REPORTERS;
export const SWEEP_FORMS = Object.keys(SWEEP_REPORTERS) as readonly SweepForm[];

function titleOf({ target, levels }: Sweep): string {
  const name = commonName(levels.map(({ summary }) => summary.plan));
  if (target === null) return name === undefined ? 'sweep' : `sweep of ${name}`;
  return `sweep of ${named(name, `${target.method} ${target.url}`)}`;
}

/** Why a level was not good: broken rules, failures, a line that grew, dropped requests. */
export function whyBad(summary: Summary): string[] {
  const { generator, requests } = summary;
  return [
    ...brokenRuleSentences(summary),
    ...(generator.verdict === 'ok' ? [] : generator.reasons.slice(0, 1)),
    ...(generator.verdict === 'failing' ? exampleOf(summary) : []),
    ...(requests.dropped > 0 ? [`${formatCount(requests.dropped)} requests never got a connection.`] : []),
  ];
}

/** The most frequent error in its own words, which may say what to do. */
function exampleOf({ errors: [first] }: Summary): string[] {
  return first === undefined ? [] : [`For example: ${cut(first.example.replaceAll(/\s+/g, ' '))}.`];
}

function planText({ plan }: Summary, over: Sweep['over'], from: number, to: number): string {
  const each = plan.stop.durationMs === null ? '' : `, ${formatMs(plan.stop.durationMs)} a level`;
  return `${rangeText(over, from, to)}${each}, ${plan.mode}, ${plan.client}`;
}

/** The range of the load. */
export function rangeText(over: Sweep['over'], from: number, to: number): string {
  return over === 'rate' ? `${formatRate(from)} to ${formatRate(to)}` : `${from} to ${to} connections`;
}

/** A row per level; that at which volley itself was the limit has a mark of its own. */
export function sweepTable(sweep: Sweep, hasBars: boolean): Table {
  const { over, counts } = sweep;
  const levels = shownLevels(sweep);
  const most = Math.max(0, ...levels.map(({ throughputPerSecond }) => throughputPerSecond));
  const isTokens = counts === 'tokens';
  const hasGoodput = levels.some(({ summary }) => (summary.streams?.goodput ?? null) !== null);
  return {
    heading: [
      over === 'rate' ? 'asked' : 'connections',
      'ok/s',
      ...(isTokens ? ['tokens/s', 'ttft p50', 'ttft p99', 'tpot p50', 'tpot p99'] : ['p50', 'p99']),
      'failed',
      ...(hasGoodput ? ['goodput'] : []),
      '',
      ...(hasBars ? ['verdict', isTokens ? 'tokens/s' : 'ok/s'] : ['verdict']),
    ].map((name, index, all) => (all.indexOf(name) === index ? name : `${name} `)),
    words: ['verdict'],
    rows: levels.map((level) => [
      over === 'rate' ? formatRate(level.level) : formatCount(level.level),
      formatRateWithin(level.summary.rate.throughputPerSecond, level.summary.requests.ok),
      ...(isTokens ? tokenCells(level) : latencyCells(level)),
      failedText(level.summary),
      ...(hasGoodput ? [formatPercent(level.summary.streams?.goodput?.share ?? 0)] : []),
      level.isOwnLimit ? '?' : level.isGood ? '✓' : '✗',
      level.summary.generator.verdict,
      ...(hasBars ? [bar(most === 0 ? 0 : level.throughputPerSecond / most)] : []),
    ]),
  };
}

function latencyCells({ summary: { latencyMs } }: SweepLevel): string[] {
  return ['50', '99'].map((label) => percentileText(latencyMs[latencyMs.headline], label));
}

function tokenCells({ summary: { streams } }: SweepLevel): string[] {
  const of = (kind: 'ttft' | 'tpot', label: string): string =>
    streams ? percentileText(streams.timesMs[kind], label) : NOTHING;
  return [
    formatRate(streams?.tokens.perSecond ?? 0),
    of('ttft', '50'),
    of('ttft', '99'),
    of('tpot', '50'),
    of('tpot', '99'),
  ];
}

function failedText({ requests }: Summary): string {
  const share = errorRateOf(requests);
  return share === null ? NOTHING : formatFailedShare(share);
}

/** In eighths of a character, padded so that bars keep their left end in a right-aligned table. */
function bar(share: number): string {
  const eighths = Math.round(share * BAR_WIDTH * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  const rest = eighths % 8 === 0 ? '' : EIGHTHS[eighths % 8];
  return `${full}${rest}`.padEnd(BAR_WIDTH);
}
