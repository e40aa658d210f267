import type { CompletedCommand, CompletedOption, Values } from './vocabulary.ts';

/** Completion for bash, including the old version on macOS. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).filter((name) => name !== '');
  return `# Completion of volley for bash: source <(volley completion bash), or put this among your completions.
_volley_offer() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done
}
_volley_words() { _volley_offer < <(compgen -W "$1" -- "$2"); }
_volley_files() {
  compopt -o filenames 2>/dev/null
  _volley_offer < <(compgen -f -- "$1")
}
_volley() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' at=0 index word
  COMPREPLY=()
  # --option=value comes in three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${names.join('|')}) command="$word"; at=$index; break ;;
    esac
  done
  case "$command" in
${commands.map((command) => casesOf(command, names)).join('\n')}
  esac
}
complete -F _volley volley
`;
}

function casesOf({ name, options, positionals }: CompletedCommand, commandNames: readonly string[]): string {
  const words = options.flatMap(({ name, letter }) => [
    `--${name}`,
    ...(letter === null ? [] : [`-${letter}`]),
  ]);
  const values = options.map(valueCase).filter((line) => line !== '');
  return `    '${name}')
      case "$prev" in
${values.join('\n')}
      esac
      if [[ $cur == -* ]]; then _volley_words '${words.join(' ')}' "$cur"; return; fi
${name === '' ? `      ((COMP_CWORD == 1)) && _volley_words '${commandNames.join(' ')}' "$cur"` : argumentLines(positionals)}
      ;;`;
}

function valueCase({ name, letter, values }: CompletedOption): string {
  if (values === null) return '';
  return `        --${name}${letter === null ? '' : `|-${letter}`}) ${offer(values)}return ;;`;
}

function argumentLines(positionals: readonly Values[]): string {
  const lines = positionals.flatMap((values, index) =>
    values === 'any' ? [] : [`      ((COMP_CWORD == at + ${index + 1})) && ${offer(values)}`],
  );
  return lines.length === 0 ? '      :' : lines.join('\n');
}

function offer(values: Values): string {
  if (values === 'any') return '';
  return values === 'file' ? '_volley_files "$cur"; ' : `_volley_words '${values.join(' ')}' "$cur"; `;
}
