import type { CurlRedirects } from '../../../protocol/request.ts';
import { withoutCredentials } from '../../text/quoted.ts';
import { libraryNameOf } from '../option-table/run-table.ts';
import type { NamedRequestOptions, RunOptions } from '../options.ts';
import { ownHeaderNames, withoutHeaders } from '../own-headers.ts';
import { BODIES, SHARED } from '../requests/sources.ts';
import type { OptionWord } from '../words.ts';
import type { CurlRequest } from './curl.ts';

const CREDENTIALS = /^([a-z][a-z\d+.-]*:\/\/)?[^/?#]*@/i;
/** Bodies that set their own content type. */
const TYPED_BODIES = ['json', 'dataUrlencode', 'form'] as const;

/**
 * The options of a run that sends a command's request, or its requests in turn if it has several URLs. Volley's
 * own options take precedence over those of the command.
 */
export function withOwnOptions(request: CurlRequest, own: RunOptions): RunOptions {
  const said: Partial<RunOptions> = Object.fromEntries(
    Object.entries(own).filter(
      ([name, value]) => value !== undefined && value !== '' && name !== 'headers' && !isEmptyList(value),
    ),
  );
  const { urls, ...kept } = withoutReplaced(request, said, own.headers ?? []);
  const options = { ...kept, ...said, headers: [...kept.headers, ...(own.headers ?? [])] };
  const requests = urls.map(({ hostAsWritten, ...url }) => ({
    ...url,
    pathAsIs: true,
    headers: withHost(options.headers, hostAsWritten),
  }));
  const [only, ...more] = requests;
  if (only !== undefined && more.length === 0) return { ...options, ...only };
  const [ofRequest, ofRun] = parted(options);
  const mix = requests.map(
    (one): NamedRequestOptions => ({ ...ofRequest, ...one, name: withoutCredentials(one.url) }),
  );
  return { ...ofRun, mix };
}

/** How a curl command writes an option, unless the option itself was given. */
export function curlWords(request: CurlRequest, own: RunOptions): (word: OptionWord) => string | null {
  const ownHeaders = ownHeaderNames({ headers: own.headers });
  const saidByCurl = new Set(Object.keys(request).filter((name) => !isSaid(own, name)));
  return ({ option, header }) => {
    if (option === 'url') return 'The URL';
    if (header !== undefined && ownHeaders.has(header.toLowerCase())) return null;
    const name = libraryNameOf(option);
    return saidByCurl.has(name) ? `curl ${CURL_NAMES[name] ?? `--${option}`}` : null;
  };
}

/** Options that have another name in curl. */
const CURL_NAMES: Readonly<Record<string, string>> = {
  method: '--request',
  body: '--data',
  location: '--max-redirs',
  timeout: '--max-time',
  maxBody: '--max-filesize',
  h2c: '--http2-prior-knowledge',
  tlsMin: '--tlsv1.3',
};

function isSaid(own: RunOptions, name: string): boolean {
  if (name === 'headers') return false;
  return Object.entries(own).some(
    ([option, value]) => option === name && value !== undefined && !isEmptyList(value),
  );
}

function withHost(headers: readonly string[], host: string | undefined): readonly string[] {
  return host === undefined || ownHeaderNames({ headers }).has('host')
    ? headers
    : [`host: ${host}`, ...headers];
}

/** The command's request without what the own options replace. */
function withoutReplaced(
  request: CurlRequest,
  own: Partial<RunOptions>,
  ownHeaders: readonly string[],
): CurlRequest {
  const names = new Set(ownHeaderNames({ ...own, headers: ownHeaders }));
  if (TYPED_BODIES.some((body) => own[body] !== undefined)) names.add('content-type');
  const isAuthorized = names.has('authorization');
  const replaced = new Set<keyof CurlRequest>([
    ...(BODIES.some((body) => own[body] !== undefined) ? (['body', 'json', 'form'] as const) : []),
    ...(names.has('cookie') ? (['cookie'] as const) : []),
    ...(names.has('user-agent') ? (['userAgent'] as const) : []),
    ...(isAuthorized ? (['user', 'digest'] as const) : []),
    ...(['0', 0].includes(own.location as string | number) ? (['curlRedirects'] as const) : []),
    ...(own.http2 === true || own.h2c === true ? (['http2', 'h2c'] as const) : []),
  ]);
  const kept = Object.fromEntries(
    Object.entries(request).filter(([name]) => !replaced.has(name as keyof CurlRequest)),
  ) as Omit<CurlRequest, 'headers' | 'urls'>;
  return {
    ...kept,
    ...(request.curlRedirects === undefined
      ? {}
      : { curlRedirects: redirectsWithout(names, request.curlRedirects) }),
    headers: withoutHeaders(request.headers, names),
    urls: request.urls.map(({ cookie, ...one }) => ({
      ...one,
      ...(cookie === undefined || names.has('cookie') ? {} : { cookie }),
      url: isAuthorized ? one.url.replace(CREDENTIALS, '$1') : one.url,
    })),
  };
}

/** Redirect settings with those removed that volley's own options replace. */
function redirectsWithout(names: ReadonlySet<string>, redirects: CurlRedirects): CurlRedirects {
  return {
    ...redirects,
    ...(names.has('authorization') ? { authorizedBy: 'header' } : {}),
    ...(names.has('host') ? { hasOwnHost: true } : {}),
    ...(names.has('referer') ? { saysReferer: false } : {}),
    ...(names.has('cookie') ? { saysCookies: false, keptCookies: null } : {}),
  };
}

/** Separates options of a request from those of the run. */
function parted(options: Partial<RunOptions>): [ofRequest: Partial<RunOptions>, ofRun: Partial<RunOptions>] {
  const names = new Set<string>(SHARED);
  const entries = Object.entries(options);
  return [
    Object.fromEntries(entries.filter(([name]) => names.has(name))),
    Object.fromEntries(entries.filter(([name]) => !names.has(name))),
  ];
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
