import type { CompletedCommand, CompletedOption, Values } from './vocabulary.ts';

/** Condition: no command is named. */
const NO_COMMAND = 'url';

/** Completion for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const named = commands.filter(({ name }) => name !== '');
  return `# Completion of volley for fish: volley completion fish | source, or save it as volley.fish among your completions.
function __volley_in
    set -l command ${NO_COMMAND}
    for word in (commandline -opc)[2..-1]
        if contains -- $word ${named.map(({ name }) => name).join(' ')}
            set command $word
            break
        end
    end
    contains -- $command $argv
end
function __volley_begins
    test (count (commandline -opc)) -eq 1
end
complete -c volley -e
complete -c volley -f
${named.map(({ name, describe }) => `complete -c volley -n __volley_begins -a ${name} -d ${inQuotes(describe)}`).join('\n')}
${named.flatMap(argumentLines).join('\n')}
${optionLines(commands).join('\n')}
`;
}

function argumentLines({ name, positionals }: CompletedCommand): string[] {
  return positionals.flatMap((values) => {
    if (values === 'any') return [];
    const offered = values === 'file' ? '-F' : `-a ${inQuotes(values.join(' '))}`;
    return [`complete -c volley -n '__volley_in ${name}' ${offered}`];
  });
}

/** One line for an option that several commands describe in the same words. */
function optionLines(commands: readonly CompletedCommand[]): string[] {
  const owners = new Map<string, string[]>();
  for (const { name, options } of commands) {
    for (const option of options) {
      const line = lineOf(option);
      owners.set(line, [...(owners.get(line) ?? []), name === '' ? NO_COMMAND : name]);
    }
  }
  return [...owners].map(([line, names]) => `complete -c volley -n '__volley_in ${names.join(' ')}' ${line}`);
}

function lineOf({ name, letter, help, values }: CompletedOption): string {
  const short = letter === null ? '' : ` -s ${letter}`;
  return `-l ${name}${short}${values === null ? '' : valueFlags(values)} -d ${inQuotes(help)}`;
}

function valueFlags(values: Values): string {
  if (values === 'file') return ' -r -F';
  return values === 'any' ? ' -x' : ` -x -a ${inQuotes(values.join(' '))}`;
}

function inQuotes(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
