import type { Options } from 'yargs';
import { nearestTo } from '../text/nearest.ts';
import { quoted, quotedUrl } from '../text/quoted.ts';
import type { Command } from './command.ts';
import { ELSEWHERE, unknownLetter } from './other-tools.ts';

const FOUND_BY_YARGS = ['version', '_', '$0'];
/** A word that may be meant as a command: the host of a URL mostly has a dot or a port. */
const BARE_WORD = /^[a-z][a-z-]*$/i;
/** Words that ask volley about itself, as commands and with two dashes. */
const WORDS = ['help', 'version'];
const LIKE_A_TARGET = /^(?:https?:\/\/|[\w.-]+:\d+(?:\/|$))/i;
/** Other load testers, whose command lines are pasted after `volley`. */
const OTHER_TOOLS = ['ab', 'artillery', 'autocannon', 'hey', 'k6', 'locust', 'oha', 'vegeta', 'wrk', 'wrk2'];

/** Names that people give a wait between two requests of a user, which has no option. */
const WAITS = ['delay', 'pause', 'sleep', 'think', 'think-time', 'wait'];

/** A sentence for each unknown option and each surplus argument. */
export function unknownWords(
  argv: Readonly<Record<string, unknown>>,
  command: Pick<Command, 'name' | 'options' | 'positionals'>,
  commands: readonly Pick<Command, 'name' | 'options'>[],
  positionals: readonly unknown[],
  surplus: readonly unknown[],
): string[] {
  const unknown = unknownIn(argv, command);
  const first = String(positionals[0] ?? '');
  if (command.name === '$0' && surplus.length > 0 && OTHER_TOOLS.includes(first)) return [otherTool(first)];
  const isNoUrl = command.name === '$0' && BARE_WORD.test(first);
  const meant = isNoUrl ? commandNear(first, commands) : null;
  return [
    ...unknown.map((name) => sentenceOn(name, argv[name], command.options, commands)),
    // With further arguments, or with options that a run does not have, it is not a host.
    ...(isNoUrl && (surplus.length > 0 || (meant !== null && unknown.length > 0))
      ? [noCommand(first, meant)]
      : surplus.map(
          (argument) =>
            `${quotedUrl(String(argument))} is one argument too many: ${adviceOn(argument, first, command.name)}, or see volley --help.`,
        )),
  ];
}

/** Commands whose arguments are no URLs. */
const OTHER_ARGUMENTS: Readonly<Record<string, string>> = {
  runs: 'put words that belong together in quotes',
  report: 'give one result, or two to compare them',
};

/** Two targets are to be compared; anything else is mostly the rest of a URL that a shell has split. */
function adviceOn(argument: unknown, first: string, command: string): string {
  const other = OTHER_ARGUMENTS[command];
  if (other !== undefined) return other;
  const areTargets = [first, String(argument)].every((word) => LIKE_A_TARGET.test(word));
  return command === '$0' && areTargets
    ? 'to compare two targets use volley compare URL URL'
    : 'quote the URL';
}

/** The names of options and letters that the command does not have. */
export function unknownIn(
  argv: Readonly<Record<string, unknown>>,
  { options, positionals }: Pick<Command, 'options' | 'positionals'>,
): string[] {
  const names = new Set([
    ...Object.keys(options),
    ...Object.values(options).flatMap(({ alias }) => alias ?? []),
    ...positionals.map(({ name }) => name),
    ...FOUND_BY_YARGS,
  ]);
  return Object.keys(argv).filter((name) => !names.has(name));
}

/** The command that was probably meant by a word; null if none is similar. */
export function commandNear(word: string, commands: readonly Pick<Command, 'name'>[]): string | null {
  if (!BARE_WORD.test(word)) return null;
  return nearestTo(word, [...commands.map(({ name }) => name).filter((name) => name !== '$0'), ...WORDS]);
}

/** Its words are not looked at: its options are others. */
function otherTool(name: string): string {
  const moved = `docs/moving.md has the options of ${name} next to those of volley`;
  return name === 'k6'
    ? `'k6' is not a command of volley: ${moved} and says how to rewrite a k6 script.`
    : `${quoted(name)} is not a command of volley: ${moved}.`;
}

function noCommand(word: string, meant: string | null): string {
  return meant === null
    ? `There is no command ${quoted(word)}: see volley --help.`
    : `There is no command ${quoted(word)}: did you mean volley ${meant}?`;
}

function sentenceOn(
  name: string,
  value: unknown,
  options: Readonly<Record<string, Options>>,
  commands: readonly Pick<Command, 'name' | 'options'>[],
): string {
  if (name.length === 1) return unknownLetter(name, options);
  const others = commands.filter((command) => name in command.options);
  if (others.length > 0) {
    const where = others.map((command) => `volley ${command.name === '$0' ? '<url>' : command.name}`);
    return `--${name} is not an option here: it belongs to ${where.join(', ')}.`;
  }
  const known = ELSEWHERE[name];
  const elsewhere = Object.keys(ELSEWHERE).filter((other) => (ELSEWHERE[other] ?? '') in options);
  const near = nearestTo(name, [...Object.keys(options), ...elsewhere, ...WORDS]);
  const meant =
    known !== undefined && known in options
      ? known
      : near === null || near in options || WORDS.includes(near)
        ? near
        : (ELSEWHERE[near] ?? null);
  if (WAITS.includes(name) && 'rate' in options)
    return `--${name} is not an option: for a steady rate use -r; users who wait between requests are scenarios (docs/scenarios.md).`;
  if (meant === null) return `--${name} is not an option: see volley --help all.`;
  // As in curl, which reads that file.
  const isFile = meant === 'body' && /^@./.test(String(value));
  return `--${name} is not an option: did you mean --${isFile ? 'body-file' : meant}?`;
}
