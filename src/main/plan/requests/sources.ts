import { withoutCredentials } from '../../text/quoted.ts';
import { LIBRARY_NAMES, namesWhere } from '../option-table/run-table.ts';
import type { ConnectionOptions, NamedRequestOptions, RequestOptions, RunOptions } from '../options.ts';

/** Options of a run that apply to each request that does not set them itself. */
export const SHARED = [
  'pathAsIs',
  'requestTarget',
  'withoutHeaders',
  'methodOnRedirect',
  'headersOfBody',
  'curlRedirects',
  'digest',
  ...libraryNamesOf('request'),
] as readonly (keyof Omit<RequestOptions, 'url'>)[];

/** Options on how the connections of all requests are made. */
const CONNECTION = libraryNamesOf('connection') as readonly (keyof ConnectionOptions)[];

export const BODIES = ['body', 'bodyFile', 'json', 'dataUrlencode', 'form'] as const;

/** The requests of a run: those of its mix, or the one that its options describe. */
export function requestsOf(options: RunOptions): readonly NamedRequestOptions[] {
  const { url = '', mix } = options;
  const shared = sharedOf(options);
  if (mix === undefined) return [{ ...shared, name: withoutCredentials(url), url }];
  return mix.map((request) => merged(shared, request));
}

/** The options of a run on its connections. */
export function connectionOptionsOf(options: RunOptions): ConnectionOptions {
  return Object.fromEntries(CONNECTION.map((name) => [name, options[name]]));
}

function sharedOf(options: RunOptions): Partial<RequestOptions> {
  return Object.fromEntries(
    SHARED.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

/** A request's own options take precedence; headers are added, and a body replaces any other. */
function merged(shared: Partial<RequestOptions>, request: NamedRequestOptions): NamedRequestOptions {
  const own = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
  const headers = [...(shared.headers ?? []), ...(request.headers ?? [])];
  const hasBody = BODIES.some((name) => Object.hasOwn(own, name));
  const taken = hasBody
    ? Object.fromEntries(Object.entries(shared).filter(([name]) => !isBody(name)))
    : shared;
  return { ...taken, ...own, name: request.name, url: request.url, headers };
}

function isBody(name: string): boolean {
  return BODIES.some((body) => body === name);
}

function libraryNamesOf(part: 'request' | 'connection'): string[] {
  return namesWhere(({ of }) => of === part).flatMap((name) => LIBRARY_NAMES.get(name) ?? []);
}
