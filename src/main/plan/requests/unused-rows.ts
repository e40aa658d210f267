import type { NamedRequestOptions, RunOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';

/**
 * Notes a problem if no request uses a column of the rows: each would be sent the same, and look as if all were well.
 * The rows of a batch also say how often to send, so there only a column in one pair of braces is one, as other tools
 * and API descriptions write it.
 *
 * @param columns names of the rows' columns, of which no placeholder names one
 */
export function refuseUnusedRows(
  options: RunOptions,
  requests: readonly NamedRequestOptions[],
  columns: readonly string[],
  problems: Problems,
): void {
  const texts = requests.map((request) => textOf(request));
  const meant = columns.find((name) => texts.some((text) => hasInBraces(text, name)));
  const varies = texts.some((text) => text.includes('{{'));
  // A preset has its own place for the rows' prompt, which a variable may take.
  if (options.preset !== undefined && meant === undefined) return;
  if (options.rows !== undefined) {
    const how =
      meant === undefined
        ? `no request uses a column of it: write {{${columns[0] ?? 'column'}}} where a cell belongs, or leave it out.`
        : `{${meant}} is sent as it is, and no request uses a column: write {{${meant}}} where its cell belongs.`;
    problems.add(phrase`${the('rows')} ${given(options.rows)}: ${how}`);
  } else if (meant !== undefined && !varies) {
    problems.add(
      `The rows: {${meant}} is sent as it is, and each row would send the same request: write {{${meant}}} where its cell belongs.`,
    );
  }
}

/** Everything that a request says of itself. */
function textOf({ places, ...said }: NamedRequestOptions): string {
  return JSON.stringify(said);
}

function hasInBraces(text: string, name: string): boolean {
  return text.includes(`{${name}}`) || text.includes(`%7B${encodeURIComponent(name)}%7D`);
}
