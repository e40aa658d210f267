/** Exit codes of the process; docs/cli.md explains each. */
export const EXIT_CODES = {
  ok: 0,
  failed: 1,
  usage: 2,
  degraded: 3,
  notWritten: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Where several apply, the first of these wins. */
export const EXIT_CODE_PRECEDENCE: readonly ExitCode[] = [
  EXIT_CODES.usage,
  EXIT_CODES.interrupted,
  EXIT_CODES.notWritten,
  EXIT_CODES.degraded,
  EXIT_CODES.failed,
];
