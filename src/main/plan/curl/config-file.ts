/** An option in a file of options: as a word of a command has it, and what stands behind it. */
export interface ConfigLine {
  readonly option: string;
  /** Null where there is nothing. */
  readonly value: string | null;
}

const COMMENT = /^[#/*]/;
const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', v: '\v' };

/**
 * What curl reads in a file of `--config`, in order: one option a line, with or without dashes, a value behind blanks,
 * `=` or `:`, in double quotes where it has blanks. What stands behind a value is nothing.
 */
export function configLinesOf(text: string): ConfigLine[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.trim();
    if (line === '' || COMMENT.test(line)) return [];
    const isDashed = line.startsWith('-');
    const [written = ''] = (isDashed ? /^\S+/ : /^[^\s=:]+/).exec(line) ?? [];
    const rest = line.slice(written.length).replace(isDashed ? /^\s+/ : /^[\s=:]+/, '');
    return { option: isDashed ? written : `--${written}`, value: valueIn(rest) };
  });
}

function valueIn(rest: string): string | null {
  const quoted = /^"((?:[^"\\]|\\.)*)/s.exec(rest);
  if (quoted !== null)
    return (quoted[1] ?? '').replace(/\\(.)/gs, (_, letter: string) => ESCAPED[letter] ?? letter);
  return /^\S+/.exec(rest)?.[0] ?? null;
}
