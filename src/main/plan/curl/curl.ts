import type { CurlRedirects, MethodOnRedirect } from '../../../protocol/request.ts';
import { quoted } from '../../text/quoted.ts';
import type { Problems } from '../problems.ts';
import { onlyOne } from '../stdin-readers.ts';
import type { Words } from '../words.ts';
import { type OptionWord, phrase, the } from '../words.ts';
import { isForCmd, splitCmdWords } from './cmd-words.ts';
import { keepsCookies, withCookies } from './cookies.ts';
import { bodyOf, type CurlBody } from './curl-body.ts';
import { connectionOf, followsRedirects } from './curl-connection.ts';
import { CurlOptions } from './curl-options.ts';
import { type CurlHeaders, headersOf } from './headers.ts';
import { readersIn } from './of-stdin.ts';
import { splitShellWords } from './shell-words.ts';
import { type CurlUrl, urlsOf } from './url.ts';

const REDIRECTS_OF_POST = [301, 302, 303] as const;

/** What a curl command says of a request, in the words of volley's own options. */
export interface CurlRequest {
  /** At least one, in the order in which curl would ask for them. */
  readonly urls: readonly CurlUrl[];
  readonly method?: string;
  readonly methodOnRedirect?: MethodOnRedirect;
  readonly headersOfBody?: readonly string[];
  readonly curlRedirects?: CurlRedirects;
  /** `Name: value`, in Latin-1: each character is the byte that curl would send. */
  readonly headers: readonly string[];
  /** Lower-case names of headers that are sent by default, and not here. */
  readonly withoutHeaders?: readonly string[];
  /** What all data says together; bytes where it is not UTF-8. */
  readonly body?: string | Uint8Array;
  /** The same where it is JSON with placeholders. */
  readonly json?: string;
  /** Parts of a form as curl's `-F` takes them. */
  readonly form?: readonly string[];
  readonly user?: string;
  /** Digest authorization, by the name and password of `user`. */
  readonly digest?: boolean;
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
  readonly proxyTunnel?: boolean;
  readonly resolve?: readonly string[];
  readonly connectTo?: readonly string[];
  readonly unixSocket?: string;
  readonly http2?: boolean;
  readonly h2c?: boolean;
  readonly tlsMin?: '1.2' | '1.3';
}

/** Names what a command begins with instead, where it is the name of a program and no secret. */
function notWith(word: string): string {
  return /^[a-z][\w.-]*$/i.test(word) ? `, not with ${quoted(word)}` : '';
}

/**
 * Reads a curl command as browsers copy it and documentation has it, quoted for bash or for cmd. Nothing is
 * executed; files that its options name are read. Null where problems have been noted, one for each thing that is
 * wrong: a quote that stays open, an option that is unknown. No sentence repeats a password, a cookie or a header's
 * value.
 *
 * @param notes takes up a sentence on what changes nothing in the request
 * @param readersOfStdin who else reads stdin, which then the command cannot
 */
