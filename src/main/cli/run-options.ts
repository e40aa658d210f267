import type { Options } from 'yargs';
import type { Arrivals, Pacing } from '../../protocol/load.ts';
import type { ClientName, WorkerMode } from '../../protocol/plan.ts';
import type { RowsMode } from '../../protocol/request.ts';
import {
  DEFAULT_ADDRESSES,
  DEFAULT_ARRIVALS,
  DEFAULT_CLIENT,
  DEFAULT_CONCURRENCY,
  DEFAULT_DURATION,
  DEFAULT_METHOD,
  DEFAULT_METHOD_WITH_BODY,
  DEFAULT_MODE,
  DEFAULT_PACING,
  DEFAULT_PERCENTILES,
  DEFAULT_ROWS_MODE,
  DEFAULT_TIMEOUT,
  DEFAULT_WARMUP,
} from '../plan/defaults.ts';
import type { RunOptions } from '../plan/options.ts';
import { cut, quoted } from '../text/quoted.ts';
import type { Parsed } from './parsed.ts';

/** The options of a run, as the help shows them. Values stay text: the plan's gate reads and checks them. */
export const RUN_OPTIONS = {
  workers: text('w', 'Workers; inline has exactly one', 'cores − 1, at most the concurrency'),
  concurrency: text('c', 'Connections in all, over all workers', String(DEFAULT_CONCURRENCY)),
  requests: text('n', 'Requests in all (10k is ten thousand)', 'no limit'),
  duration: text(
    'd',
    'Stop starting requests after this (500ms, 10s, 2m; 10 is seconds)',
    `${DEFAULT_DURATION} without -n`,
  ),
  mode: text(undefined, 'What a worker is: threads, processes, or inline (one event loop)', DEFAULT_MODE),
  client: text(undefined, 'What speaks HTTP: undici, or wire, which costs less per request', DEFAULT_CLIENT),
  rate: text('r', 'Open model: requests a second in all (200, 50/s, 3000/m)', 'closed model'),
  every: text(undefined, 'The same, as the time between two starts (10ms)', 'closed model'),
  stages: text(undefined, 'The same, over time: 10s:100,30s:100..1000,1m:1000', 'closed model'),
  arrivals: text(undefined, 'Spacing of the starts: constant or poisson', DEFAULT_ARRIVALS),
  'max-in-flight': text(
    undefined,
    'Open model: connections at most; beyond, requests wait in line',
    '10000, or what open files allow',
  ),
  pacing: text(undefined, 'Open model: precise (polls), eco (1 ms ticks) or auto', DEFAULT_PACING),
  method: text('m', 'HTTP method', `${DEFAULT_METHOD}, or ${DEFAULT_METHOD_WITH_BODY} with a body`),
  header: text('H', "Header, as 'Name: value'; repeatable", 'user-agent and accept'),
  body: text('b', 'Body, sent as it is', 'none'),
  'body-file': text('D', 'Body from a file; - is stdin', 'none'),
  json: text(undefined, 'Body as JSON, or @file: checked, with content type and accept', 'none'),
  'data-urlencode': text(undefined, 'Form field as name=value; repeatable', 'none'),
  form: text('F', 'Multipart part as in curl: name=text or name=@file;type=…;filename=…; repeatable', 'none'),
  user: text('u', 'name:password, for Basic authorization', 'none'),
  'bearer-env': text(undefined, 'The environment variable that holds a bearer token', 'none'),
  cookie: text(undefined, 'Cookies, as name=value; other=value', 'none'),
  'user-agent': text(undefined, 'The user-agent header', 'volley/ and the version'),
  'no-keepalive': { type: 'boolean', describe: 'A new connection for each request' },
  location: text('L', 'Follow redirects, at most so many (-L alone is 10)', 'off'),
  urls: text(undefined, 'A file with one URL a line, sent in turn; - is stdin', 'none'),
  curl: text(undefined, "A curl command, whose request is sent as curl would send it: 'curl …'", 'none'),
  'curl-file': text(undefined, 'A file that holds a curl command; - is stdin', 'none'),
  har: text(undefined, 'A HAR file, whose requests are sent in turn; - is stdin', 'none'),
  'har-hosts': text(
    undefined,
    'Hosts of the HAR file to send to: a.org,*.b.org,c:8080; * is all',
    'those of its first page',
  ),
  rows: text(
    undefined,
    'CSV or JSONL whose columns fill {{column}} in URL, headers and body; - is stdin',
    'none',
  ),
  'rows-mode': text(undefined, 'Rows in turn (cycle), each once, or random', DEFAULT_ROWS_MODE),
  'expect-status': text(undefined, 'Statuses that are ok: 200, 200,201, 2xx, 200-299', 'below 400'),
  'expect-body': text(undefined, 'Text that each body must have; repeatable', 'none'),
  'expect-json': text(undefined, 'What JSON bodies must say, as path=value; repeatable', 'none'),
  'max-body': text(undefined, 'Bytes that a body may have at most', 'no limit'),
  set: text(undefined, 'A value for {{name}}, as name=value; repeatable', 'none'),
  timeout: text(
    undefined,
    'From when a request is given to a connection until its last byte',
    DEFAULT_TIMEOUT,
  ),
  warmup: text(
    undefined,
    'The same load before the measurement begins, left out of the result',
    DEFAULT_WARMUP,
  ),
  'cpu-work': text(undefined, 'Hash each body so many times before the next request, in the worker', '0'),
  percentiles: text(undefined, 'Percentiles to compute, comma-separated', DEFAULT_PERCENTILES),
  threshold: text(
    undefined,
    'A rule such as p99<50ms, error-rate<1% or throughput>500/s; repeatable',
    'none',
  ),
  'abort-on': text(undefined, 'The same, checked every second: the run ends when it does not hold', 'none'),
  seed: text(undefined, 'For everything random', 'random, and printed'),
  insecure: { alias: 'k', type: 'boolean', describe: 'Accept any certificate' },
  cacert: text(undefined, "Authorities to trust instead of Node's: a PEM file", "Node's"),
  cert: text(undefined, 'Client certificate: a PEM file; with --key', 'none'),
  key: text(undefined, 'Key of the client certificate: a PEM file', 'none'),
  sni: text(undefined, 'Name to ask the server for, and to check its certificate against', "the URL's"),
  'tls-min': text(undefined, 'Lowest version of TLS: 1.2 or 1.3', '1.2'),
  resolve: text(undefined, 'host:port:address, instead of a look-up; repeatable', 'none'),
  addresses: text(
    undefined,
    'Of several addresses: spread connections over all, or all to the first that answers',
    DEFAULT_ADDRESSES,
  ),
  'connect-to': text(
    undefined,
    'host1:port1:host2:port2, dials the second for the first; repeatable',
    'none',
  ),
  'unix-socket': text(undefined, 'Connect to the socket at this path', 'none'),
  proxy: text(undefined, 'Tunnel through the HTTP proxy at http://name:password@host:port', 'none'),
  http2: { type: 'boolean', describe: 'HTTP/2, over TLS' },
  h2c: { type: 'boolean', describe: 'HTTP/2 without TLS, by prior knowledge' },
  streams: text(undefined, 'With HTTP/2: requests at once on each connection', '1'),
  'dry-run': { type: 'boolean', describe: 'Print the plan and the first of each request; send nothing' },
  once: { type: 'boolean', describe: 'Send each request of the mix once, and print it with its answer' },
  repeat: text(undefined, 'Measure so many rounds, for an interval on every headline figure', '1'),
  output: text('o', 'Form of the result on stdout: text, json, markdown, csv, junit or prometheus', 'text'),
  out: text(undefined, 'Also save the result as JSON to this file', 'none'),
  samples: text(undefined, 'Write every request to this file, which ends in .csv or .jsonl', 'none'),
  'step-summary': { type: 'boolean', describe: 'Append the result as Markdown to $GITHUB_STEP_SUMMARY' },
} as const satisfies Record<string, Options>;

