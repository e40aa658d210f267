import { EXIT_CODE_PRECEDENCE, EXIT_CODES } from '../../../protocol/exit-codes.ts';
import type { Definition } from './definition-list.ts';

/** The meaning of each exit code, in one line. */
const MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  ok: 'finished, not failing, every threshold held',
  failed: 'failing, a threshold did not hold, no request succeeded, or a row failed',
  usage: 'bad usage or configuration: nothing was sent',
  degraded: 'a worker was lost, or part of the load was dropped, late or never sent',
  notWritten: 'the result could not be written where asked; it is still printed',
  interrupted: 'interrupted: the result so far is printed',
};

export const EXIT_CODE_ROWS: readonly Definition[] = Object.entries(EXIT_CODES).map(([name, code]) => [
  String(code).padStart(3),
  MEANINGS[name as keyof typeof EXIT_CODES],
]);

/** Which one it is where a run is, say, both degraded and failing. */
export const EXIT_CODE_ORDER = `If several apply, the first of ${EXIT_CODE_PRECEDENCE.join(', ')} is used.`;

/** The codes in one sentence. */
export const EXIT_CODES_IN_SHORT =
  'Exit codes: 0 fine, 1 failing or a threshold did not hold, 2 bad usage (nothing was sent), 3 degraded, ' +
  '4 the result could not be written, 130 interrupted.';
