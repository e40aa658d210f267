import type { CompletedCommand, CompletedOption, Values } from './vocabulary.ts';

/** Completion for zsh, to be sourced or saved in a folder of $fpath as _volley. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const named = commands.filter(({ name }) => name !== '');
  return `#compdef volley
# Completion of volley for zsh: source <(volley completion zsh), or save it as _volley in a folder of $fpath.
_volley_commands() {
  local -a commands=(
${named.map(({ name, describe }) => `    ${inQuotes(`${name}:${describe}`)}`).join('\n')}
  )
  _describe -t commands command commands
}
_volley() {
  local command='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in
      (${named.map(({ name }) => name).join('|')}) command="$word"; break ;;
    esac
  done
  case "$command" in
${commands.map(casesOf).join('\n')}
  esac
}
if [[ "$funcstack[1]" = _volley ]]; then _volley "$@"; else compdef _volley volley; fi
`;
}

function casesOf({ name, options, positionals }: CompletedCommand): string {
  const places =
    name === ''
      ? [`'1:command or URL:_volley_commands'`]
      : [
          `'1:command:(${name})'`,
          ...positionals.map((values, index) => inQuotes(`${index + 2}:argument:${actionOf(values)}`)),
        ];
  const specs = [...options.map(specOf), ...places].map((spec) => `        ${spec}`);
  return `    ('${name}')
      _arguments -s \\
${specs.join(' \\\n')}
      ;;`;
}

function specOf({ name, letter, help, values, isRepeatable }: CompletedOption): string {
  const says = `[${help.replace(/[[\]]/g, '\\$&')}]`;
  const value = values === null ? '' : `:value:${actionOf(values)}`;
  if (letter === null) return inQuotes(`${isRepeatable ? '*' : ''}--${name}${says}${value}`);
  const others = isRepeatable ? `'*'` : `'(-${letter} --${name})'`;
  return `${others}{-${letter},--${name}}${inQuotes(says + value)}`;
}

function actionOf(values: Values): string {
  if (values === 'any') return '';
  return values === 'file' ? '_files' : `(${values.join(' ')})`;
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
