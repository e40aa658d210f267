import { messageOf } from '../../protocol/errors.ts';
import { say } from './say.ts';

/** Whether a file was written; what went wrong is said. Undefined if there is none to write. */
export async function isWritten(writing: Promise<unknown> | undefined): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    say(messageOf(error));
    return false;
  }
}
