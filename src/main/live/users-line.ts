import { formatCount } from '../text/format.ts';
import type { Line, Piece } from './line.ts';
import type { LiveState } from './live-state.ts';
import { labelled } from './tracks.ts';

const MOST_GROUPS = 2;

/** How many users are active, how iterations and checks have ended, and which groups fail; empty without scenarios. */
export function usersLines({ users: state }: LiveState): Line[] {
  if (state === null) return [];
  const { users, areAtTeardown, completed, failed, interrupted, dropped } = state;
  const { failedChecks, failedGroups, example } = state;
  const counted: Piece[] = [
    [failed, 'failed', 'bad'] as const,
    [failedChecks, 'checks failed', 'bad'] as const,
    [interrupted, 'interrupted', 'warning'] as const,
    [dropped, 'dropped', 'bad'] as const,
  ].flatMap(([count, what, tone]) =>
    count === 0 ? [] : [{ text: `  ${formatCount(count)} ${what}`, tone }],
  );
  const now = `${formatCount(users)} now${areAtTeardown && users > 0 ? ', in vuTeardown' : ''}`;
  const good: Piece = { text: `${now}  ${formatCount(completed)} iterations completed` };
  // What may be long comes last, so that a narrow screen cuts no count.
  const why: Piece[] = [
    ...(failedGroups.length === 0
      ? []
      : [
          {
            text: `  in ${failedGroups
              .slice(0, MOST_GROUPS)
              .map((group) => `${group.name} ${formatCount(group.failed)}`)
              .join(', ')}`,
            tone: 'bad' as const,
          },
        ]),
    ...(failed > 0 && example !== null ? [{ text: `  most ${example}`, tone: 'bad' as const }] : []),
  ];
  return [labelled('users', [good, ...counted, ...why])];
}
