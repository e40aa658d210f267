import type { Arm, Comparison, Level, Pair } from '../../protocol/comparison.ts';
import type { Metric } from '../../protocol/comparison-finding.ts';
import { microsToMs } from '../../protocol/units.ts';
import { visibleIn } from '../../requests/visible.ts';
import { median } from '../collect/statistics.ts';
import { METRIC_LABELS, ratioText } from '../text/conclusions.ts';
import {
  counted,
  formatAbout,
  formatBytes,
  formatCount,
  formatFailedShare,
  formatMs,
  formatPercent,
  formatRate,
  NOTHING,
} from '../text/format.ts';
import { commonName } from '../text/target-text.ts';
import { baselineSentences } from './baseline-text.ts';
import { markdownIn } from './markdown-text.ts';
import { resultJson } from './result-json.ts';
import { sparklines } from './spark.ts';
import { fitted, renderMarkdownTable, renderPlainTable, type Table } from './table.ts';
import { PLAIN_VIEW, type View } from './view.ts';
import { wrapped, wrappedWhole } from './wrap.ts';

const PLOT_WIDTH = 24;
/** The heading of its column. */
const SHIFT_PLOT = `${'shorter'.padStart(PLOT_WIDTH / 2)}│${'longer'.padEnd(PLOT_WIDTH / 2)}`;
const CPU = 'CPU/req';
const SHOWN: readonly Metric[] = ['throughput', 'p50', 'p99', 'cpu'];
const LEAST_FIRST: readonly Metric[] = ['cpu', 'p50', 'p99', 'throughput'];

/** Turns a comparison into text. Reporters format, but never compute. */
export const COMPARISON_REPORTERS = {
  text: (comparison: Comparison, view: View = PLAIN_VIEW) =>
    renderComparisonText(visibleIn(comparison), view),
  json: (comparison: Comparison) => resultJson(comparison),
  markdown: (comparison: Comparison) => renderComparisonMarkdown(markdownIn(visibleIn(comparison))),
} as const satisfies Record<string, (comparison: Comparison, view?: View) => string>;

export type ComparisonForm = keyof typeof COMPARISON_REPORTERS;
export const COMPARISON_FORMS = Object.keys(COMPARISON_REPORTERS) as ComparisonForm[];

interface Section {
  readonly title: string;
  readonly table: Table;
  /** Columns to drop if the table is too wide, in this order. */
  readonly lessImportant: readonly string[];
}

