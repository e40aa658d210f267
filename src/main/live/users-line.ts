import { formatCount } from '../text/format.ts';
import type { Line, Piece } from './line.ts';
import type { LiveState } from './live-state.ts';
import { labelled } from './tracks.ts';

/** How many users are active, and how iterations and checks have ended; empty without scenarios. */
export function usersLines({ users: state }: LiveState): Line[] {
  if (state === null) return [];
  const { users, completed, failed, interrupted, dropped, failedChecks, example } = state;
  const counted: Piece[] = [
    [failed, `failed${example === null ? '' : `, most ${example}`}`, 'bad'] as const,
    [failedChecks, 'checks failed', 'bad'] as const,
    [interrupted, 'interrupted', 'warning'] as const,
    [dropped, 'dropped', 'bad'] as const,
  ].flatMap(([count, what, tone]) =>
    count === 0 ? [] : [{ text: `  ${formatCount(count)} ${what}`, tone }],
  );
  const good: Piece = { text: `${formatCount(users)} now  ${formatCount(completed)} iterations completed` };
  return [labelled('users', [good, ...counted])];
}
