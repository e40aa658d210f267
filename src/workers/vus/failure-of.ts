import type { IterationErrorKind } from '../../protocol/scenario.ts';
import { RequestError } from '../../protocol/scenario-errors.ts';
import { HIDE_NOTHING, type Hide } from '../../requests/secrets.ts';
import { isA, messageWithCallers, nameOf, placeOf, stackOf, textOf } from './script-place.ts';

const LONGEST_CODE = 60;
/** Of what is told as an example: all errors of a run may have one. */
const LONGEST_EXAMPLE = 2_000;
/** Of a longer text nobody looks for secrets, which takes its time. */
const LONGEST_LOOKED_AT = 100_000;
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
 * @param hide removes secrets, which is needed where a text is cut
 */
export function failureOf(thrown: unknown, hide: Hide = HIDE_NOTHING): Failed {
  const name = nameOf(thrown);
  if (isA(thrown, RequestError)) {
    const kind = thrown.kind === 'expectation' ? 'expectation' : 'request';
    // Code of users may have made it, of anything.
    const code = `${textOf(thrown.kind)} ${textOf(thrown.code)}`.slice(0, LONGEST_CODE);
    return { kind, code, example: shortened(textOf(thrown), hide) };
  }
  if (name === 'ScenarioFailure') {
    const reason = textOf(thrown) || NO_REASON;
    const code = shortened(reason, hide, LONGEST_CODE);
    return { kind: 'fail', code, example: shortened(reason, hide) };
  }
  const place = placeOf(thrown);
  if (place === null) return { kind: 'script', code: name, example: shortened(stackOf(thrown), hide) };
  const example = shortened(messageWithCallers(thrown), hide);
  return { kind: 'script', code: `${name} ${place}`, example };
}

/** An error of a user's setup or teardown, which no code tells apart: what happened, and where. */
export function toldWithPlace(thrown: unknown): string {
  const { kind, example } = failureOf(thrown);
  if (kind === 'script') return stackOf(thrown);
  const place = placeOf(thrown);
  return place === null ? example : `${example} (${place})`;
}

/** Secrets are hidden before a text is cut: of one that is cut in two, what is left is not recognized. */
function shortened(text: string, hide: Hide, longest = LONGEST_EXAMPLE): string {
  if (text.length <= longest) return text;
  return hide(text.slice(0, LONGEST_LOOKED_AT)).slice(0, longest);
}
