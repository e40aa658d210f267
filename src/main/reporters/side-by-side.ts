import type { Summary } from '../../protocol/summary.ts';
import { formatCount, formatMs, formatRate } from '../format.ts';

const WIDTHS = [10, 8, 10, 14, 10, 10, 12];

/** Several results of the same load, a row each. */
export function renderSideBySide(summaries: readonly Summary[]): string {
  const heading = ['mode', 'workers', 'requests', 'throughput', 'p50', 'p99', 'CPU/request'];
  const rows = summaries.map(({ plan, requests, rate, latencyMs, generator }) => {
    const { percentiles } = latencyMs[latencyMs.headline];
    return [
      plan.mode,
      String(plan.workers),
      formatCount(requests.ok),
      formatRate(rate.throughputPerSecond),
      formatMs(percentiles['50'] ?? null),
      formatMs(percentiles['99'] ?? null),
      generator.cpuMicrosPerRequest === null ? '–' : `${generator.cpuMicrosPerRequest.toFixed(1)} µs`,
    ];
  });
  return [heading, ...rows].map((cells) => `${aligned(cells)}\n`).join('');
}

function aligned(cells: readonly string[]): string {
  return cells
    .map((cell, column) =>
      column === 0 ? cell.padEnd(WIDTHS[column] ?? 0) : cell.padStart(WIDTHS[column] ?? 0),
    )
    .join('');
}
