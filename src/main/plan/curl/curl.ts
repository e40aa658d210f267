import type { Problems } from '../problems.ts';
import { bodyOf } from './body.ts';
import { isForCmd, splitCmdWords } from './cmd-words.ts';
import { connectionOf } from './connection.ts';
import { headersOf } from './headers.ts';
import { CurlOptions } from './options.ts';
import { splitShellWords } from './shell-words.ts';
import { urlOf } from './url.ts';

/** What a curl command says of a request, in the words of volley's own options. */
export interface CurlRequest {
  readonly url: string;
  readonly method?: string;
  /** `Name: value`, in Latin-1: each character is the byte that curl would send. */
  readonly headers: readonly string[];
  /** What all data says together; bytes where it is not UTF-8. */
  readonly body?: string | Uint8Array;
  readonly json?: string;
  /** Parts of a form as curl's `-F` takes them. */
  readonly form?: readonly string[];
  readonly user?: string;
  /** In Latin-1, as headers are. */
  readonly cookie?: string;
  /** In Latin-1, as headers are. */
  readonly userAgent?: string;
  readonly insecure?: boolean;
  /** Redirects to follow at most; true: as many as volley does. */
  readonly location?: number | boolean;
  readonly timeout?: string;
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly proxy?: string;
  readonly resolve?: readonly string[];
  readonly connectTo?: readonly string[];
  readonly unixSocket?: string;
  readonly http2?: boolean;
  readonly tlsMin?: '1.2' | '1.3';
}

/**
 * Reads a curl command as browsers copy it, quoted for bash or for cmd. Nothing is executed; files that its
 * options name are read. Null where problems have been noted, one for each thing that is wrong: a quote that stays
 * open, an option that is unknown, several URLs. No sentence repeats a password, a cookie or a header's value.
 */
export function readCurl(command: string, problems: Problems): CurlRequest | null {
  const before = problems.sentences.length;
  const words = (isForCmd(command) ? splitCmdWords : splitShellWords)(command, problems);
  if (words === null) return null;
  const [program = '', ...rest] = words;
  if (!/^curl(\.exe)?$/i.test(program)) {
    problems.add('The curl command has to begin with the word curl: copy it with "Copy as cURL".');
    return null;
  }
  const request = requestOf(new CurlOptions(rest, problems), problems);
  return problems.sentences.length === before ? request : null;
}

function requestOf(options: CurlOptions, problems: Problems): CurlRequest {
  const { isQuery, data, ...body } = bodyOf(options, problems);
  const headers = headersOf(options, data !== null && !isQuery, problems);
  return withoutGaps<CurlRequest>({
    url: urlOf(options, isQuery ? data : null, problems) ?? '',
    method: options.text('request') ?? impliedMethod(options),
    headers: headers.lines,
    ...body,
    user: headers.areAuthorized ? undefined : options.text('user'),
    cookie: headers.cookie,
    userAgent: headers.userAgent,
    ...connectionOf(options, problems),
  });
}

/** A method that follows from neither a body nor its absence. */
function impliedMethod(options: CurlOptions): string | undefined {
  if (options.has('head')) return 'HEAD';
  return options.has('upload-file') ? 'PUT' : undefined;
}

/** The fields that have a value: what a command does not say replaces nothing where it is spread. */
function withoutGaps<T extends object>(fields: { [K in keyof Required<T>]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
