import type { Cancelling } from '../../../protocol/stream.ts';
import { greatestCommonDivisor } from '../../../requests/dealing.ts';
import type { Problems } from '../problems.ts';
import { parseDurationMs } from '../quantities.ts';
import { given, phrase, the } from '../words.ts';

const FORM =
  /^\s*(\d+(?:\.\d{1,2})?)\s*%\s*@\s*(?:(first)|([1-9]\d{0,6})\s*tokens?|(\d[\d.]*\s*[a-zµ]+))\s*$/;
/** Resolution: hundredths of a percent. */
const PARTS = 100;
const ALL = 100 * PARTS;
const LONGEST_MS = 604_800_000;

/** Reads `10%@500ms`, `10%@first`, `10%@20tokens`; null if not given, or if a problem has been noted. */
export function parseCancel(text: string | undefined, problems: Problems): Cancelling | null {
  if (text === undefined) return null;
  const [, percent = '', first, tokens, time] = FORM.exec(text) ?? [];
  const share = Math.round(Number(percent) * PARTS);
  const afterMs = time === undefined ? null : parseDurationMs(time.replace(/\s/g, ''));
  const afterEvents = first === undefined ? (tokens === undefined ? null : Number(tokens)) : 1;
  const isTime = afterMs !== null && afterMs > 0 && afterMs <= LONGEST_MS;
  if (share > 0 && share <= ALL && (isTime || afterEvents !== null)) {
    const divisor = greatestCommonDivisor(share, ALL);
    return { share: share / divisor, of: ALL / divisor, afterEvents, afterMs };
  }
  problems.add(
    phrase`${the('cancel')} ${given(text)}: give a share of the requests, and when they are cancelled, as in 10%@500ms, 10%@first or 10%@20tokens.`,
  );
  return null;
}
