import type { Arm, Comparison, Level, Pair } from '../../protocol/comparison.ts';
import type { Metric } from '../../protocol/metric.ts';
import { visibleIn, visibleJson } from '../../requests/visible.ts';
import { median } from '../collect/statistics.ts';
import { METRIC_LABELS, ratioText } from '../text/conclusions.ts';
import { formatBytes, formatCount, formatMs, formatPercent, formatRate } from '../text/format.ts';
import { markdownIn } from './markdown-text.ts';
import { sparklines } from './spark.ts';
import { renderMarkdownTable, renderPlainTable, type Table } from './table.ts';
import { wrapped } from './wrap.ts';

const WIDTH = 78;
const PLOT_WIDTH = 24;
const SHOWN: readonly Metric[] = ['throughput', 'p50', 'p99', 'cpu'];

/** Turns a comparison into text. It formats; it never computes. */
export const COMPARISON_REPORTERS = {
  text: (comparison: Comparison) => renderComparisonText(visibleIn(comparison)),
  json: (comparison: Comparison) => `${visibleJson(JSON.stringify(comparison, null, 2))}\n`,
  markdown: (comparison: Comparison) => renderComparisonMarkdown(markdownIn(visibleIn(comparison))),
} as const satisfies Record<string, (comparison: Comparison) => string>;

export type ComparisonForm = keyof typeof COMPARISON_REPORTERS;
export const COMPARISON_FORMS = Object.keys(COMPARISON_REPORTERS) as ComparisonForm[];

interface Section {
  readonly title: string;
  readonly table: Table;
}

