import type { Command } from './command.ts';
import { placeOfArgument } from './parsed.ts';

/**
 * The words with the command in front of its options: yargs, which learns a command's options from its name, takes the
 * word behind an option that it does not know yet for that option's value, so `-q run plan.yaml` would have no command.
 */
export function withCommandFirst(words: readonly string[], commands: readonly Command[]): readonly string[] {
  // Most command lines begin with the command or the URL.
  if (words[0]?.startsWith('-') !== true) return words;
  const at = placeOfArgument(
    words,
    commands.map(({ options }) => options),
  );
  const word = words[at];
  if (word === undefined || !commands.some(({ name }) => name === word)) return words;
  return [word, ...words.slice(0, at), ...words.slice(at + 1)];
}
