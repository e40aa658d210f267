import { posix } from 'node:path';
import type { Problems } from '../problems.ts';
import { fromByteText } from './byte-text.ts';
import type { CurlOptions } from './options.ts';

const IPV6_HOST = /\[[\da-f]*:[\da-f:.]*\]/i;
// curl takes [] as it is.
const GLOB = /[{}]|\[(?!\])|(?<!\[)\]/;

/**
 * The one URL of a curl command, with the data of `--get` as its query and the file of `--upload-file` as its
 * name where it has none; null where a problem has been noted. No sentence repeats the URL: it may have a password.
 */
export function urlOf(options: CurlOptions, query: string | null, problems: Problems): string | null {
  const urls = options.texts('url');
  const [url] = urls;
  // After an option that was not understood, a word may be its value.
  if (!options.areUnderstood) return null;
  if (url === undefined || urls.length > 1) {
    problems.add(
      url === undefined
        ? 'The curl command has no URL: add one.'
        : `The curl command has ${urls.length} URLs: give one, and put quotes around a value with blanks.`,
    );
    return null;
  }
  if (!options.has('globoff') && GLOB.test(url.replace(IPV6_HOST, ''))) {
    problems.add(
      'The URL of the curl command has [ ] or { }, which curl reads as several URLs: add --globoff if they are part of it.',
    );
    return null;
  }
  const upload = options.text('upload-file');
  const named = upload === undefined ? url : withFileName(url, upload);
  if (query === null) return named;
  const queryText = fromByteText(query);
  if (queryText !== null) return withQuery(named, queryText);
  problems.add('curl --get: the data is not UTF-8 text: use --data-urlencode.');
  return null;
}

function withFileName(url: string, path: string): string {
  const [base = ''] = /^[^?#]*/.exec(url) ?? [];
  const hasPath = base.replace(/^[a-z]+:\/\//i, '').includes('/');
  if (hasPath && !base.endsWith('/')) return url;
  return `${base}${hasPath ? '' : '/'}${encodeURIComponent(posix.basename(path))}${url.slice(base.length)}`;
}

function withQuery(url: string, query: string): string {
  const [base = ''] = /^[^#]*/.exec(url) ?? [];
  const joint = base.includes('?') ? (/[?&]$/.test(base) ? '' : '&') : '?';
  return `${base}${joint}${query}${url.slice(base.length)}`;
}
