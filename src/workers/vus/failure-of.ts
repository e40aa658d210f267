import type { IterationErrorKind } from '../../protocol/scenario.ts';
import { RequestError } from '../../protocol/scenario-errors.ts';
import { isA, messageWithCallers, nameOf, placeOf, stackOf, textOf } from './script-place.ts';

const LONGEST_CODE = 60;
const NO_REASON = 'no reason was given';

/** Why a part of a scenario failed. */
export interface Failed {
  readonly kind: IterationErrorKind;
  readonly code: string;
  readonly example: string;
}

/** Classifies what a scenario has thrown, which may be anything. */
export function failureOf(thrown: unknown): Failed {
  const name = nameOf(thrown);
  if (isA(thrown, RequestError)) {
    const kind = thrown.kind === 'expectation' ? 'expectation' : 'request';
    return { kind, code: `${thrown.kind} ${thrown.code}`, example: textOf(thrown) };
  }
  if (name === 'ScenarioFailure') {
    const reason = textOf(thrown) || NO_REASON;
    return { kind: 'fail', code: reason.slice(0, LONGEST_CODE), example: reason };
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
