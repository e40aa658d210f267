import type { Summary } from '../../protocol/summary.ts';
import { padEndToCells, widthOf } from '../text/cell-width.ts';
import { headlinesOf, type MaybeOfBatch, verdictName } from '../text/headlines.ts';
import { baselineSentences } from './baseline-text.ts';
import { countLines, failureLines } from './counts-text.ts';
import { detailLines } from './details-text.ts';
import { whyItMayPass } from './failing-text.ts';
import { histogramLines } from './histogram-text.ts';
import { LABEL_WIDTH, rows } from './labelled-rows.ts';
import { latencyHeadline, latencyTable } from './latency-text.ts';
import { mixTable, whatWasSent } from './mix-table.ts';
import { planText } from './plan-text.ts';
import { impliedText, stopSentences, valueText } from './rule-text.ts';
import { scenarioLines } from './scenarios-text.ts';
import { streamLines } from './stream-text.ts';
import { namesFitted, renderPlainTable } from './table.ts';
import { PLAIN_VIEW, type Tone, type View } from './view.ts';
import { wrapped, wrappedWhole } from './wrap.ts';

/** Before a rule. */
const SIGN_WIDTH = 2;
/** Before a rule, and between it and its value. */
const GAPS = SIGN_WIDTH + 3;
/** Columns of the mix, which are left out in this order where there is no room. */
const LESS_IMPORTANT = ['p90', 'ok', 'p50', 'max', 'sent'];
/** A narrower column of words is hard to read. */
const NARROWEST_VALUE = 30;

/** The result as text, in the order of a reader's questions: is anything wrong, how much, how fast; then the explanations. */
export function renderText(summary: MaybeOfBatch, view: View = PLAIN_VIEW): string {
  const sections = [
    header(summary, view),
    notices(summary, view),
    thresholds(summary, view),
    failureLines(summary, view),
    scenarioLines(summary, view),
    [...countLines(summary, view), ...latencyHeadline(summary, view)],
    latencyTable(summary, view),
    streamLines(summary, view),
    mix(summary, view),
    histogramLines(summary, view),
    [...detailLines(summary, view), ...notes(summary, view), ...verdict(summary, view)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function header(summary: Summary, { width, paint }: View): string[] {
  const { tool, plan, generator, agents } = summary;
  const ofAgents = agents ? { agents: agents.length, areWorkersKnown: true } : {};
  const name = `volley ${tool.version}`;
  const [title = '', ...more] = wrappedWhole(`${name}  ${whatWasSent(summary)}`, width);
  return [
    title.startsWith(`${name}  `) ? `${name}  ${paint('strong', title.slice(name.length + 2))}` : title,
    ...more.map((line) => paint('strong', line)),
    ...wrapped(planText({ ...plan, ...ofAgents }, generator.pacing), width),
  ];
}

/** What a reader must know before any figure. */
function notices(summary: MaybeOfBatch, view: View): string[] {
  const { interrupted, degradedReasons } = summary;
  const tone = verdictName(summary) === 'failing' ? 'bad' : 'warning';
  const whyPassed = whyItMayPass(summary);
  return [
    ...headlinesOf(summary).flatMap((line) => told(tone, line, view)),
    ...(whyPassed === null ? [] : wrapped(whyPassed, view.width)),
    ...stopSentences(summary).flatMap((sentence) => told('bad', sentence, view)),
    ...(interrupted ? told('warning', 'INTERRUPTED: this is what was measured until then.', view) : []),
    ...degradedReasons.flatMap((reason) => told('warning', `DEGRADED: ${reason}`, view)),
  ];
}

/** A value stands next to its rule, or below it if too little of the line is left. */
function thresholds({ thresholds: rules }: Summary, { width, paint }: View): string[] {
  const room = width - LABEL_WIDTH - GAPS;
  const lengths = rules.map(({ expression }) => widthOf(expression));
  const aligned = Math.max(0, ...lengths.filter((length) => length <= room - NARROWEST_VALUE));
  return rules.flatMap((rule, index) => {
    const [expression = '', ...more] = wrapped(rule.expression, width - LABEL_WIDTH - SIGN_WIDTH);
    const beside = Math.max(aligned, widthOf(rule.expression));
    const value = `${valueText(rule)}${impliedText(rule)}`;
    const isBeside = room - beside >= Math.min(NARROWEST_VALUE, value.length);
    const indent = ' '.repeat(LABEL_WIDTH + (isBeside ? beside + GAPS : SIGN_WIDTH));
    const values = wrapped(value, width - indent.length);
    const [first, below] = isBeside ? [`   ${values[0] ?? ''}`, values.slice(1)] : ['', values];
    const label = (index === 0 ? 'thresholds' : '').padEnd(LABEL_WIDTH);
    const text = `${rule.ok ? '✓' : '✗'} ${padEndToCells(expression, isBeside ? aligned : 0)}${first}`;
    const rest = more.map((line) =>
      paint(rule.ok ? 'good' : 'bad', ' '.repeat(LABEL_WIDTH + SIGN_WIDTH) + line),
    );
    return [label + paint(rule.ok ? 'good' : 'bad', text), ...rest, ...below.map((line) => indent + line)];
  });
}

function mix(summary: Summary, { width }: View): string[] {
  const table = mixTable(summary);
  return table.rows.length === 0
    ? []
    : renderPlainTable(namesFitted(table, width, LESS_IMPORTANT)).split('\n');
}

function notes({ notes: sentences, baseline }: Summary, { width }: View): string[] {
  return [...baselineSentences(baseline), ...sentences].flatMap((sentence) => rows('note', sentence, width));
}

/** All that the verdict rests on, and what to do. */
function verdict(summary: MaybeOfBatch, { width, paint }: View): string[] {
  const { generator } = summary;
  const name = verdictName(summary);
  const tone = name === 'ok' ? 'good' : name === 'failing' ? 'bad' : 'warning';
  const [first = '', ...more] = rows('verdict', `${name}. ${generator.reasons.join(' ')}`, width);
  return [first.replace(name, paint(tone, name)), ...more];
}

function told(tone: Tone, sentence: string, view: View): string[] {
  return wrapped(sentence, view.width).map((line, index) => (index === 0 ? painted(tone, line, view) : line));
}

/** Colours the part before the colon. */
function painted(tone: Tone, line: string, { paint }: View): string {
  return line.replace(/^[^:]*/, (sign) => paint(tone, sign));
}