function renderComparisonText(comparison: Comparison, view: View): string {
  const { width, paint } = view;
  const [title = '', ...rest] = headerOf(comparison);
  const blocks = [
    [
      ...(title.length <= width ? [title] : titleOf(comparison, '\n').split('\n')).flatMap((line) =>
        wrappedWhole(line, width),
      ),
      ...rest.flatMap((line) => wrapped(line, width)),
    ].join('\n'),
    ...sectionsOf(comparison, view.isVerbose).map(
      ({ title: heading, table, lessImportant }) =>
        `${heading}\n${renderPlainTable(fitted(table, width, lessImportant))}`,
    ),
    comparison.conclusions.map((sentence) => paint('strong', wrapped(sentence, width).join('\n'))).join('\n'),
    [...baselineSentences(comparison.baseline), ...comparison.notes]
      .map((sentence) => wrapped(`note: ${sentence}`, width).join('\n'))
      .join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function renderComparisonMarkdown(comparison: Comparison): string {
  const [title = '', ...rest] = headerOf(comparison);
  const blocks = [
    `## ${title}`,
    rest.join('\n'),
    ...sectionsOf(comparison, true).flatMap(({ title: heading, table }) => [
      `### ${heading}`,
      renderMarkdownTable(withPlotAsCode(table)),
    ]),
    comparison.conclusions.map((sentence) => `- ${sentence}`).join('\n'),
    [...baselineSentences(comparison.baseline), ...comparison.notes]
      .map((sentence) => `> ${sentence}`)
      .join('\n>\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Each URL on a line of its own if the gap between them is a line's end. */
function titleOf({ tool, kind, arms }: Comparison, gap: ' ' | '\n' = ' '): string {
  const urls = [...new Set(arms.map(({ url }) => url))];
  const name = commonName(arms.flatMap(({ rounds }) => rounds.map(({ plan }) => plan)));
  return `volley ${tool.version}  ${kind}${name === undefined ? '' : ` of ${name}`}:${urls.length < 2 ? ' ' : gap}${urls.join(`${gap}and `)}`;
}

function headerOf(comparison: Comparison): string[] {
  const { kind, arms, metric, margin, interrupted } = comparison;
  const rounds = Math.min(...arms.map((arm) => arm.rounds.length));
  return [
    titleOf(comparison),
    `${counted(arms.length, 'arm')}, ${counted(rounds, 'round')}` +
      (kind === 'repeat'
        ? '; medians of rounds'
        : `, judged by ${METRIC_LABELS[metric]}, margin ±${Number((margin * 100).toPrecision(3))} %; medians of rounds`),
    ...(interrupted ? ['INTERRUPTED: these are the rounds that every arm completed.'] : []),
  ];
}

function sectionsOf(comparison: Comparison, isVerbose: boolean): Section[] {
  const { kind, arms, pairs, metric } = comparison;
  const isRepeat = kind === 'repeat';
  return [
    {
      title: isRepeat ? 'the rounds together' : 'the arms',
      table: armsTable(arms, isVerbose),
      lessImportant: [
        ...['moved', 'merge', 'start-up', memoryHeading(arms)],
        ...(arms.some(({ failures }) => (failures?.failed ?? 1) > 0) ? [] : ['failed']),
        ...['latencies', 'workers', CPU, 'p99'],
      ],
    },
    ...(isRepeat
      ? arms.map((arm) => ({
          title: 'figures with their 95 % intervals',
          table: levelsTable(arm),
          lessImportant: [],
        }))
      : []),
    ...(pairs.length > 0
      ? [
          {
            title: `in proportion${pairs.some(hasInterval) ? ', with 95 % intervals' : ''}`,
            table: pairsTable(pairs),
            lessImportant: [
              'P(shorter)',
              ...LEAST_FIRST.filter((shown) => shown !== metric).map((shown) => METRIC_LABELS[shown]),
            ],
          },
        ]
      : []),
    ...(kind === 'compare'
      ? pairs
          .filter(({ shifts }) => shifts.length > 0)
          .map((pair) => ({
            title: `latency of ${pair.a} against ${pair.b}`,
            table: shiftTable(pair),
            lessImportant: [SHIFT_PLOT],
          }))
      : []),
  ];
}

/** Costs of starting and merging are only for people who work on volley. */
function armsTable(arms: readonly Arm[], isVerbose: boolean): Table {
  const middle = (arm: Arm, of: (round: Arm['rounds'][number]) => number): number =>
    median(arm.rounds.map(of));
  const lines = sparklines(arms.map(({ rounds }) => rounds.flatMap(({ histogram }) => histogram)));
  return {
    heading: [
      ...['', 'workers', 'throughput', 'failed', 'p50', 'p99', CPU, memoryHeading(arms)],
      ...(isVerbose ? ['start-up', 'merge', 'moved'] : []),
      'latencies',
    ],
    rows: arms.map((arm, index) => [
      arm.name,
      formatCount(arm.workers),
      levelText(arm.figures.throughput, formatRate),
      failuresText(arm),
      levelText(arm.figures.p50, formatMs),
      levelText(arm.figures.p99, formatMs),
      levelText(arm.figures.cpu, formatCpu),
      formatBytes(middle(arm, ({ cost }) => cost.peakMemoryBytes)),
      ...(isVerbose
        ? [
            formatMs(middle(arm, ({ generator }) => generator.startupMs)),
            formatMs(middle(arm, ({ generator }) => generator.mergeMs)),
            formatBytes(middle(arm, ({ generator }) => generator.batchBytes)),
          ]
        : []),
      lines[index] ?? '',
    ]),
  };
}

/** On systems that do not report proportional sizes, shared pages count in each process. */
function memoryHeading(arms: readonly Arm[]): string {
  const isResident = arms.some(({ rounds }) => rounds.some(({ cost }) => cost.memoryKind === 'resident'));
  return isResident ? 'resident' : 'memory';
}

/** Each figure with its median and the 95 % interval of that; a dash if a round lacks it or there are few rounds. */
function levelsTable({ figures }: Arm): Table {
  const row = (metric: Metric, format: (value: number) => string): string[] => {
    const level = figures[metric];
    const isBounded = level !== undefined && level.low !== null && level.high !== null;
    return [
      metric === 'cpu' ? CPU : METRIC_LABELS[metric],
      levelText(level, format),
      isBounded ? format(level.low ?? 0) : NOTHING,
      isBounded ? format(level.high ?? 0) : NOTHING,
    ];
  };
  return {
    heading: ['', 'median', 'from', 'to'],
    rows: [
      row('throughput', formatRate),
      row('p50', formatMs),
      row('p90', formatMs),
      row('p99', formatMs),
      row('cpu', formatCpu),
    ],
  };
}

function hasInterval({ figures }: Pair): boolean {
  return SHOWN.some((metric) => (figures[metric]?.low ?? null) !== null);
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

/** Rendered Markdown joins blanks, also in code; those that do not break stay, and the middle where it is. */
function withPlotAsCode(table: Table): Table {
  const plot = table.heading.indexOf(SHIFT_PLOT);
  const asCode = (cells: readonly string[]): string[] =>
    cells.map((cell, column) => (column === plot ? `\`${cell.replaceAll(' ', '\u00a0')}\`` : cell));
  return { ...table, heading: asCode(table.heading), rows: table.rows.map(asCode) };
}

/** Each percentile's distance from the other side's, as a bar on the side of the larger one. */
function shiftTable({ a, b, shifts }: Pair): Table {
  const widest = Math.max(...shifts.map(({ aMs, bMs }) => Math.abs(Math.log(aMs / bMs))), Number.MIN_VALUE);
  return {
    heading: ['', b, a, 'shift', SHIFT_PLOT],
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
  return failures.failed === 0 ? '0' : formatFailedShare(failures.share);
}

/** CPU time per request, which is measured in microseconds. */
function formatCpu(micros: number): string {
  return formatMs(microsToMs(micros));
}

function levelText(level: Level | undefined, format: (value: number) => string): string {
  return level === undefined ? NOTHING : format(level.median);
}

/** The number of arms, rounds and runs ahead, and about how long they take. */
export function announcement(arms: number, rounds: number, eachMs: number | null): string {
  const runs = arms * rounds;
  const length = eachMs === null ? '' : `, about ${formatAbout(runs * eachMs)}`;
  return `${counted(arms, 'arm')} × ${counted(rounds, 'round')}: ${counted(runs, 'run')}${length}`;
}
