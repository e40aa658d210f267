import { wrapped } from '../../reporters/wrap.ts';

export type Definition = readonly [term: string, text: string];

const INDENT = 2;
const GAP = 2;
const WIDEST_TERM = 28;
/** If texts would be narrower than this beside the terms, they are placed below them. */
const NARROWEST_TEXT = 30;
const INDENT_BELOW = 6;

/** Terms and their meanings: side by side if there is room, otherwise below each other. */
export function definitionList(definitions: readonly Definition[], columns: number): string[] {
  const widest = Math.max(
    0,
    ...definitions.map(([term]) => term.length).filter((width) => width <= WIDEST_TERM),
  );
  const left = INDENT + widest + GAP;
  const isBeside = columns - left >= NARROWEST_TEXT;
  const indent = isBeside ? left : INDENT_BELOW;
  return definitions.flatMap(([term, text]) => {
    const head = ' '.repeat(INDENT) + term;
    const lines = wrapped(text, columns - indent).map((line) => ' '.repeat(indent) + line);
    if (text === '') return [head];
    const [first = '', ...rest] = lines;
    return isBeside && term.length <= widest
      ? [head.padEnd(left) + first.trimStart(), ...rest]
      : [head, ...lines];
  });
}

/** Wraps a text, with the same indent on each line. */
export function paragraph(text: string, columns: number, indent = 0): string[] {
  return wrapped(text, columns - indent).map((line) => ' '.repeat(indent) + line);
}

/** Joins sections with a blank line between them; each is a title and its lines. */
export function joined(sections: readonly (readonly string[])[]): string {
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
