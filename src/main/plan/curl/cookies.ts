import type { Cookie } from '../../../protocol/cookie.ts';
import { curlCookiePlace } from '../../../requests/curl-jar.ts';
import type { CookiePlace } from '../../../requests/set-cookie.ts';
import { STDIN } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { ofCurl, phrase } from '../words.ts';
import { CookieFiles } from './cookie-file.ts';
import { readCurlFile } from './curl-file.ts';
import type { CurlOptions } from './curl-options.ts';
import type { CurlUrl } from './url.ts';

/** What a curl command says of cookies, as byte texts. */
export interface CurlCookies {
  /** Those that it says itself. */
  readonly given: string | undefined;
  /** Those of files, which go where they belong; null where it names none. */
  readonly files: CookieFiles | null;
  /** Null where curl would keep none of answers. */
  readonly kept: readonly Cookie[] | null;
  /** The header is given whole, and none of these are said. */
  readonly areReplaced: boolean;
}

/** @param names of the headers that are given, in lower case */
export function cookiesOf(options: CurlOptions, names: ReadonlySet<string>, problems: Problems): CurlCookies {
  // An empty one, and a file to write, only turn on what keeps cookies of answers.
  const cookies = options.all('cookie').filter((cookie) => cookie !== '');
  const given = cookies.filter((cookie) => cookie.includes('='));
  const paths = cookies.filter((cookie) => !cookie.includes('='));
  const areReplaced = names.has('cookie');
  const files = paths.length === 0 ? null : filesOf(paths, options, names, problems);
  return {
    given: given.length === 0 || areReplaced ? undefined : given.join(';'),
    files,
    kept: areReplaced || !keepsCookies(options) ? null : (files?.jar.cookies ?? []),
    areReplaced,
  };
}

/** Whether curl would keep what answers set. */
export function keepsCookies(options: CurlOptions): boolean {
  return (
    options.passedOver.some((option) => /^(?:-c|--cookie-)/.test(option)) ||
    options.all('cookie').some((cookie) => !cookie.includes('='))
  );
}

/** The URLs with the cookies that go to them. */
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
  const files = new CookieFiles(Date.now() / 1_000, options.has('junk-session-cookies'));
  if (names.has('cookie'))
    problems.add(phrase`${ofCurl('--cookie')} with a file beside a Cookie header: give one of them.`);
  for (const path of paths) {
    if (path === STDIN) problems.add(phrase`${ofCurl('--cookie')} with stdin (-): name a file.`);
    // Not quoted: it may be a cookie that was cut short.
    else if (!files.add(readCurlFile('cookie', path, problems, ['a file of cookies, since it has no =']))) {
      problems.add(
        phrase`${ofCurl('--cookie')} with a file of Set-Cookie headers: give one in the form of Netscape, as --cookie-jar writes it.`,
      );
    }
  }
  return files;
}

/** Where a URL leads; null while its host is a placeholder. */
function targetOf(written: string, hostHeader: string | undefined): CookiePlace | null {
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  const url = URL.parse(withScheme);
  if (url === null) return null;
  const host = hostHeader?.replace(/:\d*$/, '') || url.hostname;
  const [, path = ''] = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(withScheme) ?? [];
  return curlCookiePlace(host, url.protocol === 'https:', path);
}
