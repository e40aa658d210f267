import { type Problem, VolleyError } from '../../protocol/errors.ts';
import { type Hide, hiding, hidingInCut } from '../../requests/secrets.ts';
import { LIBRARY_NAMES, type OptionName } from './option-table/run-table.ts';
import { WordedProblem } from './worded-problem.ts';
import { isOptionWord, isValueWord, type Word } from './words.ts';

/** Behind it a value that is too long is not shown. */
const CUT = '…';

/**
 * The gate through which errors leave: the same error without secrets in any of its texts, and with a stack of its
 * own, since that repeats the message. What is no VolleyError is a fault of volley's, and stays as it is.
 */
export function withoutSecretsIn(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof VolleyError)) return error;
  const hide = hidingInValues(secrets);
  const problems = error.problems.map((problem) =>
    problem instanceof WordedProblem ? problem.with((word) => hiddenWord(word, hide)) : hidden(problem, hide),
  );
  return new VolleyError(error.code, problems);
}

/** In a sentence values are cut already, wherever they stand in it. */
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
    // A name that is no option's may be a value that slipped.
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
  const shown = hide(message);
  return {
    option,
    value: value === null ? null : hide(value),
    advice: hide(advice),
    ...(place === undefined ? {} : { place }),
    message: shown,
    toString: () => shown,
  };
}
