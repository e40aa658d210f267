import type { Finding } from '../../protocol/finding.ts';
import type { ErrorSummary } from '../../protocol/summary.ts';
import type { Collected } from '../collect/collected.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
/** Beyond this share of all answers, redirects are what was measured. */
const NOTED_SHARE = 0.5;

/** Reports that most answers were redirects that were not followed; empty if a status was expected. */
export function redirectsOf(
  { plan, workers }: Pick<Collected, 'plan' | 'workers'>,
  statuses: ReadonlyMap<number, number>,
  errors: readonly ErrorSummary[],
): Finding<'redirects-not-followed'>[] {
  // Those at the end of too many redirects have failed, which says more.
  const failed = errors.find(({ kind, code }) => kind === 'expectation' && code === 'REDIRECT')?.count ?? 0;
  const redirects = REDIRECTS.reduce((sum, status) => sum + (statuses.get(status) ?? 0), -failed);
  const answered = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const isAskedFor = plan.mix.every(({ expectation }) => (expectation?.statuses.length ?? 0) > 0);
  if (isAskedFor || redirects <= NOTED_SHARE * answered) return [];
  const location = workers.find(({ report }) => report?.redirectedTo != null)?.report?.redirectedTo ?? null;
  const figures = {
    redirects,
    answered,
    location,
    isFollowing: plan.mix.every(({ maxRedirects }) => maxRedirects > 0),
  };
  return [{ code: 'redirects-not-followed', figures }];
}
