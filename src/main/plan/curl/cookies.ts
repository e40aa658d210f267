import type { Cookie } from '../../../protocol/cookie.ts';
import { msToSeconds } from '../../../protocol/units.ts';
import { curlCookiePlace } from '../../../requests/curl-jar.ts';
import type { CookiePlace } from '../../../requests/set-cookie.ts';
import { STDIN } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { ofCurl, phrase } from '../words.ts';
import { CookieFiles } from './cookie-file.ts';
import { readCurlFile } from './curl-file.ts';
import type { CurlOptions } from './curl-options.ts';
import type { CurlUrl } from './url.ts';

/** The cookies of a curl command, as byte texts. */
export interface CurlCookies {
  /** Cookies given on the command line. */
  readonly given: string | undefined;
  /** Cookies from files, which are sent to matching URLs only; null without files. */
  readonly files: CookieFiles | null;
  /** Cookies in curl's jar at the start; null if curl would not keep cookies from answers. */
  readonly kept: readonly Cookie[] | null;
  /** A Cookie header is given, so none of these are sent. */
  readonly areReplaced: boolean;
}

/** @param names header names that are given, in lower case */
export function cookiesOf(options: CurlOptions, names: ReadonlySet<string>, problems: Problems): CurlCookies {
  // An empty one, like a file to write, only makes curl keep cookies from answers.
  const cookies = options.all('cookie').filter((cookie) => cookie !== '');
  const given = cookies.filter((cookie) => !isFile(cookie));
  const paths = cookies.filter(isFile).map((cookie) => cookie.replace(/^@/, ''));
  const areReplaced = names.has('cookie');
  const files = paths.length === 0 ? null : filesOf(paths, options, names, problems);
  return {
    given: given.length === 0 || areReplaced ? undefined : given.join(';'),
    files,
    kept: areReplaced || !keepsCookies(options) ? null : (files?.jar.cookies ?? []),
    areReplaced,
  };
}

/** Whether curl would keep cookies that answers set. */
export function keepsCookies(options: CurlOptions): boolean {
  return (
    options.passedOver.some((option) => /^(?:-c|--cookie-)/.test(option)) ||
    options.all('cookie').some(isFile)
  );
}

function isFile(cookie: string): boolean {
  return cookie.startsWith('@') || !cookie.includes('=');
}

/** Adds to each URL the cookies that are sent to it. */
export function withCookies(
  urls: readonly CurlUrl[],
  { given, files }: CurlCookies,
  host: string | undefined,
  problems: Problems,
): readonly CurlUrl[] {
  if (files === null) return urls;
  return urls.map((url) => {
    const target = targetOf(url.url, host);
    if (target === null)
      problems.add(
        phrase`${ofCurl('--cookie')} with a file and a URL whose host is not known yet: give the cookies as name=value.`,
      );
    const ofFiles = target === null ? null : files.jar.valueFor(target);
    const cookie = [ofFiles, given].filter((value) => value != null).join('; ');
    return cookie === '' ? url : { ...url, cookie };
  });
}

function filesOf(
  paths: readonly string[],
  options: CurlOptions,
  names: ReadonlySet<string>,
  problems: Problems,
): CookieFiles {
  const files = new CookieFiles(msToSeconds(Date.now()), options.has('junk-session-cookies'));
  if (names.has('cookie'))
    problems.add(phrase`${ofCurl('--cookie')} with a file and a Cookie header: give one of them.`);
  for (const path of paths) {
    if (path === STDIN) problems.add(phrase`${ofCurl('--cookie')} with stdin (-): name a file.`);
    // Not quoted: it may be a truncated cookie.
    else if (!files.add(readCurlFile('cookie', path, problems, ['a file of cookies, since it has no =']))) {
      problems.add(
        phrase`${ofCurl('--cookie')} with a file of Set-Cookie headers: give one in the Netscape format, as --cookie-jar writes it.`,
      );
    }
  }
  return files;
}

/** The target of a URL; null while its host is a placeholder. */
function targetOf(written: string, hostHeader: string | undefined): CookiePlace | null {
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  const url = URL.parse(withScheme);
  if (url === null) return null;
  const host = hostHeader?.replace(/:\d*$/, '') || url.hostname;
  const [, path = ''] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(withScheme) ?? [];
  return curlCookiePlace(host, url.protocol === 'https:', path);
}
