import { quoted } from '../text/quoted.ts';
import type { RunOptions } from './options.ts';
import type { Problems } from './problems.ts';

type Shape = readonly [description: string, fits: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const TEXT: Shape = ['text', isText];
const QUANTITY: Shape = ['a number or text', (value) => typeof value === 'number' || isText(value)];
const LIST: Shape = ['a list of text', isTextList];
const BODY: Shape = ['text or a Uint8Array', (value) => isText(value) || ArrayBuffer.isView(value)];
const FLAG: Shape = ['true or false', (value) => typeof value === 'boolean'];

/** What each option may be: TypeScript's callers cannot get it wrong, JavaScript's can. */
const SHAPES: Readonly<Record<keyof RunOptions, Shape>> = {
  url: TEXT,
  pathAsIs: FLAG,
  requestTarget: TEXT,
  withoutHeaders: LIST,
  methodOnRedirect: TEXT,
  digest: FLAG,
  urls: TEXT,
  curl: TEXT,
  curlFile: TEXT,
  har: TEXT,
  harHosts: TEXT,
  mix: ['a list of requests', Array.isArray],
  variables: [
    'an object of texts',
    (value) => typeof value === 'object' && Object.values(value ?? {}).every(isText),
  ],
  rows: TEXT,
  rowsMode: TEXT,
  workers: QUANTITY,
  concurrency: QUANTITY,
  requests: QUANTITY,
  duration: TEXT,
  mode: TEXT,
  client: TEXT,
  rate: QUANTITY,
  every: TEXT,
  stages: TEXT,
  arrivals: TEXT,
  maxInFlight: QUANTITY,
  pacing: TEXT,
  method: TEXT,
  headers: LIST,
  body: BODY,
  bodyFile: TEXT,
  json: TEXT,
  dataUrlencode: LIST,
  form: LIST,
  location: ['a number, text or true', (value) => ['number', 'boolean', 'string'].includes(typeof value)],
  expectStatus: QUANTITY,
  expectBody: LIST,
  expectJson: LIST,
  maxBody: QUANTITY,
  user: TEXT,
  bearerEnv: TEXT,
  cookie: TEXT,
  userAgent: TEXT,
  keepalive: FLAG,
  timeout: TEXT,
  warmup: TEXT,
  cpuWork: QUANTITY,
  percentiles: ['text or a list of text', (value) => isText(value) || isTextList(value)],
  thresholds: LIST,
  abortOn: LIST,
  seed: QUANTITY,
  insecure: FLAG,
  cacert: TEXT,
  cert: TEXT,
  key: TEXT,
  sni: TEXT,
  tlsMin: TEXT,
  resolve: LIST,
  addresses: TEXT,
  connectTo: LIST,
  unixSocket: TEXT,
  proxy: TEXT,
  http2: FLAG,
  h2c: FLAG,
  streams: QUANTITY,
};

/** Notes a problem for each option that does not exist or is of another type. */
export function checkShape(options: unknown, problems: Problems): void {
  if (typeof options !== 'object' || options === null) {
    problems.add(`The options ${quoted(options)}: give an object, at least { url: 'http://…' }.`);
    return;
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(SHAPES, name)) {
      problems.add(
        `The option ${quoted(name)} does not exist: choose from ${Object.keys(SHAPES).join(', ')}.`,
      );
      continue;
    }
    const [description, fits] = SHAPES[name as keyof RunOptions];
    if (value !== undefined && !fits(value))
      problems.add(`The option ${name} ${quoted(value)}: give ${description}.`);
  }
}
