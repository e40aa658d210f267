import type { Place } from '../plan-place.ts';

/** The part of a plan file that is about scenarios, as it is written. */
export interface WrittenFlow {
  /** As the command line names the file. */
  readonly path: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly placeOf: (keys: readonly PropertyKey[]) => Place;
}

/** What a module calls otherwise than a plan. */
const NAMES: Readonly<Record<string, string>> = {
  baseURL: 'url',
  setupTimeout: 'setup-timeout',
  newConnection: 'new-connection',
  keepCookies: 'keep-cookies',
  exec: 'flow',
};

/** A sentence on a field such as `scenarios.shop.load.vus`, with its place in the file before it. */
export function placedIn({ placeOf }: WrittenFlow, sentence: string): string {
  const [field = ''] = /^[\w-]+(?:\.[^\s:.[]+|\[\d+\])*/.exec(sentence) ?? [];
  const keys = field.split(/[.[\]]+/).filter((key) => key !== '');
  const own = keys.map((key) => NAMES[key] ?? key);
  const path = own.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const written = own.reduce((text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : `${text}.${key}`));
  return `${placeOf(path)}: ${written}${sentence.slice(field.length)}`;
}

/** `12:9` of `shop.yaml:12:9`. */
export function lineAndColumn(place: Place): string {
  return /\d+:\d+$/.exec(place)?.[0] ?? '1:1';
}
