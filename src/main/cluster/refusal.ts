import { messageOf } from '../../protocol/errors.ts';

/** The name of errors that are the broker's own answers. */
const REFUSED = 'ReplyError';
/** What Redis adds where a script of BullMQ was refused: which one means nothing to users. */
const OF_SCRIPT = /\.? script: [\da-f]{40}\b.*$/s;
const BEGIN = 'the broker refused what it reported (';
const END = ')';

/** What the broker answered to what it refused; null if the error is not its answer. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== REFUSED) return null;
  return error.message.replace(OF_SCRIPT, '').replace(/\.$/, '');
}

/** What an agent says of an error that ended its part. */
export function causeOf(error: unknown): string {
  const refusal = refusalOf(error);
  // Whether anything was sent is for the submitter to say.
  return refusal === null
    ? messageOf(error).replace(/\.(?: Nothing was sent\.)?$/, '')
    : `${BEGIN}${refusal}${END}`;
}

/** The broker's answer in what an agent said; null if the agent has a cause of its own. */
export function refusalIn(because: string): string | null {
  const from = because.indexOf(BEGIN);
  return from < 0 || !because.endsWith(END) ? null : because.slice(from + BEGIN.length, -END.length);
}
