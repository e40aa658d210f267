import type { IterationErrorKind } from '../../protocol/scenario.ts';
import { RequestError } from '../../protocol/scenario-errors.ts';
import { HIDE_NOTHING, type Hide } from '../../requests/secrets.ts';
import { isA, messageWithCallers, nameOf, placeOf, textOf, toldInFull } from './script-place.ts';

const LONGEST_CODE = 60;
const LONGEST_PLACE = 400;
/** Limit on an example: all errors of a run may have one. */
const LONGEST_EXAMPLE = 2_000;
/** A longer text is not searched for secrets, which takes time. */
const LONGEST_LOOKED_AT = 100_000;
const NO_REASON = 'no reason was given';

/** Why a part of a scenario failed. */
export interface Failed {
  readonly kind: IterationErrorKind;
  /** As it was said: secrets are hidden, and it is cut, when it is shown. */
  readonly code: string;
  readonly example: string;
  /** Hiding takes its time, and of most failures nothing is shown: a few of a kind are enough. */
  readonly hide: Hide;
}

/** Classifies what a scenario has thrown, which may be anything. */
export function failureOf(thrown: unknown, hide: Hide = HIDE_NOTHING): Failed {
  const name = nameOf(thrown);
  if (isA(thrown, RequestError)) {
    const kind = thrown.kind === 'expectation' ? 'expectation' : 'request';
    // Code of users may have made it, of anything.
    const code = `${textOf(thrown.kind)} ${textOf(thrown.code)}`;
    return { kind, code, example: textOf(thrown), hide };
  }
  if (name === 'ScenarioFailure') {
    const reason = textOf(thrown) || reasonIn(thrown) || NO_REASON;
    return { kind: 'fail', code: reason, example: reason, hide };
  }
  const place = placeOf(thrown);
  const code = place === null ? name : `${name} ${place}`;
  return { kind: 'script', code, example: messageWithCallers(thrown), hide };
}

/** What `fail` was given in place of text. */
function reasonIn(thrown: unknown): string {
  const { reason } = thrown as { readonly reason?: unknown };
  return reason === undefined ? '' : textOf(reason);
}

/** An error of a user's setup or teardown, which no code tells apart: what happened, and where. */
export function toldWithPlace(thrown: unknown): string {
  const { kind, example } = failureOf(thrown);
  if (kind === 'script') return toldInFull(thrown);
  const place = placeOf(thrown);
  return place === null ? example : `${example} (${place})`;
}

export function shownCode({ kind, code, hide }: Failed): string {
  // Of code only its name and place, which are short.
  return shown(code, hide, kind === 'script' ? LONGEST_PLACE : LONGEST_CODE);
}

export function shownExample({ example, hide }: Failed): string {
  return shown(example, hide, LONGEST_EXAMPLE);
}

/** Secrets are hidden before a text is cut: of one that is cut in two, what is left is not recognized. */
function shown(text: string, hide: Hide, longest: number): string {
  return hide(text.slice(0, LONGEST_LOOKED_AT)).slice(0, longest);
}
