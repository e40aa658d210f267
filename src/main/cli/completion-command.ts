import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { choiceSentence } from '../text/nearest.ts';
import type { Command } from './command.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { type CompletedCommand, SHELLS, type Shell, vocabulary } from './completion/vocabulary.ts';
import { zshCompletion } from './completion/zsh.ts';
import type { Parsed } from './parsed.ts';

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `volley completion <shell>`: a script that completes commands, options and their values. */
export async function completionCommand(
  parsed: Parsed,
  problems: string[],
  commands: readonly Command[],
): Promise<ExitCode> {
  const [word] = parsed.positionals;
  const shell = SHELLS.find((known) => known === word);
  if (word === undefined)
    problems.push(
      `No shell was given: choose one of ${SHELLS.join(', ')}, for instance volley completion bash.`,
    );
  else if (shell === undefined) problems.push(choiceSentence('volley completion', word, SHELLS));
  if (shell === undefined || problems.length > 0) throw new VolleyError(ERROR_CODES.usage, problems);
  process.stdout.write(SCRIPTS[shell](vocabulary(commands)));
  return EXIT_CODES.ok;
}
