import { visible } from '../../requests/visible.ts';
import { wrapped } from '../reporters/wrap.ts';

let held: string[] | null = null;
let onHeld: (sentence: string) => void = () => {};

/** Writes a sentence to stderr; what it quotes may come from outside. */
export function say(sentence: string): void {
  if (held === null) {
    process.stderr.write(`${fitted(`volley: ${visible(sentence)}`)}\n`);
    return;
  }
  held.push(sentence);
  onHeld(sentence);
}

/** Queues sentences while something else is on the terminal; `onSentence` may show them meanwhile. */
export function holdSentences(onSentence: (sentence: string) => void): void {
  held ??= [];
  onHeld = onSentence;
}

/** Writes the queued sentences. */
export function releaseSentences(): void {
  const waiting = held ?? [];
  held = null;
  for (const sentence of waiting) say(sentence);
}

/** Wraps at words on a terminal, which would break within them; files and pipes get one line. */
function fitted(line: string): string {
  const { isTTY, columns } = process.stderr;
  return isTTY && columns > 0 ? wrapped(line, columns).join('\n') : line;
}
