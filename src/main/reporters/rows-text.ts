import type { BatchRows, RowExample } from '../../protocol/batch.ts';
import type { ResultForm } from '../../protocol/result-forms.ts';
import { counted, formatAskedRate, formatCount, shareText } from '../text/format.ts';
import { LABEL_WIDTH, labelled, row } from './labelled-rows.ts';
import { PLAIN_VIEW } from './view.ts';
import { wrappedUpTo } from './wrap.ts';

const MOST_ERRORS = 5;
const LINES_OF_EXAMPLE = 3;

/** The forms that people read. In the others, which programs read, further lines would be wrong. */
type ReadForm = Extract<ResultForm, 'text' | 'markdown'>;

/** Whether the outcome of a batch's rows comes before a result in this form. */
export function hasRows(form: ResultForm): form is ReadForm {
  return form === 'text' || form === 'markdown';
}

/**
 * How the rows of a batch ended, as text.
 *
 * @param leftOut which rows were not sent; null if none were left out or it is unknown which
 */
export function renderRows(rows: BatchRows, form: ReadForm, leftOut: string | null): string {
  const lines = linesOf(rows, leftOut);
  const block = form === 'markdown' ? lines.map((line) => `    ${line}`) : lines;
  return `${block.join('\n')}\n\n`;
}

function linesOf(rows: BatchRows, leftOut: string | null): string[] {
  const {
    total,
    done,
    ok,
    failed,
    retries,
    doneBefore,
    returned,
    rateLimitReplies,
    limitPerSecond = null,
    statuses,
    errors,
    examples = {},
  } = rows;
  const rare = [
    ...(retries > 0 ? [counted(retries, 'retry', 'retries')] : []),
    ...(doneBefore > 0 ? [`${formatCount(doneBefore)} journalled before`] : []),
    ...(returned > 0 ? [`${formatCount(returned)} given to another worker`] : []),
  ];
  const of = total === null || total === done ? '' : ` of ${formatCount(total)}`;
  const byStatus = Object.entries(statuses).map(([status, count]) => `${formatCount(count)} × ${status}`);
  const ranked = Object.entries(errors).sort(([, a], [, b]) => b - a);
  const byError = ranked.map(([error, count]) => `${formatCount(count)} × ${error}`);
  const counts = [
    `${formatCount(done)}${of} answered`,
    `${formatCount(ok)} ok`,
    `${formatCount(failed)} failed${shareText(failed, done)}`,
  ];
  return [
    // Rows that could not be sent leave no request that failed.
    ...(done > 0 && failed === done ? [...allFailed(rows), ''] : []),
    row('rows', [...counts, ...rare].join(', ')),
    ...(leftOut === null ? [] : [row('left out', leftOut)]),
    ...(limitPerSecond === null
      ? []
      : [row('limit', `at most ${formatAskedRate(limitPerSecond)} begin, retries included`)]),
    ...(byStatus.length > 0 ? [row('by status', byStatus.join(', '))] : []),
    ...(byError.length > 0 ? [row('by error', byError.slice(0, MOST_ERRORS).join(', '))] : []),
    ...labelled(
      'example',
      ranked.slice(0, MOST_ERRORS).flatMap(([kind]) => exampleLines(examples[kind], (rows.skipped ?? 0) > 0)),
    ),
    ...(rateLimitReplies > 0
      ? [row('limited', `${counted(rateLimitReplies, 'reply', 'replies')} asked for fewer requests (429)`)]
      : []),
  ];
}

/** The requests of rows that failed by `--select` alone were answered, so the verdict on them may be good. */
function allFailed({ errors, failed }: BatchRows): string[] {
  if (errors['select'] !== failed) return ['FAILING: all of the rows failed'];
  return [
    'FAILING: all of the rows failed: no answer is JSON, as --select needs it',
    'The verdict below is on the requests alone; look at one answer with --once.',
  ];
}

/** Where to find a row: by its line where rows were left out, which the numbers of the others do not count. */
export function exampleName({ row, line }: RowExample, isPartLeftOut: boolean): string {
  if (!isPartLeftOut) return `row ${formatCount(row)}`;
  return line === undefined ? `row ${formatCount(row)} of those sent` : `line ${formatCount(line)}`;
}

function exampleLines(example: RowExample | undefined, isPartLeftOut: boolean): string[] {
  if (example === undefined) return [];
  const text = `${exampleName(example, isPartLeftOut)}: ${example.error}`;
  return wrappedUpTo(LINES_OF_EXAMPLE, text, PLAIN_VIEW.width - LABEL_WIDTH);
}
