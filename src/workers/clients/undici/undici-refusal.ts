import type { ErrorAdvice } from '../../../protocol/report.ts';

/** What undici rejects, in terms of what the target sent. */
interface Refusal {
  readonly text: string;
  readonly advice?: ErrorAdvice;
}

/** Explanations by undici's messages. */
const EXPLANATIONS: Readonly<Record<string, Refusal>> = {
  'bad response': {
    text: 'the target sent a 100 that was not asked for, and undici does not read over it',
    advice: 'wire-reads-it',
  },
  'bad upgrade': { text: 'the target switched to another protocol (101), which was not asked for' },
};

/** What undici rejects in an answer, if its own message does not say so; else null. */
export function explainedRefusal({ code, message }: NodeJS.ErrnoException): Refusal | null {
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
    return {
      text: 'undici does not read the length of the answer (Content-Length with blanks, folded, a list, or beside Transfer-Encoding?)',
      advice: 'see-what-wire-says',
    };
  if (code === 'ERR_ASSERTION')
    return {
      text: 'undici cannot read the answer (a 101 that was not asked for?)',
      advice: 'see-what-wire-says',
    };
  return code === 'UND_ERR_SOCKET' ? (EXPLANATIONS[message] ?? null) : null;
}
