import { readSaved } from '../main/files/result-file.ts';
import { wrongPart, wrongPartOfComparison } from '../main/files/saved-shape.ts';
import { kindOf } from '../main/plan/option-shapes.ts';
import { COMPARISON_REPORTERS } from '../main/reporters/comparison-text.ts';
import { REPORTERS } from '../main/reporters/reporters.ts';
import type { Comparison } from '../protocol/comparison.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';
import type { ResultForm } from '../protocol/result-forms.ts';
import type { Summary } from '../protocol/summary.ts';

/**
 * A result as text in one of the forms of `--output`.
 *
 * @throws VolleyError VOLLEY_USAGE if it is not a result, or if results of its kind do not have this form
 */
export function render(result: Summary | Comparison, form: ResultForm = 'text'): string {
  checkResult(result);
  if (typeof form !== 'string')
    throw new VolleyError(ERROR_CODES.usage, `The form is ${kindOf(form)}: give text, such as 'json'.`);
  if ('arms' in result) {
    const reporters: Readonly<Record<string, (comparison: Comparison) => string>> = COMPARISON_REPORTERS;
    return reporterIn(reporters, form)(result);
  }
  return reporterIn(REPORTERS, form)(result);
}

/** As strictly as one that is read from a file, since a part may have been changed or left out. */
function checkResult(result: unknown): void {
  const wrong = whatIsWrong(result);
  if (wrong === null) return;
  const why = wrong === '' ? '' : ` (${wrong})`;
  throw new VolleyError(
    ERROR_CODES.usage,
    `That is not a result${why}: give what run(), compare() or readResult() returned.`,
  );
}

/** Null for a result; a reason, which may be empty, for anything else. */
function whatIsWrong(result: unknown): string | null {
  if (typeof result !== 'object' || result === null) return '';
  let plain: unknown;
  try {
    plain = JSON.parse(JSON.stringify(result));
  } catch {
    return 'a getter, a Proxy or a cycle in it makes it unreadable';
  }
  if (typeof plain !== 'object' || plain === null) return '';
  if ('arms' in plain) return wrongPartOfComparison(plain);
  return 'latencyMs' in plain ? wrongPart(plain) : '';
}

function reporterIn<T>(reporters: Readonly<Record<string, T>>, form: string): T {
  const reporter = Object.hasOwn(reporters, form) ? reporters[form] : undefined;
  if (reporter !== undefined) return reporter;
  throw new VolleyError(
    ERROR_CODES.usage,
    `A result of this kind has no form '${form}': choose one of ${Object.keys(reporters).join(', ')}.`,
  );
}

/**
 * A result as one HTML page that needs nothing else. It holds the result: {@link readResult} reads it too.
 * What makes it is loaded at the first call.
 */
export async function renderHtml(result: Summary | Comparison): Promise<string> {
  checkResult(result);
  const page = await import('../main/reporters/html/html-report.ts');
  return page.renderHtml(result);
}

/**
 * Reads a result that was saved (`--out`, `--html`, or `render(result, 'json')` in a file), and checks that it is one.
 *
 * @throws VolleyError VOLLEY_RESULT_FILE if it cannot be read, or is not a result of this schema version
 */
export async function readResult(path: string): Promise<Summary | Comparison> {
  if (typeof path !== 'string')
    throw new VolleyError(ERROR_CODES.resultFile, `The path of a result is ${kindOf(path)}: give text.`);
  return readSaved(path);
}
