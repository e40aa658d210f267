import type { Finding } from '../../protocol/finding.ts';
import type { UserPool, UsersOverTime } from '../../protocol/scenario.ts';
import type { Summary } from '../../protocol/summary.ts';
import { Dealer } from '../../requests/dealing.ts';
import { mostUsers, sessionsOf } from '../../time/user-schedule.ts';
import type { Collected } from '../collect/collected.ts';

/** Scenarios without an iteration, since what their weights share out was used up before their turn came. */
export function undealt({ scenarios, interrupted, stoppedBy }: Summary, collected: Collected): Finding[] {
  const { plan, workers } = collected;
  // What a lost worker had been dealt is not known.
  const isWhole = !interrupted && stoppedBy === null && workers.every(({ report }) => report !== null);
  if (scenarios === undefined || !isWhole) return [];
  const scheduled = scenarios.scenarios.map((row) => row.scheduled);
  return (plan.scenarios?.pools ?? []).flatMap((pool) => {
    const dealt =
      pool.load.type === 'users'
        ? usersThatCome(pool.load)
        : pool.parts.reduce((sum, { scenario }) => sum + (scheduled[scenario] ?? 0), 0);
    const firsts = firstNumbers(pool);
    return pool.parts.flatMap(({ scenario }, part): Finding<'scenario-not-dealt'>[] => {
      const first = firsts[part] ?? 0;
      if (scheduled[scenario] !== 0 || dealt >= first) return [];
      const name = scenarios.scenarios[scenario]?.name ?? '';
      const of = pool.load.type === 'users' ? 'users' : 'iterations';
      return [{ code: 'scenario-not-dealt', figures: { scenario: name, of, dealt, needed: first } }];
    });
  });
}

/** A ramp that only touches its peak ends before its last user comes. */
function usersThatCome(load: UsersOverTime): number {
  let users = mostUsers(load);
  while (users > 0 && sessionsOf(load, users).length === 0) users--;
  return users;
}

/** How many users or iterations it takes until each part gets its first one. */
function firstNumbers({ parts }: UserPool): number[] {
  const dealer = new Dealer(parts.map(({ weight }) => weight));
  const firsts = new Map<number, number>();
  for (let number = 0; firsts.size < parts.length; number++) {
    const { request } = dealer.deal(number);
    if (!firsts.has(request)) firsts.set(request, number + 1);
  }
  return parts.map((_, part) => firsts.get(part) ?? 0);
}
