import { visible } from '../../requests/visible.ts';

let held: string[] | null = null;
let onHeld: (sentence: string) => void = () => {};

/** A sentence on stderr; what it quotes may come from outside. */
export function say(sentence: string): void {
  if (held === null) {
    process.stderr.write(`volley: ${visible(sentence)}\n`);
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
