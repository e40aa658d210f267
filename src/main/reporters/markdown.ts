import { LATENCY_KINDS } from '../../protocol/latency.ts';
import { awaitedOf } from '../../protocol/report.ts';
import { STREAM_TIMES } from '../../protocol/stream.ts';
import type { LatencySummary, Summary } from '../../protocol/summary.ts';
import { extremeText, leastText, percentileText } from '../text/bound-text.ts';
import { counted, formatCount, formatRateWithin, formatSpan, shareText } from '../text/format.ts';
import { type MaybeOfBatch, verdictName } from '../text/headlines.ts';
import { agentsTable } from './agents-text.ts';
import { baselineSentences } from './baseline-text.ts';
import { whyItMayPass } from './failing-text.ts';
import { markdownCode, markdownIn } from './markdown-text.ts';
import { mixTable, whatWasSent } from './mix-table.ts';
import { userParts } from './plan-text.ts';
import { impliedText, stopSentences, valueText } from './rule-text.ts';
import { scenarioTables } from './scenarios-text.ts';
import { shownKinds, streamFacts } from './stream-text.ts';
import { renderMarkdownTable, type Table } from './table.ts';

const MOST_ERRORS = 10;

/** The result as Markdown, for a pull request or the summary of a CI job. */
export function renderMarkdown(result: MaybeOfBatch): string {
  const summary = markdownIn(result);
  const { tool, plan, interrupted, degradedReasons, notes, generator } = summary;
  const remarks = [
    ...[whyItMayPass(summary) ?? []].flat(),
    ...stopSentences(summary),
    ...(interrupted ? ['INTERRUPTED: this is what was measured until then.'] : []),
    ...degradedReasons.map((reason) => `DEGRADED: ${reason}`),
    ...baselineSentences(summary.baseline),
    ...notes,
  ];
  const verdict = `**${verdictName(summary)}**: ${generator.reasons.join(' ')}`;
  const blocks = [
    `## ${whatWasSent(summary)}`,
    [`volley ${tool.version}`, ...machineParts(summary), ...loadParts(plan)].join(', '),
    // A verdict other than ok comes first.
    generator.verdict === 'ok' ? '' : verdict,
    remarks.map((remark) => `> ${remark}`).join('\n>\n'),
    section('Thresholds', thresholdsOf(result)),
    section('Errors', errorsOf(summary)),
    ...(summary.scenarios ? scenarioTables(summary.scenarios, result.thresholds) : []).map(([title, table]) =>
      section(title, table),
    ),
    section('Requests', requestsOf(summary)),
    section('Latency', latenciesOf(summary)),
    section('Tokens', streamTimesOf(summary)),
    streamSentences(summary),
    section('Requests of the mix', mixTable(summary)),
    section('Agents', agentsTable(summary)),
    generator.verdict === 'ok' ? verdict : '',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function machineParts({ plan, agents }: Summary): string[] {
  const workers = counted(plan.workers, 'worker');
  return agents ? [counted(agents.length, 'agent'), workers] : [plan.mode, workers];
}

function loadParts(plan: Summary['plan']): string[] {
  const { concurrency, client, load, scenarios } = plan;
  return scenarios === undefined
    ? [counted(concurrency, 'connection'), client, ...protocolParts(plan), `${load.model} model`]
    : [...userParts(scenarios), client, ...protocolParts(plan)];
}

/** Empty for HTTP/1.1, the default. */
function protocolParts({ protocol, streams }: Summary['plan']): string[] {
  return protocol === 'h2' || protocol === 'h2c'
    ? [`${protocol} with ${counted(streams, 'stream')} on each`]
    : [];
}

function section(title: string, table: Table): string {
  return table.rows.length === 0 ? '' : `### ${title}\n\n${renderMarkdownTable(table)}`;
}

function thresholdsOf({ thresholds }: Summary): Table {
  return {
    heading: ['', 'rule', 'measured'],
    words: ['rule', 'measured'],
    rows: thresholds.map((rule) => [
      rule.ok ? '✓' : '✗',
      `${markdownCode(rule.expression)}${impliedText(rule)}`,
      valueText(rule),
    ]),
  };
}

function requestsOf({ requests, rate, windowMs }: Summary): Table {
  const { cancelled, interrupted } = requests;
  return {
    heading: [
      'sent',
      'ok',
      'failed',
      'unfinished',
      ...(cancelled === undefined ? [] : ['cancelled']),
      ...(interrupted === undefined ? [] : ['interrupted']),
      'dropped',
      'sent/s',
      'ok/s',
      'in',
    ],
    rows: [
      [
        formatCount(requests.sent),
        formatCount(requests.ok),
        formatCount(requests.failed) + shareText(requests.failed, awaitedOf(requests)),
        formatCount(requests.unfinished),
        ...(cancelled === undefined ? [] : [formatCount(cancelled)]),
        ...(interrupted === undefined ? [] : [formatCount(interrupted)]),
        formatCount(requests.dropped),
        formatRateWithin(rate.sentPerSecond, requests.sent),
        formatRateWithin(rate.throughputPerSecond, requests.ok),
        formatSpan(windowMs),
      ],
    ],
  };
}

function latenciesOf({ latencyMs }: Summary): Table {
  const kinds = LATENCY_KINDS.filter((kind) => latencyMs[kind].count > 0);
  return timesOf(kinds.map((kind) => [kind, latencyMs[kind]]));
}

function timesOf(times: readonly (readonly [label: string, latency: LatencySummary])[]): Table {
  const labels = Object.keys(times[0]?.[1].percentiles ?? {});
  return {
    heading: ['', 'min', 'mean', ...labels.map((label) => `p${label}`), 'max'],
    rows: times.map(([label, latency]) => {
      return [
        label,
        leastText(latency),
        extremeText(latency, latency.mean),
        ...labels.map((label) => percentileText(latency, label)),
        extremeText(latency, latency.max),
      ];
    }),
  };
}

function streamTimesOf({ streams }: Summary): Table {
  if (!streams) return { heading: [], rows: [] };
  return timesOf(shownKinds(streams).map((kind) => [STREAM_TIMES[kind].label, streams.timesMs[kind]]));
}

function streamSentences({ streams }: Summary): string {
  return streams
    ? streamFacts(streams)
        .map((fact) => `- ${fact}`)
        .join('\n')
    : '';
}

function errorsOf({ errors }: Summary): Table {
  return {
    heading: ['kind', 'code', 'count', 'example'],
    words: ['code', 'example'],
    rows: errors
      .slice(0, MOST_ERRORS)
      .map(({ kind, code, count, example }) => [kind, code, formatCount(count), example]),
  };
}
