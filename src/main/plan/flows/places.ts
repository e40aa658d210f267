import type { Place } from '../plan-place.ts';

/** The scenario fields of a plan file, as written. */
export interface WrittenFlow {
  /** The file as given on the command line. */
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly placeOf: (keys: readonly PropertyKey[]) => Place;
}

/** Fields that have another name in modules. */
const NAMES: Readonly<Record<string, string>> = {
  baseURL: 'url',
  setupTimeout: 'setup-timeout',
  newConnection: 'new-connection',
  keepCookies: 'keep-cookies',
  exec: 'flow',
};

/** Puts the place of a field such as `scenarios.shop.load.vus` before a sentence about it. */
export function placedIn({ placeOf }: WrittenFlow, sentence: string): string {
  const [field = ''] = /^[\w-]+(?:\.[^\s:.[]+|\[\d+\])*/.exec(sentence) ?? [];
  const keys = field.split(/[.[\]]+/).filter((key) => key !== '');
  const own = keys.map((key) => NAMES[key] ?? key);
  const path = own.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const written = own.reduce((text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : `${text}.${key}`));
  return `${placeOf(path)}: ${written}${sentence.slice(field.length)}`;
}

/** Returns `12:9` for `shop.yaml:12:9`. */
export function lineAndColumn(place: Place): string {
  return /\d+:\d+$/.exec(place)?.[0] ?? '1:1';
}
