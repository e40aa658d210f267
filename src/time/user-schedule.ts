import type { UserLoad, UserStage, UsersOverTime } from '../protocol/scenario.ts';

/** A period in which a user is active; milliseconds from the start of its load. */
interface Session {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Maximum number of users of a load. */
export function mostUsers(load: UserLoad): number {
  switch (load.type) {
    case 'users':
      return Math.max(load.startUsers, ...load.stages.map(({ target }) => target));
    case 'iterations':
      return load.users;
    case 'arrivals':
      return load.maxUsers;
  }
}

/** When a load stops starting iterations, from the start of the window; a budget may end it earlier. */
export function endOfStartsMs(load: UserLoad): number {
  switch (load.type) {
    case 'users':
      return load.startMs + lengthOf(load.stages);
    case 'iterations':
      return load.startMs + load.maxDurationMs;
    case 'arrivals':
      return load.startMs + load.durationMs;
  }
}

/**
 * The sessions of a user, numbered from 1: it comes when the stages' number of users reaches its own number, and goes
 * when it falls below. Pure, so that each worker knows its own users.
 */
export function sessionsOf(
  { startUsers, stages }: Pick<UsersOverTime, 'startUsers' | 'stages'>,
  user: number,
): Session[] {
  const sessions: Session[] = [];
  let fromMs = startUsers >= user ? 0 : Number.NaN;
  let level = startUsers;
  let atMs = 0;
  const end = (toMs: number): void => {
    if (toMs > fromMs) sessions.push({ fromMs, toMs });
    fromMs = Number.NaN;
  };
  for (const { durationMs, target } of stages) {
    const crossedMs = atMs + (durationMs * (user - level)) / (target - level);
    if (Number.isNaN(fromMs) && target >= user) fromMs = target === level ? atMs : crossedMs;
    else if (!Number.isNaN(fromMs) && target < user) end(target === level ? atMs : crossedMs);
    atMs += durationMs;
    level = target;
  }
  if (!Number.isNaN(fromMs)) end(atMs);
  return sessions;
}

/** The part of a total divided among `users` that belongs to `count` of them from `first` on; numbers count from 0. */
export function shareByUsers(
  total: number,
  users: number,
  first: number,
  count: number,
): { readonly from: number; readonly to: number } {
  return { from: Math.floor((total * first) / users), to: Math.floor((total * (first + count)) / users) };
}

/** Number of users that belong to a worker: user v, from 1, belongs to worker (v − 1) mod W. */
export function usersOfWorker(users: number, index: number, workers: number): number {
  return Math.max(0, Math.ceil((users - index) / workers));
}

function lengthOf(stages: readonly UserStage[]): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
