import { GROUPS, type Group } from '../../plan/option-table/entry.ts';
import type { Command } from '../command.ts';

/** Pages on everything. */
export const OF_ALL = ['all', 'metrics', 'man'] as const;
/** The groups of a run's options, by their names. */
export const GROUP_TOPICS = (Object.keys(GROUPS) as Group[]).filter((group) => group !== 'own');

/** Whatever may stand behind `--help`. */
export function topicNames(commands: readonly Pick<Command, 'name'>[]): string[] {
  const names = commands.map(({ name }) => name).filter((name) => name !== '$0');
  return [...OF_ALL, ...GROUP_TOPICS, ...names];
}
