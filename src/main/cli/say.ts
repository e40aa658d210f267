import { visible } from '../../requests/visible.ts';
import { wrapped } from '../reporters/wrap.ts';

let held: string[] | null = null;
let onHeld: (sentence: string) => void = () => {};

/** A sentence on stderr; what it quotes may come from outside. */
export function say(sentence: string): void {
  if (held === null) {
    process.stderr.write(`${fitted(`volley: ${visible(sentence)}`)}\n`);
    return;
  }
  held.push(sentence);
  onHeld(sentence);
}

/** While something else is on the terminal, sentences wait; `onSentence` may show them meanwhile. */
export function holdSentences(onSentence: (sentence: string) => void): void {
  held ??= [];
  onHeld = onSentence;
}

/** Says what has waited. */
export function releaseSentences(): void {
  const waiting = held ?? [];
  held = null;
  for (const sentence of waiting) say(sentence);
}

/** A terminal would break a long line within a word; whoever reads a file or a pipe wants one line. */
function fitted(line: string): string {
  const { isTTY, columns } = process.stderr;
  return isTTY && columns > 0 ? wrapped(line, columns).join('\n') : line;
}
