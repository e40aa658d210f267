import { awaitedOf, notOkOf } from '../../protocol/report.ts';
import type { MixRow, Summary } from '../../protocol/summary.ts';
import { extremeText, percentileText } from '../text/bound-text.ts';
import { cutApart } from '../text/cell-width.ts';
import { formatCount, shareText } from '../text/format.ts';
import { againstWhat, named, targetText } from '../text/target-text.ts';
import type { Table } from './table.ts';

const MOST_ROWS = 12;
const NAME_WIDTH = 34;
const PREFERRED = ['50', '90', '99'];

/** The name of a run, if it has one, and its request, or the number of requests and the first of them. */
export function whatWasSent(summary: Summary): string {
  return named(summary.plan.name, requestsText(summary));
}

function requestsText({ plan, mix }: Summary): string {
  if (plan.scenarios !== undefined) return againstWhat(plan.scenarios.file, plan.target.url);
  if (mix.length === 0) return targetText(plan);
  return `${mix.length} requests, the first ${targetText(plan)}`;
}

/** A row for each request of a mix, most frequent first; no rows for a single request. */
export function mixTable({ mix, latencyMs }: Summary): Table {
  const labels = PREFERRED.filter((label) => Object.hasOwn(latencyMs[latencyMs.headline].percentiles, label));
  const rows = [...mix].sort((a, b) => b.sent - a.sent);
  const shown = rows.slice(0, MOST_ROWS);
  const left = rows.length - shown.length;
  const names = cutApart(
    shown.map(({ name }) => name),
    NAME_WIDTH,
  );
  return {
    heading: ['request', 'sent', 'ok', 'failed', ...labels.map((label) => `p${label}`), 'max'],
    rows: [
      ...shown.map((row, index) => [names[index] ?? row.name, ...cells(row, labels)]),
      ...(left > 0 ? [[`and ${left} more`]] : []),
    ],
  };
}

function cells(row: MixRow, labels: readonly string[]): string[] {
  const { sent, ok, latencyMs } = row;
  const failed = notOkOf(row);
  return [
    formatCount(sent),
    formatCount(ok),
    formatCount(failed) + shareText(failed, awaitedOf(row)),
    ...labels.map((label) => percentileText(latencyMs, label)),
    extremeText(latencyMs, latencyMs.max),
  ];
}
