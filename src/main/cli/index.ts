import yargs, { type Argv } from 'yargs';
import { codeOf, ERROR_CODES, type ErrorCode, reasonOf, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { secretsInQuery } from '../../requests/parameter-secrets.ts';
import { hiding } from '../../requests/secrets.ts';
import { tellWaits } from '../files/awaited-bytes.ts';
import { brokenSentence, hasCodeOfUsers, ownProcess } from '../pool/own-process.ts';
import { worstOf } from '../summary/exit-code.ts';
import { quoted } from '../text/quoted.ts';
import { VERSION } from '../text/version.ts';
import type { Command } from './command.ts';
import { withCommandFirst } from './command-first.ts';
import { ownTableOf, repeatedOptions } from './command-options.ts';
import { COMMANDS } from './commands.ts';
import { type Topic, topicIn } from './help/topic.ts';
import { fileInPlaceOfUrl } from './misplaced-words.ts';
import { withoutMisread } from './other-tools.ts';
import {
  inheritedNames,
  Parsed,
  withDashes,
  withDashValues,
  withOptionalValues,
  withoutCommand,
} from './parsed.ts';
import { typedSecrets } from './run-options.ts';
import { say } from './say.ts';
import { commandNear, unknownIn, unknownWords } from './unknown-words.ts';

const COLUMNS_ELSEWHERE = 80;
const FEWEST_COLUMNS = 40;
const MOST_COLUMNS = 120;
/** Errors that are not a mistake in the command line. */
const EXIT_CODE_OF: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  [ERROR_CODES.workerStart]: EXIT_CODES.degraded,
  [ERROR_CODES.broker]: EXIT_CODES.degraded,
  [ERROR_CODES.agents]: EXIT_CODES.degraded,
  [ERROR_CODES.notWritten]: EXIT_CODES.notWritten,
  [ERROR_CODES.noAnswer]: EXIT_CODES.failed,
  [ERROR_CODES.targetStart]: EXIT_CODES.failed,
  [ERROR_CODES.setup]: EXIT_CODES.failed,
};

/** The command line: parses, runs a command, prints errors, and sets the exit code. */
export async function main(given: readonly string[]): Promise<void> {
  const argv = given.length === 1 && given[0] === 'version' ? ['--version'] : given;
  let exitCode: ExitCode = EXIT_CODES.ok;
  ownProcess();
  tellWaits(say);
  let hasResult = false;
  // A reader that stops reading is not an error. A full disk is one.
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE') return;
    const lost = hasResult ? 'the result could not be printed' : 'stdout could not be written';
    process.stderr.write(`volley: ${lost} (${reasonOf(error)}).\n`);
    exitCode = worstOf([exitCode, EXIT_CODES.notWritten]);
    process.exitCode = exitCode;
  });
  // Losing progress and notes is acceptable; losing the result is not.
  process.stderr.on('error', () => {});
  const topic = topicIn(argv);
  const begins = (command: Command): void => {
    hasResult = command.hasNoResult !== true;
  };
  const ended = topic === null && argv.length > 0 ? await runCommand(argv, begins) : await explain(topic);
  exitCode = worstOf([exitCode, ended]);
  process.exitCode = exitCode;
  // Behind the listeners that a module has left, which may set it too.
  process.on('exit', (code) => {
    process.exitCode = code === EXIT_CODES.ok ? exitCode : code;
  });
}

/** Prints a page of the help; without any argument that counts as a usage error, with exit code 2. */
async function explain(topic: Topic | string | null): Promise<ExitCode> {
  if (typeof topic === 'string') {
    say(topic);
    return EXIT_CODES.usage;
  }
  if (topic?.of === 'man') {
    process.stdout.write((await import('./help/manual.ts')).manualPage());
    return EXIT_CODES.ok;
  }
  const { helpPage } = await import('./help/pages.ts');
  const stream = topic === null ? process.stderr : process.stdout;
  stream.write(helpPage(topic, columnsOf(stream)));
  if (topic !== null) return EXIT_CODES.ok;
  say('No URL was given: say where to send requests, for instance volley http://localhost:8080/.');
  return EXIT_CODES.usage;
}

/** Longer lines are hard to read, however wide the terminal is. */
function columnsOf({ columns }: NodeJS.WriteStream): number {
  return Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, columns ?? COLUMNS_ELSEWHERE));
}

