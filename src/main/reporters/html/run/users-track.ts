import type { ScenariosSummary } from '../../../../protocol/summary.ts';
import { lineOverArea } from '../charts/path.ts';
import { linear } from '../charts/scale.ts';
import { type Markup, NOTHING_SHOWN } from '../markup.ts';
import { count } from '../numbers.ts';
import type { RunView } from './run-view.ts';
import { thinPlot, track } from './track.ts';

const HEIGHT = 44;

/** The number of users over time; nothing without scenarios. */
export function usersTrack(
  { summary: { scenarios }, columns, intervalMs }: RunView,
  stageLines: Markup,
): Markup {
  if (scenarios === undefined || scenarios.users.max === 0) return NOTHING_SHOWN;
  const values = columns.map((_, index) =>
    usersWithin(scenarios.users.series, index * intervalMs, (index + 1) * intervalMs),
  );
  const scale = linear(scenarios.users.max, HEIGHT);
  return track({
    id: 'users',
    name: 'Users',
    what: 'most of them at once',
    body: thinPlot(columns.length, scale, count, [lineOverArea('ok', values, scale, 'sent'), stageLines]),
  });
}

/** The most users at one time from `fromMs` until before `toMs`. */
function usersWithin(series: ScenariosSummary['users']['series'], fromMs: number, toMs: number): number {
  let users = 0;
  for (const point of series) {
    if (point.atMs >= toMs) break;
    users = point.atMs <= fromMs ? point.users : Math.max(users, point.users);
  }
  return users;
}
