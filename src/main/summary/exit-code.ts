import { EXIT_CODE_PRECEDENCE, EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { Summary } from '../../protocol/summary.ts';

/** What the process ends with after a run. */
export function exitCodeOf(summary: Summary, couldNotWrite: boolean): ExitCode {
  const { requests, thresholds, stoppedBy } = summary;
  const isFailed =
    requests.ok === 0 ||
    // What was in flight at the stop may have put the rule right again.
    stoppedBy !== null ||
    thresholds.some(({ ok }) => !ok) ||
    failsByVerdict(summary);
  return worstOf([
    summary.interrupted ? EXIT_CODES.interrupted : EXIT_CODES.ok,
    couldNotWrite ? EXIT_CODES.notWritten : EXIT_CODES.ok,
    summary.degraded ? EXIT_CODES.degraded : EXIT_CODES.ok,
    isFailed ? EXIT_CODES.failed : EXIT_CODES.ok,
  ]);
}

/** Of several codes the one to end with. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return EXIT_CODE_PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT_CODES.ok;
}

/** Why nothing succeeded, in one sentence; null where something did, or nothing was sent. */
export function whyNothingSucceeded({ requests, errors }: Summary): string | null {
  const first = errors[0];
  if (requests.ok > 0 || requests.sent === 0) return null;
  if (first === undefined) return `No request succeeded: none of ${requests.sent} was answered in time.`;
  return `No request succeeded: ${first.count} of ${requests.sent} failed with ${first.kind} (${first.code}): ${first.example}.`;
}

/** Whether the verdict is `failing`, and the user has not said with a rule how much may fail: such a rule decides alone. */
export function failsByVerdict({
  generator,
  thresholds,
}: Pick<Summary, 'generator' | 'thresholds'>): boolean {
  return (
    generator.verdict === 'failing' && !thresholds.some((rule) => isOnErrors(rule) && rule.isImplied !== true)
  );
}

/** The same in one sentence, with what failed; null where it does not, or a broken rule on the error rate says so. */
export function whyItFails(summary: Pick<Summary, 'generator' | 'thresholds'>): string | null {
  if (!failsByVerdict(summary) || summary.thresholds.some((rule) => isOnErrors(rule) && !rule.ok))
    return null;
  const [what = 'Requests failed.'] = summary.generator.reasons;
  return `The target is failing, and no rule on the error rate allows it: ${what}`;
}

function isOnErrors({ expression }: Pick<Summary['thresholds'][number], 'expression'>): boolean {
  return expression.startsWith('error-rate');
}
