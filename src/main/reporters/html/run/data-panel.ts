import { formatDuration, NOTHING } from '../../../text/format.ts';
import { html, type Markup } from '../markup.ts';
import { clock, count, ms, unbroken } from '../numbers.ts';
import type { Column, RunView } from './run-view.ts';

const MOST_ROWS = 60;

/** The result itself, and the run as a table. */
export function dataPanel(view: RunView): Markup {
  return html`${resultNote()}
${view.columns.length === 0 ? null : intervalTable(view)}`;
}

/** Explains that the file is itself a result. */
export function resultNote(): Markup {
  return html`<p>This file holds the whole result: <code>volley report</code> and <code>volley compare</code> read it as they read what <code class="whole">--out</code> has saved. <button type="button" id="save" class="js-only">Save the JSON</button></p>`;
}

function intervalTable({ columns, intervalMs, summary, leading: [kind] }: RunView): Markup {
  const inOne = Math.ceil(columns.length / MOST_ROWS);
  const rowMs = inOne * intervalMs;
  const rows = Array.from({ length: Math.ceil(columns.length / inOne) }, (_, index) =>
    columns.slice(index * inOne, (index + 1) * inOne),
  );
  const sum = (row: readonly Column[], of: (column: Column) => number): number =>
    row.reduce((total, column) => total + of(column), 0);
  const worst = (row: readonly Column[], of: (column: Column) => number | null): number | null =>
    row.reduce<number | null>((most, column) => {
      const value = of(column);
      return value === null ? most : Math.max(most ?? value, value);
    }, null);
  const each = unbroken(formatDuration(rowMs));
  const caption =
    rowMs > summary.series.intervalMs
      ? `Each row is ${each}: counts are sums, latencies (${kind} time) those of its worst ${unbroken(formatDuration(summary.series.intervalMs))}.`
      : `Each row is ${each}; latencies are ${kind} time.`;
  return html`<details class="rows"><summary>The run in ${rows.length === 1 ? 'one row' : `${rows.length} rows`}</summary><table class="wide num"><caption>${caption}</caption><thead><tr><th scope="col">From</th><th scope="col">Sent</th><th scope="col">Ok</th><th scope="col">Failed</th><th scope="col">p50</th><th scope="col">p99</th><th scope="col">Max</th><th scope="col">Open</th></tr></thead><tbody>${rows.map(
    (row) => {
      const open = worst(row, ({ outstanding }) => outstanding);
      const answered = row.every((column) => column.answered !== null)
        ? sum(row, (column) => column.answered ?? 0)
        : sum(row, ({ sent, failed, failures }) => sent - failed - (failures['unfinished'] ?? 0));
      return html`<tr><th scope="row">${clock(row[0]?.atMs ?? 0, rowMs)}</th><td>${count(sum(row, ({ sent }) => sent))}</td><td>${count(answered)}</td><td>${count(sum(row, ({ failed }) => failed))}</td><td>${ms(worst(row, (column) => column[kind].p50))}</td><td>${ms(worst(row, (column) => column[kind].p99))}</td><td>${ms(worst(row, (column) => column[kind].max))}</td><td>${open === null ? NOTHING : count(open)}</td></tr>
`;
    },
  )}</tbody></table></details>`;
}