async function runCommand(words: readonly string[], begins: (command: Command) => void): Promise<ExitCode> {
  const { argv: given, command: behind } = withoutCommand(words);
  const typed = withCommandFirst(given, Object.values(COMMANDS));
  const { problems: misread, words: argv } = withoutMisread(typed, commandNamed(typed[0]).options);
  let exitCode: ExitCode = EXIT_CODES.ok;
  let secrets = (): string[] => [];
  const parser = Object.values(COMMANDS).reduce(
    (known, command) =>
      register(known, command, { words: argv, behind, misread }, async (parsed, run) => {
        const look = (): string[] => [...typedSecrets(parsed, process.env), ...argv.flatMap(secretsInQuery)];
        // A plain run looks for them only if there is something to say; elsewhere code of users may run first.
        const found = command === COMMANDS['run'] ? null : look();
        secrets = () => found ?? look();
        begins(command);
        exitCode = await run();
      }),
    createParser(argv),
  );
  try {
    const inherited = inheritedNames(argv);
    if (inherited.length > 0) throw new VolleyError(ERROR_CODES.usage, inherited);
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    if (!(error instanceof VolleyError)) {
      if (!hasCodeOfUsers()) throw error;
      say(brokenSentence(error));
      return EXIT_CODES.degraded;
    }
    const hide = hiding(secrets());
    for (const { message } of error.problems) say(hide(message));
    return EXIT_CODE_OF[error.code] ?? EXIT_CODES.usage;
  }
}

function commandNamed(word = ''): Command {
  return (Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : COMMANDS['run']) as Command;
}

function createParser(argv: readonly string[]): Argv {
  const options = [...new Set(Object.values(COMMANDS).map((command) => command.options))];
  return yargs(withOptionalValues(withDashValues(argv, options)))
    .scriptName('volley')
    .locale('en')
    .version(VERSION)
    .help(false)
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new VolleyError(ERROR_CODES.usage, `${message}: see volley --help.`);
    });
}

function register(
  parser: Argv,
  command: Command,
  { words, behind, misread }: Readonly<Record<'words' | 'behind' | 'misread', readonly string[]>>,
  carryOut: (parsed: Parsed, run: () => Promise<ExitCode>) => Promise<void>,
): Argv {
  const names = command.positionals.map(({ name }) => name);
  const usage = [command.name, ...names.map((name) => `[${name}]`)].join(' ');
  return parser.command(
    usage,
    command.describe,
    (builder) =>
      withOptions(
        command.positionals.reduce(
          (known, { name, describe }) => known.positional(name, { type: 'string', describe }),
          builder,
        ),
        command.options,
      ),
    (argv) => {
      // What follows `--` is in the surplus, even if it is the URL.
      const surplus = argv._.slice(command.name === '$0' ? 0 : 1);
      const positionals = names.map((name) => argv[name] ?? surplus.shift());
      const problems = [
        ...misread,
        ...unknownWords(argv, command, Object.values(COMMANDS), positionals, surplus),
      ];
      const typed = new Parsed(argv, withDashes(positionals, words), behind);
      // What is refused as unknown has no further consequences that would be told too.
      const parsed = typed.without(unknownIn(argv, command));
      problems.push(...repeatedOptions(parsed, ownTableOf(command.table)));
      return carryOut(typed, () =>
        command.run(parsed, problems).catch((error) => {
          const word = String(positionals[names.indexOf('url')] ?? '');
          return Promise.reject(orNoCommand(error, word));
        }),
      );
    },
  );
}

/** All of them at once: one by one, as `options` takes them, they cost a start some milliseconds. */
function withOptions(builder: Argv, options: Command['options']): Argv {
  const all = Object.entries(options);
  const ofType = (wanted: string): string[] =>
    all.filter(([, { type }]) => type === wanted).map(([name]) => name);
  const aliases = all.flatMap(([name, { alias }]) => (typeof alias === 'string' ? [[name, alias]] : []));
  return builder.string(ofType('string')).boolean(ofType('boolean')).alias(Object.fromEntries(aliases));
}

/** A word in the place of a URL whose host is unknown may have been meant as a file or a command. */
function orNoCommand(error: unknown, word: string): unknown {
  if (word === '' || !(error instanceof VolleyError) || error.code !== ERROR_CODES.unknownHost) return error;
  const misplaced = fileInPlaceOfUrl(word);
  if (misplaced !== null) return new VolleyError(error.code, misplaced);
  const meant = commandNear(word, Object.values(COMMANDS));
  if (meant === null) return error;
  return new VolleyError(
    error.code,
    `There is no command ${quoted(word)} and no host of that name: did you mean volley ${meant}?`,
  );
}
