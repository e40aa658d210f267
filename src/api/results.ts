import { readSaved } from '../main/files/result-file.ts';
import { COMPARISON_REPORTERS } from '../main/reporters/comparison-text.ts';
import { REPORTERS } from '../main/reporters/reporters.ts';
import type { Comparison } from '../protocol/comparison.ts';
import { ERROR_CODES, VolleyError } from '../protocol/errors.ts';
import type { ResultForm } from '../protocol/result-forms.ts';
import type { Summary } from '../protocol/summary.ts';

/**
 * A result as text in one of the forms of `--output`.
 *
 * @throws VolleyError VOLLEY_USAGE where it is no result, or one of this kind has no such form
 */
export function render(result: Summary | Comparison, form: ResultForm = 'text'): string {
  checkResult(result);
  if ('arms' in result) {
    const reporters: Readonly<Record<string, (comparison: Comparison) => string>> = COMPARISON_REPORTERS;
    return reporterIn(reporters, form)(result);
  }
  return reporterIn(REPORTERS, form)(result);
}

function checkResult(result: unknown): void {
  const isResult =
    typeof result === 'object' && result !== null && ('arms' in result || 'latencyMs' in result);
  if (!isResult)
    throw new VolleyError(
      ERROR_CODES.usage,
      'That is not a result: give what run(), compare() or readResult() returned.',
    );
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
 * @throws VolleyError VOLLEY_RESULT_FILE where it cannot be read, or is no result of this schema version
 */
export async function readResult(path: string): Promise<Summary | Comparison> {
  return readSaved(path);
}
