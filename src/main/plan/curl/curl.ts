import type { CurlRedirects, MethodOnRedirect } from '../../../protocol/request.ts';
import { quoted } from '../../text/quoted.ts';
import { problemsWithout } from '../hidden-error.ts';
import { Problems } from '../problems.ts';
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
import { protocolsIn } from './protocols.ts';
import { secretsInCurl } from './rough-secrets.ts';
import type { Expansion } from './shell-expansions.ts';
import { splitShellWords } from './shell-words.ts';
import { type CurlUrl, urlsOf } from './url.ts';

const REDIRECTS_OF_POST = [301, 302, 303] as const;

/** The request of a curl command, in terms of volley's own options. */
export interface CurlRequest {
  /** At least one, in the order in which curl would request them. */
  readonly urls: readonly CurlUrl[];
  readonly method?: string;
  readonly methodOnRedirect?: MethodOnRedirect;
  readonly headersOfBody?: readonly string[];
  readonly curlRedirects?: CurlRedirects;
  /** `Name: value`, in Latin-1: each character is the byte that curl would send. */
  readonly headers: readonly string[];
  /** Lower-case names of default headers that are not sent. */
  readonly withoutHeaders?: readonly string[];
  /** All data combined; bytes if it is not UTF-8. */
  readonly body?: string | Uint8Array;
  /** The same if it is JSON with placeholders. */
  readonly json?: string;
  /** Parts of a form as curl's `-F` takes them. */
  readonly form?: readonly string[];
  readonly user?: string;
  /** Digest authorization with the name and password in `user`. */
  readonly digest?: boolean;
  /** In Latin-1, like headers. */
  readonly cookie?: string;
  /** In Latin-1, like headers. */
  readonly userAgent?: string;
  readonly insecure?: boolean;
  /** Limit on redirects; true for volley's default. */
  readonly location?: number | boolean;
  readonly timeout?: string;
  /** The largest body of an answer, in bytes. */
  readonly maxBody?: number;
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
 * Reads a curl command as copied from browsers or written in documentation, quoted for bash or for cmd. Nothing is
 * executed; files that its options name are read. Null if problems have been noted, one for each
 * error, such as a quote that is not closed or an unknown option. Sentences never contain passwords, cookies or header
 * values.
 *
 * @param notes collects sentences on options that do not affect the request
 * @param readersOfStdin what else reads stdin, so that the command cannot
 */
export function readCurl(
  command: string,
  problems: Problems,
  notes: Words[] = [],
  readersOfStdin: readonly OptionWord[] = [],
): CurlRequest | null {
  const before = problems.size;
  if (command.trim() === '') {
    problems.add(phrase`${the('curl', 'The curl command')} is empty: copy one with "Copy as cURL".`);
    return null;
  }
  // Documentation often shows it after a prompt.
  const bare = command.replace(/^\s*(?:[$%>#]\s+|[a-z]:[^>\n]*>\s*)(?=curl)/i, '');
  const split = isForCmd(bare) ? splitCmdWords(bare, problems) : splitShellWords(bare, problems);
  if (split === null) return null;
  const { words, behind, expansions } = split;
  const [program = '', ...rest] = words;
  if (!/^(?:.*[/\\])?curl(\.exe)?$/i.test(program)) {
    problems.add(
      phrase`${the('curl', 'The curl command')} has to begin with the word curl${notWith(program)}: copy it with "Copy as cURL".`,
    );
    return null;
  }
  const found = new Problems();
  const options = new CurlOptions(rest, found);
  refuseExpansions(options, expansions, found);
  const fromStdin = readersIn(options);
  if (fromStdin.length > 0 && readersOfStdin.length > 0) {
    problems.add(onlyOne([...readersOfStdin, ...fromStdin]));
    return null;
  }
  const request = requestOf(options, found);
  // A sentence may quote what stands elsewhere in the command, or in a file of its options, as a secret.
  const secrets = found.size === 0 ? [] : [command, ...options.configFiles].flatMap(secretsInCurl);
  for (const problem of problemsWithout(secrets, found.list)) problems.add(problem);
  if (problems.size > before) return null;
  notes.push(...notesOn(request, options, behind).map((note) => [note]));
  return request;
}

/** Refuses words that the shell would change, but for URLs of which curl makes the same. */
function refuseExpansions(
  options: CurlOptions,
  expansions: ReadonlyMap<string, Expansion>,
  problems: Problems,
): void {
  const urls = new Set(options.all('url'));
  const refused = [...expansions].filter(
    ([word, { isFineInUrl, needsGlobs }]) =>
      !(urls.has(word) && isFineInUrl) || (needsGlobs && options.has('globoff')),
  );
  for (const sentence of new Set(refused.map(([, { problem }]) => problem))) problems.add(sentence);
}

function notesOn({ urls }: CurlRequest, options: CurlOptions, behind: readonly string[]): string[] {
  const { passedOver } = options;
  return [
    ...(urls.length > 1 && keepsCookies(options)
      ? [
          'In the curl command, --cookie and --cookie-jar would keep cookies of answers from one URL to the next; here each request begins without them.',
        ]
      : []),
    ...(urls.length === 1
      ? []
      : [`The curl command has ${urls.length} URLs: its request is sent to them in turn.`]),
    ...(passedOver.length === 0
      ? []
      : [`Of the curl command, ${passedOver.join(', ')} do not change the request and are ignored.`]),
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
    curlRedirects: curlRedirectsIn(options, headers, problems),
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

/** A method that does not follow from whether there is a body. */
function impliedMethod(options: CurlOptions, { isUpload }: CurlBody): string | undefined {
  if (options.has('head')) return 'HEAD';
  return isUpload ? 'PUT' : undefined;
}

/** With `--location` a method given explicitly is kept on every redirect; with `--follow` it is not. */
function methodOnRedirect(options: CurlOptions, { isUpload }: CurlBody): MethodOnRedirect | undefined {
  const isLocation = options.has('location') || options.has('location-trusted');
  if (!isLocation || options.last('request') === undefined) return undefined;
  return isUpload ? 'kept-with-upload' : 'kept';
}

/** curl drops the headers that it added for the body itself, but none that were given. */
function headersOfBody(
  options: CurlOptions,
  { body, json, form }: CurlBody,
  { hasTypeOfBody }: CurlHeaders,
): readonly string[] | undefined {
  if (!followsRedirects(options) || (body ?? json ?? form) === undefined) return undefined;
  return hasTypeOfBody ? ['content-type'] : [];
}

function curlRedirectsIn(
  options: CurlOptions,
  headers: CurlHeaders,
  problems: Problems,
): CurlRedirects | undefined {
  if (!followsRedirects(options)) return undefined;
  const { cookies } = headers;
  return {
    pathAsIs: options.has('path-as-is'),
    ...(options.last('proto', 'proto-redir') === undefined
      ? {}
      : { protocols: protocolsIn(options, problems).redirects }),
    ...(options.has('disallow-username-in-url') ? { refusesUserNames: true } : {}),
    isTrusting: options.has('location-trusted'),
    keepsPostAfter: REDIRECTS_OF_POST.filter((status) => options.has(`post${status}`)),
    authorizedBy: headers.areAuthorized
      ? 'header'
      : options.last('user', 'digest') === undefined
        ? 'url'
        : 'user',
    hasOwnHost: headers.host !== undefined,
    saysReferer: headers.refersToWayBefore,
    saysCookies: !cookies.areReplaced,
    keptCookies: cookies.kept,
  };
}

/** Removes undefined fields, so that spreading the result overwrites nothing. */
function withoutGaps<T extends object>(fields: { [K in keyof Required<T>]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
