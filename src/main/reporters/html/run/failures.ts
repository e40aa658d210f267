import type { ErrorSummary, Summary } from '../../../../protocol/summary.ts';
import { failedAsText } from '../../../text/failure-words.ts';
import { counted } from '../../../text/format.ts';
import { shareTable } from '../charts/share-table.ts';
import { html, type Markup } from '../markup.ts';
import { clock, count, percent } from '../numbers.ts';
import type { RunView } from './run-view.ts';

const FIRST_BAD_STATUS = 400;
/** More rows would bury what comes after them. */
const MOST_ROWS = 100;

export function failuresPanel({ summary, intervalMs }: RunView): Markup {
  return html`${summary.errors.length === 0 ? html`<p>${noneText(summary)}</p>` : errorTable(summary, intervalMs)}
${statusTable(summary)}`;
}

function noneText({ requests: { sent, unfinished, interrupted = 0, dropped } }: Summary): string {
  const left = unfinished + interrupted + dropped;
  if (sent === 0) return 'No request was sent.';
  return left === 0
    ? 'None: every request that was sent had a complete answer that counts as ok.'
    : `None of those that were answered; ${count(left)} had no answer when the waiting ended.`;
}

function errorTable({ errors, requests }: Summary, intervalMs: number): Markup {
  return html`<table class="wide errs"><caption>${count(requests.failed)} failed requests by kind${unansweredText(requests)}${leftOut(errors.length)}</caption><thead><tr><th scope="col">Kind</th><th scope="col" class="n">Count</th><th scope="col" class="n">Of sent</th><th scope="col" class="n">First – last</th><th scope="col">Example</th></tr></thead><tbody>${errors
    .slice(0, MOST_ROWS)
    .map(
      (error) =>
        html`<tr><th scope="row">${error.kind}${failedAsText(error.kind, error.code) === error.kind ? null : html` <span class="soft">${error.code}</span>`}</th><td class="n" data-l="Count">${count(error.count)}</td><td class="n" data-l="Of sent">${percent(requests.sent === 0 ? 0 : error.count / requests.sent)}</td><td class="n" data-l="First – last">${whenText(error, intervalMs)}</td><td class="ex">${error.example}</td></tr>
`,
    )}</tbody></table>`;
}

/** Those that the table has no row for: they have not failed, and count as errors all the same. */
function unansweredText({ unfinished }: Summary['requests']): string {
  return unfinished === 0 ? '' : `; ${count(unfinished)} more had no answer when the waiting ended`;
}

/** Says of a long list that only a part is shown. */
function leftOut(all: number): string {
  return all <= MOST_ROWS
    ? ''
    : `; the ${MOST_ROWS} most frequent, ${count(all - MOST_ROWS)} more are in the JSON`;
}

function whenText({ firstAtMs, lastAtMs }: ErrorSummary, intervalMs: number): string {
  if (firstAtMs === undefined || lastAtMs === undefined) return '–';
  const [first, last] = [clock(firstAtMs, intervalMs), clock(lastAtMs, intervalMs)];
  return first === last ? first : `${first} – ${last}`;
}

function statusTable({ statuses }: Summary): Markup | null {
  const all = Object.entries(statuses);
  const answers = all.reduce((sum, [, times]) => sum + times, 0);
  const shown = all
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_ROWS)
    .sort(([a], [b]) => Number(a) - Number(b));
  return shareTable(
    `${counted(answers, 'complete answer')} by status${leftOut(all.length)}`,
    shown.map(([name, times]) => ({ name, times, isBad: Number(name) >= FIRST_BAD_STATUS })),
    answers,
  );
}
