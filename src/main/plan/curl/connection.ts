import { type Problems, quoted } from '../problems.ts';
import type { CurlOptions } from './options.ts';

const CURL_PROXY_PORT = 1080;

const TLS_VERSIONS: Readonly<Record<string, '1.2' | '1.3'>> = { 'tlsv1.2': '1.2', 'tlsv1.3': '1.3' };

/** What a curl command says of time, redirects and the connection; undefined where it says nothing. */
export interface CurlConnection {
  readonly insecure: boolean | undefined;
  readonly location: number | boolean | undefined;
  readonly timeout: string | undefined;
  readonly cacert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly proxy: string | undefined;
  readonly resolve: readonly string[] | undefined;
  readonly connectTo: readonly string[] | undefined;
  readonly unixSocket: string | undefined;
  readonly http2: boolean | undefined;
  readonly tlsMin: '1.2' | '1.3' | undefined;
}

/** Reads what concerns the connection; notes a problem for each value that cannot be read. */
export function connectionOf(options: CurlOptions, problems: Problems): CurlConnection {
  const version = options.last('http1.1', 'http2', 'http2-prior-knowledge')?.name;
  return {
    insecure: options.has('insecure') || undefined,
    location: redirectsIn(options, problems),
    timeout: timeoutIn(options, problems),
    cacert: options.text('cacert'),
    cert: certificateIn(options, problems),
    key: options.text('key'),
    proxy: proxyIn(options),
    resolve: someOf(options.texts('resolve')),
    connectTo: someOf(options.texts('connect-to')),
    unixSocket: options.text('unix-socket'),
    http2: version === undefined ? undefined : version !== 'http1.1',
    tlsMin: TLS_VERSIONS[options.last('tlsv1.2', 'tlsv1.3')?.name ?? ''],
  };
}

function someOf(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}

/** `--max-redirs` alone follows none; -1 is no limit. */
function redirectsIn(options: CurlOptions, problems: Problems): number | boolean | undefined {
  const limit = options.text('max-redirs');
  if (limit !== undefined && !/^(?:-1|\d+)$/.test(limit)) {
    problems.add(`curl --max-redirs ${quoted(limit)}: give a whole number, or -1 for no limit.`);
    return undefined;
  }
  if (!options.has('location')) return undefined;
  return limit === undefined || limit === '-1' ? true : Number(limit);
}

/** To curl, zero is no limit. */
function timeoutIn(options: CurlOptions, problems: Problems): string | undefined {
  const seconds = options.text('max-time');
  if (seconds === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(seconds)) return Number(seconds) === 0 ? undefined : `${seconds}s`;
  problems.add(`curl --max-time ${quoted(seconds)}: give a number of seconds.`);
  return undefined;
}

/** `file:password`, where `\:` and the colon of a drive belong to the file's name. */
function certificateIn(options: CurlOptions, problems: Problems): string | undefined {
  const file = options.text('cert');
  if (file === undefined) return undefined;
  if (/(?<!\\|^[a-z]):/i.test(file)) {
    problems.add('curl --cert: a password after the file is not taken: give a key without one.');
    return undefined;
  }
  return file.replaceAll('\\:', ':');
}

/** With what curl assumes: http, and port 1080; an empty one is none. */
function proxyIn(options: CurlOptions): string | undefined {
  const proxy = options.text('proxy');
  if (proxy === undefined || proxy === '') return undefined;
  const url = /^[a-z\d]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  return /^http:/i.test(url) && !/:\d+\/?$/.test(url) ? `${url.replace(/\/$/, '')}:${CURL_PROXY_PORT}` : url;
}
