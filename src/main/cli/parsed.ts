import type { Options } from 'yargs';

/** The arguments of a command as yargs parsed them, before they are checked. */
export class Parsed {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;

  /** The words after `--`, if they are a command to run. */
  readonly command: readonly string[];

  constructor(
    argv: Readonly<Record<string, unknown>>,
    positionals: readonly unknown[],
    command: readonly string[] = [],
  ) {
    this.values = argv;
    this.command = command;
    this.positionals = positionals.filter((value) => value !== undefined).map(String);
  }

  /** The same with other arguments, and with values for options that were not given. */
  withDefaults(
    values: Readonly<Record<string, readonly string[] | true>>,
    positionals: readonly string[],
  ): Parsed {
    const missing = Object.entries(values).filter(([name]) => this.values[name] === undefined);
    return new Parsed({ ...this.values, ...Object.fromEntries(missing) }, positionals, this.command);
  }

  /** The same as if these options had not been given. */
  without(names: readonly string[]): Parsed {
    const left = Object.entries(this.values).filter(([name]) => !names.includes(name));
    return new Parsed(Object.fromEntries(left), this.positionals, this.command);
  }

  /** The last value of a text option. */
  last(name: string): string | undefined {
    return this.all(name).at(-1);
  }

  /** All values of a text option, in order. */
  all(name: string): string[] {
    const value = this.values[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  flag(name: string): boolean {
    const value = this.values[name];
    return (Array.isArray(value) ? value.at(-1) : value) === true;
  }
}

const ON_PORT = /^--on-port(?:=|$)/;

/** With `--on-port`, what follows `--` is a command with its own options; otherwise it may be a URL. */
export function withoutCommand(words: readonly string[]): {
  readonly argv: readonly string[];
  readonly command: readonly string[];
} {
  const end = words.indexOf('--');
  const argv = end < 0 ? words : words.slice(0, end);
  if (end < 0 || !argv.some((word) => ON_PORT.test(word))) return { argv: words, command: [] };
  return { argv, command: words.slice(end + 1) };
}

const LOCATION = /^(?:--location|-[a-zA-Z]*L)$/;

/** `-L` may be followed by a number; anything else after it is not its value. */
function lacksOptionalValue(word: string, next = ''): boolean {
  return LOCATION.test(word) && !/^\d+$/.test(next);
}

/** Gives each option whose value is left out an empty one, so that yargs does not take the next word for it. */
export function withOptionalValues(argv: readonly string[]): string[] {
  return argv.flatMap((word, index) => {
    if (!lacksOptionalValue(word, argv[index + 1])) return [word];
    return word.startsWith('--')
      ? ['--location=']
      : [...(word.length > 2 ? [word.slice(0, -1)] : []), '--location='];
  });
}

/**
 * `-` or `-1s` behind an option that takes text is its value, and so is `30s` in `-d30s`: yargs would take the first for an
 * argument, the others for options.
 */
export function withDashValues(
  argv: readonly string[],
  commands: readonly Readonly<Record<string, Options>>[],
): string[] {
  const taking = takingText(commands);
  const end = argv.indexOf('--');
  const words: string[] = [];
  for (const [index, word] of argv.entries()) {
    const last = words.at(-1);
    const isValue =
      /^-(?:$|\d)/.test(word) && last !== undefined && takesText(last, taking) && (end < 0 || index < end);
    if (isValue) words.splice(-1, 1, `${last}=${word}`);
    else words.push(end < 0 || index < end ? withItsValueApart(word, taking.letters) : word);
  }
  return words;
}

/**
 * Where the first word stands that is neither an option nor the value of one; -1 without one.
 *
 * @param tables the options of all commands
 */
export function placeOfArgument(
  words: readonly string[],
  tables: readonly Readonly<Record<string, Options>>[],
): number {
  const taking = takingText(tables);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return -1;
    if (word === '-' || !word.startsWith('-')) return at;
    if (takesText(word, taking) && !lacksOptionalValue(word, words[at + 1])) at++;
  }
  return -1;
}

/** Names and letters of options that take text. */
interface TakingText {
  readonly names: ReadonlySet<string>;
  readonly letters: ReadonlySet<unknown>;
}

function takingText(tables: readonly Readonly<Record<string, Options>>[]): TakingText {
  const texts = tables.flatMap((options) =>
    Object.entries(options).filter(([, { type }]) => type === 'string'),
  );
  return {
    names: new Set(texts.map(([name]) => name)),
    letters: new Set(texts.flatMap(([, { alias }]) => alias ?? [])),
  };
}

/** Whether the word behind this one is its value: not if that stands next to it. */
function takesText(word: string, { names, letters }: TakingText): boolean {
  return word.startsWith('--')
    ? names.has(word.slice(2))
    : /^-[a-zA-Z]+$/.test(word) && letters.has(word.slice(-1));
}

function withItsValueApart(word: string, letters: ReadonlySet<unknown>): string {
  const [, letter, value] = /^-([A-Za-z])([^=].*)$/s.exec(word) ?? [];
  return letter !== undefined && letters.has(letter) ? `-${letter}=${value}` : word;
}

/** Restores a positional argument `-`, which yargs turns into an empty text. */
export function withDashes(positionals: readonly unknown[], words: readonly string[]): readonly unknown[] {
  const wasDash = words.includes('-') && !words.includes('');
  return positionals.map((value) => (value === '' && wasDash ? '-' : value));
}

/** A sentence for each option named like an inherited property of objects, which yargs cannot handle. */
export function inheritedNames(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).flatMap((word) => {
    const [, name = ''] = /^--?(?:no-)?([^=.\s]+)/.exec(word) ?? [];
    return name in Object.prototype ? [`--${name} is not an option: see volley --help.`] : [];
  });
}
