/** An option in a config file: as on the command line, with its value. */
interface ConfigLine {
  readonly option: string;
  /** Null without a value. */
  readonly value: string | null;
}

const COMMENT = /^[#/*]/;
const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', v: '\v' };

/**
 * Reads a file of `--config` as curl does, in order: one option per line, with or without dashes, its value after
 * blanks, `=` or `:`, in double quotes if it contains blanks. Anything after the value is ignored.
 */
export function configLinesOf(text: string): ConfigLine[] {
  // A value whose quotation mark is never closed has the line's end too.
  return text.split(/(?<=\n)/).flatMap((raw) => {
    const line = raw.replace(/^[ \t\r\n\f\v]+/, '');
    if (line === '' || COMMENT.test(line)) return [];
    const isDashed = line.startsWith('-');
    const [written = ''] = (isDashed ? /^[^ \t\r\n\f\v]+/ : /^[^ \t\r\n\f\v=:]+/).exec(line) ?? [];
    const rest = line.slice(written.length).replace(isDashed ? /^[ \t\r\n\f\v]+/ : /^[ \t\r\n\f\v=:]+/, '');
    return { option: isDashed ? written : `--${written}`, value: valueIn(rest) };
  });
}

function valueIn(rest: string): string | null {
  const quoted = /^"((?:[^"\\]|\\.)*)/s.exec(rest);
  if (quoted !== null)
    return (quoted[1] ?? '').replace(/\\(.)/gs, (_, letter: string) => ESCAPED[letter] ?? letter);
  return /^[^ \t\r\n\f\v]+/.exec(rest)?.[0] ?? null;
}
