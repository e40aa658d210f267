import type { UserLoad, UserStage, UsersOverTime } from '../protocol/scenario.ts';

/** From when until when a user is there; milliseconds from the start of its load. */
export interface Session {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How many users a load has at most. */
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

/** How long a load starts iterations, from the start of the window; a budget may end it before that. */
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
 * When a user, numbered from 1, is there: it comes when the line of the stages reaches its number, and goes when the line
 * falls below. Pure, so that each worker knows its own users.
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

/** Of a total shared out by users, what those from `first` on have, `count` of `users`; an interval of numbers from 0. */
export function shareByUsers(
  total: number,
  users: number,
  first: number,
  count: number,
): { readonly from: number; readonly to: number } {
  return { from: Math.floor((total * first) / users), to: Math.floor((total * (first + count)) / users) };
}

/** How many of the users that are numbered from 1 belong to a worker: user v is of worker (v − 1) mod W. */
export function usersOfWorker(users: number, index: number, workers: number): number {
  return Math.max(0, Math.ceil((users - index) / workers));
}

function lengthOf(stages: readonly UserStage[]): number {
  return stages.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
