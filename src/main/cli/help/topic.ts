import type { Group } from '../../plan/option-table/entry.ts';
import { nearestTo } from '../../text/nearest.ts';
import { quoted } from '../../text/quoted.ts';
import type { Command } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { GROUP_TOPICS, OF_ALL, topicNames } from './topic-names.ts';

/** Subject of a page of the help. */
export type Page =
  | { readonly of: 'short' }
  | { readonly of: 'all' }
  | { readonly of: 'metrics' }
  | { readonly of: 'group'; readonly group: Group }
  | { readonly of: 'command'; readonly command: Command };

/** A page of the help, or `man` for all of it as a manual page. */
export type Topic = Page | { readonly of: 'man' };

const HELP = new Set(['--help', '-h']);
const NAMED_COMMANDS = Object.values(COMMANDS).filter(({ name }) => name !== '$0');
const TOPIC_NAMES = topicNames(NAMED_COMMANDS);

/**
 * The topic that the words ask for: null if they do not ask for help, and a sentence if the topic they name
 * does not exist.
 */
export function topicIn(words: readonly string[]): Topic | string | null {
  const end = words.indexOf('--');
  const [first, ...rest] = end < 0 ? words : words.slice(0, end);
  if (first === undefined) return null;
  if (first === 'help') return topicNamed(rest[0]);
  const at = [first, ...rest].findIndex((word) => HELP.has(word) || word.startsWith('--help='));
  if (at < 0) return null;
  const word = words[at] ?? '';
  const named = word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1];
  const command = commandIn(words.slice(0, at));
  // After a command's options anything may follow: its URL, or another option.
  if (command !== null && !isTopic(named)) return { of: 'command', command };
  return topicNamed(named);
}

function commandIn(words: readonly string[]): Command | null {
  return words.map(commandNamed).find((command) => command !== null) ?? null;
}

function commandNamed(word: string): Command | null {
  return NAMED_COMMANDS.find(({ name }) => name === word) ?? null;
}

function isTopic(word: string | undefined): boolean {
  return word !== undefined && typeof readTopic(word) === 'object';
}

function topicNamed(word: string | undefined): Topic | string {
  // A URL or another option: show the first page.
  if (word === undefined || !/^[a-z]+$/i.test(word)) return { of: 'short' };
  return readTopic(word);
}

function readTopic(word: string): Topic | string {
  const name = word.toLowerCase();
  const command = commandNamed(name);
  if (command !== null) return { of: 'command', command };
  const ofAll = OF_ALL.find((known) => known === name);
  if (ofAll !== undefined) return { of: ofAll };
  const group = GROUP_TOPICS.find((known) => known === name);
  if (group !== undefined) return { of: 'group', group };
  const nearest = nearestTo(name, TOPIC_NAMES);
  return nearest === null
    ? `--help ${quoted(word)}: there is no such page: choose one of ${TOPIC_NAMES.join(', ')}.`
    : `--help ${quoted(word)}: there is no such page: did you mean ${nearest}?`;
}
