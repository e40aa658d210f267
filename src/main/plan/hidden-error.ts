import { type Problem, VolleyError } from '../../protocol/errors.ts';
import { type Hide, hiding, hidingInCut } from '../../requests/secrets.ts';
import { visibleLines } from '../../requests/visible.ts';
import { LIBRARY_NAMES, type OptionName } from './option-table/run-table.ts';
import { WordedProblem } from './worded-problem.ts';
import { isOptionWord, isValueWord, type Word } from './words.ts';

/** Marks where a value that is too long was cut. */
const CUT = '…';

/**
 * Removes secrets from errors before they are thrown to callers: all texts are cleaned, and the stack is a new one,
 * since a stack repeats the message. Anything but a VolleyError is a bug in volley and stays as it is.
 */
export function withoutSecretsIn(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof VolleyError)) return error;
  return new VolleyError(error.code, problemsWithout(secrets, error.problems));
}

/** The same problems without secrets. */
export function problemsWithout(secrets: readonly string[], problems: readonly Problem[]): Problem[] {
  const hide = hidingInValues(secrets);
  return problems.map((problem) =>
    problem instanceof WordedProblem ? problem.with((word) => hiddenWord(word, hide)) : hidden(problem, hide),
  );
}

/** In a sentence, values have been cut already, wherever they are. */
function hidingInValues(secrets: readonly string[]): Hide {
  const [hide, hideBeforeCut] = [hiding(secrets), hidingInCut(secrets)];
  return (text) => {
    const pieces = text.split(CUT);
    return pieces.map((piece, at) => (at < pieces.length - 1 ? hideBeforeCut(piece) : hide(piece))).join(CUT);
  };
}

function hiddenWord(word: Word, hide: Hide): Word {
  if (isValueWord(word)) return { value: hide(word.value) };
  if (!isOptionWord(word)) return hide(word);
  const { option, as, name, header } = word;
  return {
    ...word,
    // A name that is not an option may be a misplaced value.
    option: isKnown(option) ? option : hide(option),
    ...(as === undefined ? {} : { as: hide(as) }),
    ...(name === undefined || isKnown(option) ? {} : { name: hide(name) }),
    ...(header === undefined ? {} : { header: hide(header) }),
  };
}

function isKnown(option: string): boolean {
  return option === 'url' || LIBRARY_NAMES.has(option as OptionName);
}

function hidden({ option, value, advice, place, message }: Problem, hide: Hide): Problem {
  const shown = visibleLines(hide(message));
  return {
    option,
    value: value === null ? null : hide(value),
    advice: hide(advice),
    ...(place === undefined ? {} : { place }),
    message: shown,
    toString: () => shown,
  };
}
