import { BlockList, isIP } from 'node:net';
import { quoted } from '../../text/quoted.ts';
import { MOST_REDIRECTS } from '../defaults.ts';
import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase } from '../words.ts';
import type { CurlOptions } from './curl-options.ts';

const CURL_PROXY_PORT = 1080;
const PROXY_WITH_NAME = /^[a-z\d]+:\/\/[^/]*@/i;

const TLS_VERSIONS: Readonly<Record<string, '1.2' | '1.3'>> = { 'tlsv1.2': '1.2', 'tlsv1.3': '1.3' };

/** Timeout, redirects and connection settings of a curl command; undefined if not given. */
interface CurlConnection {
  readonly insecure: boolean | undefined;
  readonly location: number | boolean | undefined;
  readonly timeout: string | undefined;
  readonly maxBody: number | undefined;
  readonly cacert: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly proxy: string | undefined;
  readonly proxyTunnel: boolean | undefined;
  readonly resolve: readonly string[] | undefined;
  readonly connectTo: readonly string[] | undefined;
  readonly unixSocket: string | undefined;
  readonly http2: boolean | undefined;
  readonly h2c: boolean | undefined;
  readonly tlsMin: '1.2' | '1.3' | undefined;
}

/**
 * Reads the options on the connection; notes a problem for each value that cannot be read.
 *
 * @param urls all URLs of the command, which share connection settings
 */
export function connectionOf(
  options: CurlOptions,
  urls: readonly string[],
  problems: Problems,
): CurlConnection {
  const version = options.last('http1.1', 'http2', 'http2-prior-knowledge')?.name;
  // Prior knowledge only means no TLS for URLs without TLS.
  const isClear = version === 'http2-prior-knowledge' && !urls.some((url) => /^https:/i.test(url));
  checkPem(options, problems);
  const proxy = proxyIn(options, urls, problems);
  return {
    insecure: options.has('insecure') || undefined,
    location: redirectsIn(options, problems),
    timeout: timeoutIn(options, problems),
    maxBody: largestIn(options, problems),
    cacert: options.text('cacert'),
    cert: certificateIn(options, problems),
    key: options.text('key'),
    proxy,
    proxyTunnel: (proxy !== undefined && options.has('proxytunnel')) || undefined,
    // A leading + only affects how long curl remembers the address.
    resolve: someOf(options.texts('resolve').map((text) => text.replace(/^\+/, ''))),
    connectTo: someOf(options.texts('connect-to')),
    unixSocket: options.text('unix-socket'),
    http2: version === undefined ? undefined : version !== 'http1.1' && !isClear,
    h2c: isClear || undefined,
    tlsMin: TLS_VERSIONS[options.last('tlsv1.2', 'tlsv1.3')?.name ?? ''],
  };
}

function someOf(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}

export function followsRedirects(options: CurlOptions): boolean {
  return options.has('location') || options.has('follow') || options.has('location-trusted');
}

/** As curl has it. */
const DEFAULT_REDIRECTS = 50;

/** `--max-redirs` alone does not follow redirects; -1 means no limit, and gets the largest that volley takes. */
function redirectsIn(options: CurlOptions, problems: Problems): number | undefined {
  const limit = options.text('max-redirs');
  if (limit !== undefined && !/^(?:-1|\d+)$/.test(limit)) {
    problems.add(phrase`${ofCurl('--max-redirs')} ${given(limit)}: give a whole number, or -1 for no limit.`);
    return undefined;
  }
  if (!followsRedirects(options)) return undefined;
  if (limit === undefined) return DEFAULT_REDIRECTS;
  return limit === '-1' ? MOST_REDIRECTS : Number(limit);
}

/** In curl, zero means no limit. */
function timeoutIn(options: CurlOptions, problems: Problems): string | undefined {
  const seconds = options.text('max-time');
  if (seconds === undefined) return undefined;
  // As strtod reads it: `.5`, `5.` and `1e1` are numbers too.
  if (/^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(seconds))
    return Number(seconds) === 0 ? undefined : `${Number(seconds)}s`;
  problems.add(phrase`${ofCurl('--max-time')} ${given(seconds)}: give a number of seconds.`);
  return undefined;
}

const BYTES: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** As with the time, zero means no limit. */
function largestIn(options: CurlOptions, problems: Problems): number | undefined {
  const size = options.text('max-filesize');
  if (size === undefined) return undefined;
  const [, digits = '', unit = ''] = /^(\d+)([bkmg]?)$/i.exec(size) ?? [];
  if (digits === '') {
    problems.add(
      phrase`${ofCurl('--max-filesize')} ${given(size)}: give a number of bytes, such as 1000 or 5M.`,
    );
    return undefined;
  }
  return Number(digits) * (BYTES[unit.toLowerCase()] ?? 1) || undefined;
}

