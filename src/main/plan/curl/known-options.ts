import {
  type CurlOptionName,
  LETTERS,
  PASSED_OVER,
  REFUSED,
  WITH_VALUE,
  WITHOUT_VALUE,
} from './option-names.ts';

/** How an option of curl is treated. */
export interface KnownOption {
  readonly name: string;
  readonly takesValue: boolean;
  /** Null if it is supported or ignored. */
  readonly refusal: string | null;
  readonly understood: CurlOptionName | null;
}

/** The result of looking up an option as written: known, possibly negated, or the candidates with that prefix. */
type FoundOption =
  | { readonly known: KnownOption; readonly isOn: boolean }
  | { readonly candidates: readonly string[] };

const KNOWN: ReadonlyMap<string, KnownOption> = new Map(
  [
    ...understood(WITH_VALUE, true),
    ...understood(WITHOUT_VALUE, false),
    ...others(PASSED_OVER, null),
    ...REFUSED.flatMap((group) => others(group, group.reason)),
  ].map((option) => [option.name, option]),
);

/** Options without a value that are not switches: `--no-` turns none of them off. */
const NO_SWITCHES = /^(?:http\d.*|tlsv1.*|sslv\d|ipv\d|next|help|manual|version)$/;

/** Looks up a long name or a unique prefix of one, or a whole name after `no-`; case does not matter. */
export function findLong(written: string): FoundOption {
  const name = written.toLowerCase();
  const known = KNOWN.get(name);
  if (known !== undefined) return { known, isOn: true };
  const isOn = !name.startsWith('no-');
  const wanted = isOn ? name : name.slice(3);
  const candidates = [...KNOWN.values()].filter((option) =>
    isOn ? wanted !== '' && option.name.startsWith(wanted) : option.name === wanted,
  );
  const [only, ...more] = candidates.filter(
    (option) => isOn || !(option.takesValue || NO_SWITCHES.test(option.name)),
  );
  if (only === undefined || more.length > 0) return { candidates: candidates.map((option) => option.name) };
  return { known: only, isOn };
}

/** The option of a letter; null if there is none. */
export function findLetter(letter: string): { readonly known: KnownOption; readonly isOn: boolean } | null {
  const name = Object.hasOwn(LETTERS, letter) ? (LETTERS[letter] ?? '') : '';
  const found = name === '' ? null : findLong(name);
  return found === null || 'candidates' in found ? null : found;
}

function understood(names: readonly CurlOptionName[], takesValue: boolean): KnownOption[] {
  return names.map((name) => ({ name, takesValue, refusal: null, understood: name }));
}

function others(
  group: { readonly withValue: readonly string[]; readonly withoutValue: readonly string[] },
  refusal: string | null,
): KnownOption[] {
  const option = (name: string, takesValue: boolean): KnownOption => ({
    name,
    takesValue,
    refusal,
    understood: null,
  });
  return [
    ...group.withValue.map((name) => option(name, true)),
    ...group.withoutValue.map((name) => option(name, false)),
  ];
}
