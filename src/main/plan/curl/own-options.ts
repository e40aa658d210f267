import { withoutCredentials } from '../../text/quoted.ts';
import type { NamedRequestOptions, RunOptions } from '../options.ts';
import { ownHeaderNames, withoutHeaders } from '../own-headers.ts';
import { BODIES, SHARED } from '../requests/sources.ts';
import type { CurlRequest } from './curl.ts';

const CREDENTIALS = /^([a-z][a-z\d+.-]*:\/\/)?[^/?#]*@/i;
/** Bodies that bring a content type of their own. */
const TYPED_BODIES = ['json', 'dataUrlencode', 'form'] as const;

/**
 * The options of a run that sends a command's request, or its requests in turn where it has several URLs. What
 * volley's own options say takes the place of what the command says of the same.
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

function withHost(headers: readonly string[], host: string | undefined): readonly string[] {
  return host === undefined || ownHeaderNames({ headers }).has('host')
    ? headers
    : [`host: ${host}`, ...headers];
}

/** The command's request without what the own options say. */
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
    ...(own.http2 === true || own.h2c === true ? (['http2', 'h2c'] as const) : []),
  ]);
  const kept = Object.fromEntries(
    Object.entries(request).filter(([name]) => !replaced.has(name as keyof CurlRequest)),
  ) as Omit<CurlRequest, 'headers' | 'urls'>;
  return {
    ...kept,
    headers: withoutHeaders(request.headers, names),
    urls: isAuthorized
      ? request.urls.map((one) => ({ ...one, url: one.url.replace(CREDENTIALS, '$1') }))
      : request.urls,
  };
}

/** What is said of a request, and what of the run. */
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