/** `file:password`; `\:` and the colon of a drive belong to the file name. */
function certificateIn(options: CurlOptions, problems: Problems): string | undefined {
  const file = options.text('cert');
  if (file === undefined) return undefined;
  if (/(?<!\\|^[a-z]):/i.test(file)) {
    problems.add(
      phrase`${ofCurl('--cert')}: a password after the file is not taken: give a key without one.`,
    );
    return undefined;
  }
  return file.replaceAll('\\:', ':');
}

function checkPem(options: CurlOptions, problems: Problems): void {
  for (const name of ['cert-type', 'key-type'] as const) {
    const type = options.text(name);
    if (type !== undefined && type.toUpperCase() !== 'PEM')
      problems.add(
        phrase`${ofCurl(`--${name}`)} ${quoted(type)}: only PEM files are read: convert it, and leave it out.`,
      );
  }
}

/** The proxy with curl's defaults, http and port 1080; an empty one means none. */
function proxyIn(options: CurlOptions, urls: readonly string[], problems: Problems): string | undefined {
  const proxy = options.text('proxy');
  if (proxy === undefined || proxy === '') return undefined;
  const without = urls.filter((url) => isWithoutProxy(url, options.text('noproxy') ?? ''));
  if (without.length > 0 && without.length < urls.length)
    problems.add(
      phrase`${ofCurl('--noproxy')} with URLs of both kinds: give those without a proxy to a run of their own.`,
    );
  if (without.length > 0) return undefined;
  const url = /^[a-z\d]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  const withPort =
    /^http:/i.test(url) && !/:\d+\/?$/.test(url) ? `${url.replace(/\/$/, '')}:${CURL_PROXY_PORT}` : url;
  const user = options.text('proxy-user');
  checkProxied(options, user !== undefined || PROXY_WITH_NAME.test(withPort), problems);
  // Those of the proxy's URL come first.
  if (user === undefined || PROXY_WITH_NAME.test(withPort)) return withPort;
  const [name = '', password = ''] = /^([^:]*):?(.*)$/s.exec(user)?.slice(1) ?? [];
  return withPort.replace(
    /^[a-z\d]+:\/\//i,
    (scheme) => `${scheme}${urlEncoded(name)}:${urlEncoded(password)}@`,
  );
}

/** What is percent-encoded already stays so: curl decodes it. */
function urlEncoded(text: string): string {
  return encodeURIComponent(text).replace(/%25(?=[\da-f]{2})/gi, '%');
}

/** Refuses what curl gives a proxy in a way that volley does not. */
function checkProxied(options: CurlOptions, isNamed: boolean, problems: Problems): void {
  if (/^:?$/.test(options.text('proxy-user') ?? 'none'))
    problems.add(phrase`${ofCurl('--proxy-user')} without a name and password: leave it out.`);
  if (isNamed && options.all('header').some((line) => /^proxy-authorization[:;]/i.test(line)))
    problems.add(
      phrase`${ofCurl('--proxy-user')} with a Proxy-Authorization header: curl sends both: leave one of them out.`,
    );
  if (!options.has('proxytunnel') && options.last('request-target') !== undefined)
    problems.add(
      phrase`${ofCurl('--request-target')} with --proxy: a proxy needs the whole URL: leave one of them out.`,
    );
}

/** Whether a list of `--noproxy` covers a URL's host: `*`, a name with its subdomains, an address or a block. */
function isWithoutProxy(url: string, list: string): boolean {
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`;
  const host = (URL.parse(withScheme)?.hostname ?? '').replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (list.trim() === '*') return true;
  const family = isIP(host);
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const name = entry
        .toLowerCase()
        .replace(/^\[|\]$/g, '')
        .replace(/^\.|\.$/g, '');
      if (family === 0) return host === name || host.endsWith(`.${name}`);
      return host === name || isInBlock(host, family === 6 ? 'ipv6' : 'ipv4', name);
    });
}

function isInBlock(address: string, family: 'ipv4' | 'ipv6', block: string): boolean {
  const [, network = '', bits = ''] = /^([\da-f.:]+)\/(\d+)$/.exec(block) ?? [];
  const most = family === 'ipv6' ? 128 : 32;
  if (isIP(network) !== (family === 'ipv6' ? 6 : 4) || Number(bits) > most) return false;
  const blocks = new BlockList();
  blocks.addSubnet(network, Number(bits), family);
  return blocks.check(address, family);
}
