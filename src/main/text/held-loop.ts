import { MS_PER_SECOND } from '../../protocol/units.ts';

/** Code has kept the event loop for so long that the process is ended. */
export function heldSentence(what: string, longestMs: number): string {
  return `volley: ${what} let nothing else run for ${longestMs / MS_PER_SECOND} s, so volley was ended without a result: look for a loop without await.`;
}
