import type { Options } from 'yargs';
import type { Command } from './command.ts';

const ATTACHED = /^-[A-Za-z][^A-Za-z]/;

/**
 * The words with the command in front of its options: yargs, which learns a command's options from its name, takes the
 * word behind an option that it does not know yet for that option's value, so `-q run plan.yaml` would have no command.
 */
export function withCommandFirst(words: readonly string[], commands: readonly Command[]): readonly string[] {
  const at = placeOfArgument(words, commands);
  const word = words[at];
  if (at < 1 || word === undefined || !commands.some(({ name }) => name === word)) return words;
  return [word, ...words.slice(0, at), ...words.slice(at + 1)];
}

/** Where the first word stands that is neither an option nor the value of one; -1 without one. */
function placeOfArgument(words: readonly string[], commands: readonly Command[]): number {
  const taking = namesTakingText([...new Set(commands.map(({ options }) => options))]);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return -1;
    if (word === '-' || !word.startsWith('-')) return at;
    if (takesNext(word, words[at + 1], taking)) at++;
  }
  return -1;
}

/** Names and letters, each with its dashes. */
function namesTakingText(tables: readonly Readonly<Record<string, Options>>[]): ReadonlySet<string> {
  const taking = tables
    .flatMap((options) => Object.entries(options))
    .filter(([, { type }]) => type === 'string');
  return new Set(
    taking.flatMap(([name, { alias }]) => [`--${name}`, ...(typeof alias === 'string' ? [`-${alias}`] : [])]),
  );
}

function takesNext(word: string, next: string | undefined, taking: ReadonlySet<string>): boolean {
  if (word.includes('=') || ATTACHED.test(word)) return false;
  const name = word.startsWith('--') ? word : `-${word.slice(-1)}`;
  // Its value can be left out.
  if (name === '--location' || name === '-L') return /^\d+$/.test(next ?? '');
  return taking.has(name);
}
