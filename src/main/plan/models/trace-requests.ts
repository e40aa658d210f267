import { PATH_OF_TRACE } from '../../../protocol/trace-path.ts';
import { textOfJson } from '../../../requests/exact-json.ts';
import { isMethod, shown } from '../../../requests/invalid-request.ts';
import { authorityIn, writtenPathOf } from '../../../requests/place.ts';
import { DEFAULT_METHOD, DEFAULT_METHOD_WITH_BODY } from '../defaults.ts';
import type { RunOptions } from '../options.ts';
import { givenAmong, SAY_WHAT_IS_SENT } from '../options-given.ts';
import type { Problems } from '../problems.ts';
import { given, listed, phrase, the } from '../words.ts';
import { type EntryReader, type Fields, type TraceEntry, valueIn } from './trace-entry.ts';

const WITH_HOST = /^https?:\/\//i;
const URL_FIELD = ['url'];
const METHOD_FIELD = ['method'];
const BODY_FIELD = ['body'];
const SAYS_MORE = {
  ...SAY_WHAT_IS_SENT,
  rows: 'rows',
  urls: 'urls',
  curl: 'curl',
  curlFile: 'curl-file',
  har: 'har',
} as const;

/** Traces of whole requests: `timestamp,url,method,body`. */
export const REQUESTS_OF_TRACE: EntryReader = {
  columns: ['path', 'method', 'body'],
  example: '{"timestamp":0,"url":"/"}',
  entryIn,
};

function entryIn(fields: Fields): TraceEntry | string {
  const url = valueIn(fields, URL_FIELD);
  if (url === undefined)
    return 'has no url: give the path that was asked for, or name the preset that its prompts are for';
  const path = typeof url === 'string' ? pathIn(url.trim()) : null;
  if (path === null)
    return `has the url ${shown(textOfJson(url))}: give a path such as /search?q=1, or a whole URL`;
  const body = textOfJson(valueIn(fields, BODY_FIELD) ?? '');
  const said = valueIn(fields, METHOD_FIELD) ?? (body === '' ? DEFAULT_METHOD : DEFAULT_METHOD_WITH_BODY);
  const method = textOfJson(said).trim();
  if (!isMethod(method)) return `has the method ${shown(method)}: give one such as GET or POST`;
  return { bytes: path.length + method.length + body.length, cells: () => [path, method, body] };
}

/** Path and query without the first slash; null if there are none. */
function pathIn(url: string): string | null {
  const hasHost = WITH_HOST.test(url);
  if (hasHost ? !URL.canParse(url) : !url.startsWith('/')) return null;
  return writtenPathOf(url, hasHost ? authorityIn(url).length : 0).slice(1);
}

/** The options of a run that sends the requests of a trace, wherever they were recorded, to its own URL. */
export function withTraceRequests(options: RunOptions, problems: Problems): RunOptions {
  const { url, trace } = options;
  const said = [
    ...givenAmong(options, SAYS_MORE),
    ...(options.mix === undefined ? [] : [the('mix', 'requests of a plan')]),
  ];
  if (said.length > 0)
    problems.add(
      phrase`${the('trace')} ${given(trace)} with ${listed(said, ', ')}: the trace says what is sent: leave one of them out.`,
    );
  if (url !== undefined && /[?#]/.test(url))
    problems.add(
      phrase`${the('trace')} ${given(trace)} with a query in the URL: the trace has the queries: give only where to send them.`,
    );
  if (said.length > 0 || url === undefined) return { ...options, rowsMode: 'once' };
  return {
    ...options,
    url: `${url.replace(/[?#].*$/s, '').replace(/\/+$/, '')}/${PATH_OF_TRACE}`,
    method: '{{method}}',
    body: '{{body}}',
    rowsMode: 'once',
  };
}
