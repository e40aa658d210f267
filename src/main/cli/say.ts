import { visible } from '../../requests/visible.ts';

/** A sentence on stderr; what it quotes may come from outside. */
export function say(sentence: string): void {
  process.stderr.write(`volley: ${visible(sentence)}\n`);
}
