import { GROUPS, type Group } from '../../plan/option-table/entry.ts';
import type { Command } from '../command.ts';

/** Pages that cover everything. */
export const OF_ALL = ['all', 'metrics', 'man'] as const;
/** The names of the groups of a run's options. */
export const GROUP_TOPICS = (Object.keys(GROUPS) as Group[]).filter((group) => group !== 'own');

/** All words allowed after `--help`. */
export function topicNames(commands: readonly Pick<Command, 'name'>[]): string[] {
  const names = commands.map(({ name }) => name).filter((name) => name !== '$0');
  return [...OF_ALL, ...GROUP_TOPICS, ...names];
}
