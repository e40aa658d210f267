import { EXIT_CODE_PRECEDENCE, EXIT_CODES, type ExitCode } from '../protocol/exit-codes.ts';
import type { Summary } from '../protocol/summary.ts';

/** What the process ends with after a run. */
export function exitCodeOf(summary: Summary, couldNotWrite: boolean): ExitCode {
  const isFailed = summary.requests.ok === 0 || summary.thresholds.some(({ ok }) => !ok);
  const holds: Partial<Record<ExitCode, boolean>> = {
    [EXIT_CODES.interrupted]: summary.interrupted,
    [EXIT_CODES.notWritten]: couldNotWrite,
    [EXIT_CODES.degraded]: summary.degraded,
    [EXIT_CODES.failed]: isFailed,
  };
  return EXIT_CODE_PRECEDENCE.find((code) => holds[code] === true) ?? EXIT_CODES.ok;
}

/** Why nothing succeeded, in one sentence; null where something did, or nothing was sent. */
export function whyNothingSucceeded({ requests, errors }: Summary): string | null {
  const first = errors[0];
  if (requests.ok > 0 || requests.sent === 0) return null;
  if (first === undefined) return `No request succeeded: none of ${requests.sent} was answered in time.`;
  return `No request succeeded: ${first.count} of ${requests.sent} failed with ${first.kind} (${first.code}): ${first.example}.`;
}