export function readCurl(
  command: string,
  problems: Problems,
  notes: Words[] = [],
  readersOfStdin: readonly OptionWord[] = [],
): CurlRequest | null {
  const before = problems.size;
  // As documentation shows it, behind a prompt.
  const bare = command.replace(/^\s*(?:[$%>#]\s+|[a-z]:[^>\n]*>\s*)(?=curl)/i, '');
  const split = isForCmd(bare) ? splitCmdWords(bare, problems) : splitShellWords(bare, problems);
  if (split === null) return null;
  const { words, behind } = split;
  const [program = '', ...rest] = words;
  if (!/^(?:.*[/\\])?curl(\.exe)?$/i.test(program)) {
    problems.add(
      phrase`${the('curl', 'The curl command')} has to begin with the word curl${notWith(program)}: copy it with "Copy as cURL".`,
    );
    return null;
  }
  const options = new CurlOptions(rest, problems);
  const fromStdin = readersIn(options);
  if (fromStdin.length > 0 && readersOfStdin.length > 0) {
    problems.add(onlyOne([...readersOfStdin, ...fromStdin]));
    return null;
  }
  const request = requestOf(options, problems);
  if (problems.size > before) return null;
  notes.push(...notesOn(request, options, behind).map((note) => [note]));
  return request;
}

function notesOn({ urls }: CurlRequest, options: CurlOptions, behind: readonly string[]): string[] {
  const { passedOver } = options;
  return [
    ...(urls.length > 1 && keepsCookies(options)
      ? [
          'Of the curl command --cookie and --cookie-jar would keep cookies of answers from one URL to the next; here each request begins with those that it has from the beginning.',
        ]
      : []),
    ...(urls.length === 1
      ? []
      : [`The curl command has ${urls.length} URLs: its request is sent to them in turn.`]),
    ...(passedOver.length === 0
      ? []
      : [`Of the curl command ${passedOver.join(', ')} change nothing in the request, and are passed over.`]),
    ...(behind.length === 0
      ? []
      : [
          `What the shell would do with curl's output (${behind.map(quoted).join(', ')}) is not done: nothing is executed.`,
        ]),
  ];
}

function requestOf(options: CurlOptions, problems: Problems): CurlRequest {
  const body = bodyOf(options, problems);
  const headers = headersOf(options, body, problems);
  const user = headers.areAuthorized ? undefined : options.text('user');
  const urls = urlsOf(
    options,
    {
      query: body.isQuery ? body.data : null,
      isAuthorized: headers.areAuthorized || user !== undefined,
    },
    problems,
  );
  return withoutGaps<CurlRequest>({
    urls: urls === null ? [] : withCookies(urls, headers.cookies, headers.host, problems),
    method: options.text('request') ?? impliedMethod(options, body),
    methodOnRedirect: methodOnRedirect(options, body),
    headersOfBody: headersOfBody(options, body, headers),
    curlRedirects: curlRedirectsIn(options, headers),
    headers: headers.lines,
    withoutHeaders: headers.leftOut.length === 0 ? undefined : headers.leftOut,
    body: body.body,
    json: body.json,
    form: body.form,
    user,
    digest: user !== undefined && options.has('digest') ? true : undefined,
    cookie: headers.cookies.files === null ? headers.cookies.given : undefined,
    userAgent: headers.userAgent,
    ...connectionOf(options, urls?.map(({ url }) => url) ?? [], problems),
  });
}

/** A method that follows from neither a body nor its absence. */
function impliedMethod(options: CurlOptions, { isUpload }: CurlBody): string | undefined {
  if (options.has('head')) return 'HEAD';
  return isUpload ? 'PUT' : undefined;
}

/** With `--location` a method that is named stays, whatever redirects say; with `--follow` it does not. */
function methodOnRedirect(options: CurlOptions, { isUpload }: CurlBody): MethodOnRedirect | undefined {
  const isLocation = options.has('location') || options.has('location-trusted');
  if (!isLocation || options.last('request') === undefined) return undefined;
  return isUpload ? 'kept-with-upload' : 'kept';
}

/** curl drops what it has added itself for the body, and nothing that was given. */
function headersOfBody(
  options: CurlOptions,
  { body, json, form }: CurlBody,
  { hasTypeOfBody }: CurlHeaders,
): readonly string[] | undefined {
  if (!followsRedirects(options) || (body ?? json ?? form) === undefined) return undefined;
  return hasTypeOfBody ? ['content-type'] : [];
}

function curlRedirectsIn(options: CurlOptions, headers: CurlHeaders): CurlRedirects | undefined {
  if (!followsRedirects(options)) return undefined;
  const { cookies } = headers;
  return {
    pathAsIs: options.has('path-as-is'),
    isTrusting: options.has('location-trusted'),
    keepsPostAfter: REDIRECTS_OF_POST.filter((status) => options.has(`post${status}`)),
    authorizedBy: headers.areAuthorized ? 'header' : options.last('user') === undefined ? 'url' : 'user',
    hasOwnHost: headers.host !== undefined,
    saysReferer: headers.refersToWayBefore,
    saysCookies: !cookies.areReplaced,
    keptCookies: cookies.kept,
  };
}

/** The fields that have a value: what a command does not say replaces nothing where it is spread. */
function withoutGaps<T extends object>(fields: { [K in keyof Required<T>]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
