import { type Context, createContext, Script } from 'node:vm';
import { codeOf } from '../protocol/errors.ts';
import { msToSeconds } from '../protocol/units.ts';
import { mayTakeLong } from './pattern-cost.ts';

/** While it is tried nothing else runs. */
const LONGEST_MS = 1_000;
/** What has once taken too long has had its chance. */
const LONGEST_AGAIN_MS = 100;

/** What a user has written takes too long with this answer: a pattern, a path or an expression. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';

  constructor(what: string) {
    super(`${what} took longer than ${msToSeconds(LONGEST_MS)} s and was given up`);
  }
}

const call = new Script('act()');
const holder: { act: (() => void) | null } = { act: null };
let context: Context | null = null;
const slow = new Set<string>();

/**
 * Calls `act` and gives up after a second, whatever it does. That costs a thread for each call: only for what may take very
 * long.
 *
 * @param what names it in the error
 * @throws TookTooLong
 */
export function bounded<T>(what: string, act: () => T): T {
  context ??= createContext(holder);
  let result: { readonly value: T } | null = null;
  const before = holder.act;
  holder.act = () => {
    result = { value: act() };
  };
  try {
    call.runInContext(context, { timeout: slow.has(what) ? LONGEST_AGAIN_MS : LONGEST_MS });
  } catch (error) {
    if (codeOf(error) !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    slow.add(what);
    throw new TookTooLong(what);
  } finally {
    holder.act = before;
  }
  return (result as unknown as { readonly value: T }).value;
}

/**
 * Matches a pattern of a user's; in a text where it could take very long it is given up after a second.
 *
 * @throws TookTooLong
 */
export function boundedMatch<T>(pattern: RegExp, text: string, match: (pattern: RegExp) => T): T {
  const { source, flags } = pattern;
  if (!mayTakeLong(source, flags, text.length)) return match(pattern);
  return bounded(`the pattern ${pattern}`, () => match(pattern));
}
