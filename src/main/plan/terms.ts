import type { WrittenIn } from '../../protocol/plan.ts';
import { COMMAND_LINE, type Naming } from '../text/naming.ts';
import { camelCase } from './option-table/entry.ts';
import { isInLibrary as hasInLibrary, isInPlans, libraryNameOf } from './option-table/run-table.ts';
import type { OptionWord, Terms } from './words.ts';

const THE_URL = 'The URL';

/** As options are written on the command line; an option with a place in a file is written with that place. */
export const commandLineTerms: Terms = ({ option, as, place }) => {
  const name = option === 'url' || place !== undefined ? option : `--${option}`;
  return { text: as ?? (option === 'url' ? THE_URL : name), name, place };
};

/**
 * As options are written in a plan file, including those that the plan does not have yet; those given on the command
 * line are written as there.
 *
 * @param places places of the options of the whole plan
 */
export function planTerms(places: ReadonlyMap<string, string>, onCommandLine: ReadonlySet<string>): Terms {
  return (word) => {
    if (word.place !== undefined) return commandLineTerms(word);
    const { option, as } = word;
    if (onCommandLine.has(option) || !isInPlans(option)) return commandLineTerms(word);
    return { text: as ?? (option === 'url' ? THE_URL : option), name: option, place: places.get(option) };
  };
}

/** Names of options in a module of scenarios. */
const FIELD_OF = {
  url: 'baseURL',
  header: 'headers',
  threshold: 'thresholds',
  timeout: 'timeout',
  seed: 'seed',
  preset: 'streams',
  stream: 'streams',
  'token-path': 'streams',
  'usage-path': 'streams',
  tokens: 'streams',
  'stall-timeout': 'streams',
  slo: 'streams',
  'slo-target': 'streams',
} as const;
type ModuleField = (typeof FIELD_OF)[keyof typeof FIELD_OF];
export const MODULE_FIELDS: readonly ModuleField[] = Object.values(FIELD_OF);

/** As options are written in the module of scenarios at `path`, if the module sets them. */
export function moduleTerms(path: string, isSaidThere: (field: ModuleField) => boolean): Terms {
  return (word) => {
    const fields: Readonly<Record<string, ModuleField>> = FIELD_OF;
    const field = Object.hasOwn(fields, word.option) ? fields[word.option] : undefined;
    if (field === undefined || !isSaidThere(field)) return commandLineTerms(word);
    const name = field === 'streams' ? `${field}.${camelCase(word.option)}` : field;
    return { text: word.as ?? name, name, place: path };
  };
}

/**
 * As options are written in the library.
 *
 * @param hasHeaderObject whether the headers of a request, or of the run, were given as an object
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

/** The terms for where the plan was written. */
export function termsOf(writtenIn: WrittenIn | undefined): Terms {
  switch (writtenIn?.in) {
    case 'plan':
      return planTerms(new Map(), new Set(writtenIn.onCommandLine));
    case 'module':
      return moduleTerms('', (field) => writtenIn.fields.includes(field));
    case 'library':
      return libraryTerms(() => false);
    case undefined:
      return commandLineTerms;
  }
}

/** Options of comparisons, which the library has but the table of a run does not. */
const OF_COMPARISONS = new Set(['rounds', 'metric', 'margin']);

/** The same for sentences in a result. */
export function namingOf(writtenIn: WrittenIn | undefined): Naming {
  if (writtenIn === undefined) return COMMAND_LINE;
  const terms = termsOf(writtenIn);
  const isInLibrary = writtenIn.in === 'library';
  const named = (
    option: string,
    isOnCommandLine: (typed: string) => string,
    ownWay: (name: string) => string,
  ): string => {
    const { name } = terms({ option });
    return name.startsWith('--') ? isOnCommandLine(name) : ownWay(name);
  };
  return {
    // A flag that the library inverts is set to false there: `keepalive: false`.
    option: (option) =>
      named(
        option,
        (typed) => typed,
        (name) => (isInLibrary && option === `no-${name}` ? `${name}: false` : name),
      ),
    short: (option, letter) =>
      named(
        option,
        () => `-${letter}`,
        (name) => name,
      ),
    setting: (option, value) =>
      named(
        option,
        (typed) => `${typed} ${value}`,
        (name) => `${name}: ${isInLibrary ? quotedValue(value) : value}`,
      ),
    has: (option) => !isInLibrary || OF_COMPARISONS.has(option) || hasInLibrary(option),
  };
}

function quotedValue(value: string): string {
  return /^\d+$/.test(value) ? value : `'${value}'`;
}
