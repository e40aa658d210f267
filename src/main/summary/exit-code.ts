import { EXIT_CODE_PRECEDENCE, EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import type { Summary } from '../../protocol/summary.ts';
import { VERDICT_LIMITS } from './verdict-facts.ts';

/** The exit code of the process after a run. */
export function exitCodeOf(summary: Summary, couldNotWrite: boolean): ExitCode {
  const { requests, thresholds, stoppedBy } = summary;
  const isFailed =
    requests.ok === 0 ||
    // Requests in flight at the stop may have brought the figure back within its limit.
    stoppedBy !== null ||
    summary.baseline?.isFailure === true ||
    (summary.scenarios?.teardownFailure ?? null) !== null ||
    thresholds.some(({ ok }) => !ok) ||
    failsByVerdict(summary);
  return worstOf([
    summary.interrupted ? EXIT_CODES.interrupted : EXIT_CODES.ok,
    couldNotWrite ? EXIT_CODES.notWritten : EXIT_CODES.ok,
    summary.degraded ? EXIT_CODES.degraded : EXIT_CODES.ok,
    isFailed ? EXIT_CODES.failed : EXIT_CODES.ok,
  ]);
}

/** The code to exit with, out of several. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return EXIT_CODE_PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT_CODES.ok;
}

/**
 * Whether the verdict is `failing` and no rule of the user limits how much may fail: such a rule decides alone.
 * If few requests failed but held connections for long, only a rule that allows more than few failures counts.
 */
export function failsByVerdict({
  generator: { verdict, finding },
  thresholds,
}: Pick<Summary, 'generator' | 'thresholds'>): boolean {
  if (verdict !== 'failing') return false;
  // Nothing of these counts as failed, so no rule allows them.
  if (finding?.code === 'unrequested-bytes' || finding?.code === 'vu-setup-failed') return true;
  if (finding?.code === 'iterations-failed')
    return !thresholds.some((rule) => isOnIterations(rule) && rule.isImplied !== true);
  const { failedShare } = VERDICT_LIMITS;
  const areFew =
    finding?.code === 'requests-failed' &&
    finding.figures.request === null &&
    finding.figures.failed <= failedShare * finding.figures.of;
  return !thresholds.some(
    (rule) =>
      isOnErrors(rule) && rule.isImplied !== true && !(areFew && (rule.limit ?? Infinity) <= failedShare),
  );
}

/** Whether a rule is about failed iterations: of all or of one scenario. */
export function isOnIterations({ expression }: Pick<Summary['thresholds'][number], 'expression'>): boolean {
  return expression.startsWith('iteration-errors');
}

/** Whether a rule is about failures: of the whole run or of one request of a mix. */
export function isOnErrors({ expression }: Pick<Summary['thresholds'][number], 'expression'>): boolean {
  return expression.startsWith('error-rate');
}