function renderComparisonText(comparison: Comparison): string {
  const blocks = [
    headerOf(comparison).join('\n'),
    ...sectionsOf(comparison).map(({ title, table }) => `${title}\n${renderPlainTable(table)}`),
    comparison.conclusions.map((sentence) => wrapped(sentence, WIDTH).join('\n')).join('\n'),
    comparison.notes.map((sentence) => wrapped(`note: ${sentence}`, WIDTH).join('\n')).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function renderComparisonMarkdown(comparison: Comparison): string {
  const [title = '', ...rest] = headerOf(comparison);
  const blocks = [
    `## ${title}`,
    rest.join('\n'),
    ...sectionsOf(comparison).flatMap(({ title: heading, table }) => [
      `### ${heading}`,
      renderMarkdownTable(table),
    ]),
    comparison.conclusions.map((sentence) => `- ${sentence}`).join('\n'),
    comparison.notes.map((sentence) => `> ${sentence}`).join('\n>\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function headerOf({ tool, kind, arms, metric, margin, interrupted }: Comparison): string[] {
  const rounds = Math.min(...arms.map((arm) => arm.rounds.length));
  const urls = [...new Set(arms.map(({ url }) => url))];
  return [
    `volley ${tool.version}  ${kind}: ${urls.join(' and ')}`,
    `${arms.length} ${arms.length === 1 ? 'arm' : 'arms'}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ` +
      `judged by ${METRIC_LABELS[metric]}, margin ±${Number((margin * 100).toPrecision(3))} %; medians of rounds`,
    ...(interrupted ? ['INTERRUPTED: these are the rounds that every arm had had.'] : []),
  ];
}

function sectionsOf(comparison: Comparison): Section[] {
  const { kind, arms, pairs } = comparison;
  return [
    { title: kind === 'repeat' ? 'the rounds together' : 'the arms', table: armsTable(arms) },
    ...(kind === 'repeat' &&
    arms.some(({ figures }) => Object.values(figures).some(({ low }) => low !== null))
      ? [{ title: 'with 95 % intervals', table: levelsTable(arms) }]
      : []),
    ...(pairs.length > 0 ? [{ title: 'in proportion, with 95 % intervals', table: pairsTable(pairs) }] : []),
    ...(kind === 'compare'
      ? pairs
          .filter(({ shifts }) => shifts.length > 0)
          .map((pair) => ({ title: `latency of ${pair.a} against ${pair.b}`, table: shiftTable(pair) }))
      : []),
  ];
}

function armsTable(arms: readonly Arm[]): Table {
  const middle = (arm: Arm, of: (round: Arm['rounds'][number]) => number): number =>
    median(arm.rounds.map(of));
  const lines = sparklines(arms.map(({ rounds }) => rounds.flatMap(({ histogram }) => histogram)));
  return {
    heading: [
      '',
      'workers',
      'throughput',
      'failed',
      'p50',
      'p99',
      'CPU/1000',
      'memory',
      'start-up',
      'merge',
      'moved',
      'latencies',
    ],
    rows: arms.map((arm, index) => [
      arm.name,
      String(arm.workers),
      levelText(arm.figures.throughput, formatRate),
      failuresText(arm),
      levelText(arm.figures.p50, formatMs),
      levelText(arm.figures.p99, formatMs),
      levelText(arm.figures.cpu, formatMs),
      formatBytes(middle(arm, ({ cost }) => cost.peakMemoryBytes)),
      formatMs(middle(arm, ({ generator }) => generator.startupMs)),
      formatMs(middle(arm, ({ generator }) => generator.mergeMs)),
      formatBytes(middle(arm, ({ generator }) => generator.batchBytes)),
      lines[index] ?? '',
    ]),
  };
}

function levelsTable(arms: readonly Arm[]): Table {
  const withInterval = (level: Level | undefined, format: (value: number) => string): string =>
    level === undefined || level.low === null || level.high === null
      ? levelText(level, format)
      : `${format(level.median)} (${format(level.low)}–${format(level.high)})`;
  return {
    heading: ['', 'throughput', 'p50', 'p90', 'p99'],
    rows: arms.map(({ name, figures }) => [
      name,
      withInterval(figures.throughput, formatRate),
      withInterval(figures.p50, formatMs),
      withInterval(figures.p90, formatMs),
      withInterval(figures.p99, formatMs),
    ]),
  };
}

function pairsTable(pairs: readonly Pair[]): Table {
  const cell = (pair: Pair, metric: Metric): string => {
    const estimate = pair.figures[metric];
    return estimate === undefined ? '–' : ratioText(estimate);
  };
  return {
    heading: ['', ...SHOWN.map((metric) => METRIC_LABELS[metric]), 'P(shorter)'],
    rows: pairs.map((pair) => [
      `${pair.a} ÷ ${pair.b}`,
      ...SHOWN.map((metric) => cell(pair, metric)),
      pair.probabilityShorter === null ? '–' : formatPercent(pair.probabilityShorter),
    ]),
  };
}

/** How far each percentile lies from the other side's, as a bar to the side of the larger one. */
function shiftTable({ a, b, shifts }: Pair): Table {
  const widest = Math.max(...shifts.map(({ aMs, bMs }) => Math.abs(Math.log(aMs / bMs))), Number.MIN_VALUE);
  return {
    heading: ['', b, a, 'shift', `${'shorter'.padStart(PLOT_WIDTH / 2)}│${'longer'.padEnd(PLOT_WIDTH / 2)}`],
    rows: shifts.map(({ percentile, aMs, bMs }) => {
      const share = Math.log(aMs / bMs) / widest;
      const bar = '█'.repeat(Math.round((Math.abs(share) * PLOT_WIDTH) / 2));
      const [left, right] = share < 0 ? [bar, ''] : ['', bar];
      const sign = aMs < bMs ? '−' : '+';
      return [
        `p${percentile}`,
        formatMs(bMs),
        formatMs(aMs),
        `${sign}${formatMs(Math.abs(aMs - bMs))}`,
        `${left.padStart(PLOT_WIDTH / 2)}│${right.padEnd(PLOT_WIDTH / 2)}`,
      ];
    }),
  };
}

/** As a share; the number is in the notes. */
function failuresText({ failures }: Arm): string {
  if (failures === undefined) return '–';
  return failures.failed === 0 ? '0' : formatPercent(failures.share);
}

function levelText(level: Level | undefined, format: (value: number) => string): string {
  return level === undefined ? '–' : format(level.median);
}

/** How many rounds of how many arms there are to come, and for about how long. */
export function announcement(arms: number, rounds: number, eachMs: number | null): string {
  const runs = arms * rounds;
  const seconds = eachMs === null ? '' : `, about ${formatCount(Math.ceil((runs * eachMs) / 1_000))} s`;
  return `${arms} ${arms === 1 ? 'arm' : 'arms'} × ${rounds} rounds: ${runs} runs${seconds}`;
}