/** Options that may be given more than once. */
const REPEATABLE = new Set([
  'header',
  'threshold',
  'abort-on',
  'data-urlencode',
  'form',
  'expect-body',
  'expect-json',
  'set',
  'resolve',
  'connect-to',
]);

/** Options of a run from what was parsed, with the problems that only the command line can have. */
export function runOptionsFrom(parsed: Parsed, problems: string[]): RunOptions {
  for (const name of Object.keys(RUN_OPTIONS)) {
    const given = parsed.all(name);
    if (given.length > 1 && !REPEATABLE.has(name)) problems.push(givenOften(name, given));
  }
  const one = (name: keyof typeof RUN_OPTIONS): string | undefined => parsed.last(name);
  return {
    url: parsed.positionals[0],
    workers: one('workers'),
    concurrency: one('concurrency'),
    requests: one('requests'),
    duration: one('duration'),
    // The gate refuses what is none of the words, here and below.
    mode: one('mode') as WorkerMode | undefined,
    client: one('client') as ClientName | undefined,
    rate: one('rate'),
    every: one('every'),
    stages: one('stages'),
    arrivals: one('arrivals') as Arrivals | undefined,
    maxInFlight: one('max-in-flight'),
    pacing: one('pacing') as Pacing | undefined,
    method: one('method'),
    headers: parsed.all('header'),
    body: one('body'),
    bodyFile: one('body-file'),
    json: one('json'),
    dataUrlencode: parsed.all('data-urlencode'),
    form: parsed.all('form'),
    location: one('location'),
    urls: one('urls'),
    curl: one('curl'),
    curlFile: one('curl-file'),
    har: one('har'),
    harHosts: one('har-hosts'),
    variables: variablesIn(parsed.all('set'), problems),
    rows: one('rows'),
    rowsMode: one('rows-mode') as RowsMode | undefined,
    expectStatus: one('expect-status'),
    expectBody: parsed.all('expect-body'),
    expectJson: parsed.all('expect-json'),
    maxBody: one('max-body'),
    user: one('user'),
    bearerEnv: one('bearer-env'),
    cookie: one('cookie'),
    userAgent: one('user-agent'),
    keepalive: parsed.flag('no-keepalive') ? false : undefined,
    timeout: one('timeout'),
    warmup: one('warmup'),
    cpuWork: one('cpu-work'),
    percentiles: one('percentiles'),
    thresholds: parsed.all('threshold'),
    abortOn: parsed.all('abort-on'),
    seed: one('seed'),
    insecure: parsed.flag('insecure') || undefined,
    cacert: one('cacert'),
    cert: one('cert'),
    key: one('key'),
    sni: one('sni'),
    tlsMin: one('tls-min') as RunOptions['tlsMin'],
    resolve: parsed.all('resolve'),
    addresses: one('addresses') as RunOptions['addresses'],
    connectTo: parsed.all('connect-to'),
    unixSocket: one('unix-socket'),
    proxy: one('proxy'),
    http2: parsed.flag('http2') || undefined,
    h2c: parsed.flag('h2c') || undefined,
    streams: one('streams'),
  };
}

const SECRET = new Set(['user', 'cookie', 'proxy', 'curl']);

/** A sentence for an option that can be given only once. */
export function givenOften(name: string, values: readonly string[]): string {
  const shown = SECRET.has(name) ? '' : ` (${cut(values.map(quoted).join(', '))})`;
  return `--${name} was given ${values.length} times${shown}: give it once.`;
}

function variablesIn(settings: readonly string[], problems: string[]): Record<string, string> {
  const variables = new Map<string, string>();
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    const name = setting.slice(0, Math.max(0, equals));
    // What stands there may be a secret.
    if (equals < 1) problems.push('--set: give it as name=value.');
    else if (variables.has(name)) problems.push(`--set ${quoted(name)} was given twice: give it once.`);
    else variables.set(name, setting.slice(equals + 1));
  }
  // This keeps a name that an assignment would take for something else, such as __proto__.
  return Object.fromEntries(variables);
}

function text(alias: string | undefined, describe: string, defaultDescription: string): Options {
  return { ...(alias === undefined ? {} : { alias }), type: 'string', describe, defaultDescription };
}
