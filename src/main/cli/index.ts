import yargs, { type Argv } from 'yargs';
import { codeOf, ERROR_CODES, type ErrorCode, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { ownProcess } from '../pool/own-process.ts';
import { worstOf } from '../summary/exit-code.ts';
import { VERSION } from '../text/version.ts';
import { ownTableOf, repeatedOptions } from './command-options.ts';
import { COMMANDS, type Command } from './commands.ts';
import {
  inheritedNames,
  Parsed,
  unknownArguments,
  withDashes,
  withDashValues,
  withOptionalValues,
} from './parsed.ts';
import { say } from './say.ts';

const HELP_WIDTH = 100;
/** Errors that are no mistake in what was asked for. */
const EXIT_CODE_OF: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  [ERROR_CODES.workerStart]: EXIT_CODES.degraded,
  [ERROR_CODES.notWritten]: EXIT_CODES.notWritten,
  [ERROR_CODES.noAnswer]: EXIT_CODES.failed,
};

/** The command line: parses, runs a command, prints errors, and sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  let exitCode: ExitCode = EXIT_CODES.ok;
  ownProcess();
  // Whoever reads the result may stop reading: that is no error. A disk that is full is one.
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE') return;
    process.stderr.write(`volley: the result could not be printed (${codeOf(error)}).\n`);
    exitCode = worstOf([exitCode, EXIT_CODES.notWritten]);
    process.exitCode = exitCode;
  });
  // Progress and notes may be lost; the result must not be.
  process.stderr.on('error', () => {});
  const ended = await runCommand(argv);
  exitCode = worstOf([exitCode, ended]);
  process.exitCode = exitCode;
}

async function runCommand(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.ok;
  const parser = Object.values(COMMANDS).reduce(
    (known, command) =>
      register(known, command, argv, async (code) => {
        exitCode = await code;
      }),
    createParser(argv),
  );
  try {
    const inherited = inheritedNames(argv);
    if (inherited.length > 0) throw new VolleyError(ERROR_CODES.usage, inherited);
    await parser.parseAsync();
    return exitCode;
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error;
    for (const problem of error.problems) say(problem);
    return EXIT_CODE_OF[error.code] ?? EXIT_CODES.usage;
  }
}

function createParser(argv: readonly string[]): Argv {
  const options = Object.values(COMMANDS).map((command) => command.options);
  return yargs(withOptionalValues(withDashValues(argv, options)))
    .scriptName('volley')
    .locale('en')
    .usage('Load-tests HTTP services over threads, processes or one event loop.')
    .version(VERSION)
    .help()
    .alias('h', 'help')
    .wrap(HELP_WIDTH)
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
  words: readonly string[],
  done: (code: Promise<ExitCode>) => Promise<void>,
): Argv {
  const names = command.positionals.map(({ name }) => name);
  const usage = [command.name, ...names.map((name) => `[${name}]`)].join(' ');
  return parser.command(
    usage,
    command.describe,
    (builder) =>
      command.positionals
        .reduce((known, { name, describe }) => known.positional(name, { type: 'string', describe }), builder)
        .options(command.options),
    (argv) => {
      // What follows `--` is among the surplus, also where it is the URL.
      const surplus = argv._.slice(command.name === '$0' ? 0 : 1);
      const positionals = names.map((name) => argv[name] ?? surplus.shift());
      const problems = unknownArguments(argv, command.options, names, surplus);
      const parsed = new Parsed(argv, withDashes(positionals, words));
      problems.push(...repeatedOptions(parsed, ownTableOf(command.table)));
      return done(command.run(parsed, problems));
    },
  );
}
