import { libraryNameOf } from './option-table/run-table.ts';
import type { OptionWord, Terms } from './words.ts';

const THE_URL = 'The URL';

/** As options are written on the command line; a request of a plan, which is a file, says where it stands. */
export const commandLineTerms: Terms = ({ option, as, place }) => {
  const name = option === 'url' || place !== undefined ? option : `--${option}`;
  return { text: as ?? (option === 'url' ? THE_URL : name), name, place };
};

/**
 * As options are written in a plan file, and on the command line where one was given there.
 *
 * @param places where options of the whole plan stand in it
 */
export function planTerms(places: ReadonlyMap<string, string>, onCommandLine: ReadonlySet<string>): Terms {
  return (word) => {
    const own = word.place ?? (onCommandLine.has(word.option) ? undefined : places.get(word.option));
    return commandLineTerms(own === undefined ? word : { ...word, place: own });
  };
}

/**
 * As options are written in the library.
 *
 * @param hasHeaderObject whether the headers of a request, or of all, were given as an object
 */
export function libraryTerms(hasHeaderObject: (request: number | undefined) => boolean): Terms {
  return (word) => {
    const name = `${word.request === undefined ? '' : `mix[${word.request}].`}${fieldOf(word, hasHeaderObject)}`;
    const text = word.option === 'url' && word.request === undefined ? THE_URL : name;
    return { text: word.as ?? text, name };
  };
}

function fieldOf(
  { option, name: own, header, request }: OptionWord,
  hasHeaderObject: (request: number | undefined) => boolean,
): string {
  const name = own ?? libraryNameOf(option);
  return header !== undefined && hasHeaderObject(request) ? `${name}[${JSON.stringify(header)}]` : name;
}
