import { brokenNow, endWith, sharedSentence } from '../../machine/shared-code.ts';
import { messageOf } from '../../protocol/errors.ts';
import { EXIT_CODES } from '../../protocol/exit-codes.ts';

type Hear = (error: unknown) => void;

let isOurs = false;
let hasCode = false;
/** Who hears uncaught exceptions: the last one. */
const hearers: Hear[] = [];

/** Marks this process as volley's own. A program that uses volley as a library handles exceptions itself. */
export function ownProcess(): void {
  isOurs = true;
}

/** Whether this process is volley's own. */
export function isOwnProcess(): boolean {
  return isOurs;
}

/** From now on the process has code of the user's, which may change what all code shares. */
export function expectCodeOfUsers(): void {
  hasCode = true;
}

/** Whether this process is volley's own and has code of the user's. */
export function hasCodeOfUsers(): boolean {
  return isOurs && hasCode;
}

/** Of an error in volley's own code, where code of the user's shares the process. */
export function brokenSentence(error: unknown): string {
  const names = brokenNow();
  return `cannot continue (${messageOf(error)}): ${names === '' ? 'check whether a module changes what all code shares, such as JSON, timers or Array.prototype' : sharedSentence(names)}.`;
}

/** In volley's own process: calls `hear` with uncaught exceptions, in place of earlier listeners, until the returned function is called. */
export function hearUncaught(hear: Hear): () => void {
  if (!isOurs) return () => {};
  if (hearers.push(hear) === 1) process.on('uncaughtException', tellLast);
  return () => {
    const at = hearers.lastIndexOf(hear);
    if (at >= 0) hearers.splice(at, 1);
    if (hearers.length === 0) process.off('uncaughtException', tellLast);
  };
}

/** Whoever hears it may need what code of the user's has changed: an error in a handler would end Node with a stack. */
function tellLast(error: unknown): void {
  try {
    hearers.at(-1)?.(error);
  } catch (again) {
    const names = brokenNow();
    endWith(names === '' ? brokenSentence(again) : `${sharedSentence(names)}.`, EXIT_CODES.degraded);
  }
}
