import type { IterationErrorKind } from '../../protocol/scenario.ts';
import { RequestError } from '../../protocol/scenario-errors.ts';
import { HIDE_NOTHING, type Hide } from '../../requests/secrets.ts';
import { isA, messageWithCallers, nameOf, placeOf, stackOf, textOf } from './script-place.ts';

const LONGEST_CODE = 60;
const NO_REASON = 'no reason was given';

/** Why a part of a scenario failed. */
export interface Failed {
  readonly kind: IterationErrorKind;
  readonly code: string;
  readonly example: string;
}

/**
 * Classifies what a scenario has thrown, which may be anything.
 *
 * @param hide removes secrets from a reason before it is cut: of one that is cut in two, what is left is not recognized
 */
export function failureOf(thrown: unknown, hide: Hide = HIDE_NOTHING): Failed {
  const name = nameOf(thrown);
  if (isA(thrown, RequestError)) {
    const kind = thrown.kind === 'expectation' ? 'expectation' : 'request';
    return { kind, code: `${thrown.kind} ${thrown.code}`, example: textOf(thrown) };
  }
  if (name === 'ScenarioFailure') {
    const reason = textOf(thrown) || NO_REASON;
    const code = reason.length > LONGEST_CODE ? hide(reason).slice(0, LONGEST_CODE) : reason;
    return { kind: 'fail', code, example: reason };
  }
  const place = placeOf(thrown);
  if (place === null) return { kind: 'script', code: name, example: stackOf(thrown) };
  return { kind: 'script', code: `${name} ${place}`, example: messageWithCallers(thrown) };
}

/** An error of a user's setup or teardown, which no code tells apart: what happened, and where. */
export function toldWithPlace(thrown: unknown): string {
  const { kind, example } = failureOf(thrown);
  if (kind === 'script') return stackOf(thrown);
  const place = placeOf(thrown);
  return place === null ? example : `${example} (${place})`;
}
