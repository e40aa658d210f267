import type { Place, PlaceOf } from '../plan-place.ts';

/** The scenario fields of a plan file, as written. */
export interface WrittenFlow {
  /** The file as given on the command line. */
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly placeOf: PlaceOf;
}

/** Follows the name of an unknown field: the mistake is in the name, not in the value. */
const NO_SUCH_FIELD = ': there is no such field';
/** Fields that have another name in modules. */
const NAMES: Readonly<Record<string, string>> = {
  baseURL: 'url',
  setupTimeout: 'setup-timeout',
  newConnection: 'new-connection',
  keepCookies: 'keep-cookies',
  exec: 'flow',
  tokenPath: 'token-path',
  usagePath: 'usage-path',
  stallTimeout: 'stall-timeout',
  sloTarget: 'slo-target',
};

/** Puts the place of a field such as `scenarios.shop.load.vus` before a sentence about it. */
export function placedIn({ placeOf }: WrittenFlow, sentence: string): string {
  const [field = ''] = /^[\w-]+(?:\.[^\s:.[]+|\[\d+\])*/.exec(sentence) ?? [];
  const keys = field.split(/[.[\]]+/).filter((key) => key !== '');
  const own = keys.map((key) => NAMES[key] ?? key);
  const path = own.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const written = own.reduce((text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : `${text}.${key}`));
  const said = sentence.slice(field.length);
  return `${placeOf(path, said.startsWith(NO_SUCH_FIELD) ? 'key' : undefined)}: ${written}${said}`;
}

/** Returns `12:9` for `shop.yaml:12:9`. */
export function lineAndColumn(place: Place): string {
  return /\d+:\d+$/.exec(place)?.[0] ?? '1:1';
}
