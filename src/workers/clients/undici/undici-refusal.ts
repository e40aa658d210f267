/** Explanations by undici's messages. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  'bad response':
    'the target sent a 100 that was not asked for, and undici does not read over it: --client wire does',
  'bad upgrade': 'the target switched to another protocol (101), which was not asked for',
};

/** What undici rejects in an answer, if its own message does not say so; else null. */
export function explainedRefusal({ code, message }: NodeJS.ErrnoException): string | null {
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH')
    return 'undici cannot read the length of the answer (Content-Length with blanks, folded, or a list?): --client wire can';
  if (code === 'ERR_ASSERTION')
    return 'undici cannot read the answer (a 101 that was not asked for?): see what --client wire says of it';
  return code === 'UND_ERR_SOCKET' ? (EXPLANATIONS[message] ?? null) : null;
}
