import { quoted } from '../text/quoted.ts';
import { Problems } from './problems.ts';
import { parseUrl } from './target.ts';
import { phrase, the, type Words } from './words.ts';

const SHOWN_PROBLEMS = 5;
/** Lines without a scheme are never quoted: another file, with secrets, may have been given by mistake. */
const WITH_SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * Reads a list of URLs as written, one per line and in order; blank lines and those that begin with `#`
 * are skipped. Null if problems have been noted: invalid lines, each with its number, or no URL at all.
 */
export function readUrlList(text: string, problems: Problems, path?: string): string[] | null {
  const before = problems.size;
  const urls: string[] = [];
  const wrong: Words[] = [];
  let otherLines = 0;
  let hasScheme = false;
  // trim removes a byte order mark as well.
  for (const [index, written] of text.split(/\r\n|\n|\r/).entries()) {
    const url = written.trim();
    if (url === '' || url.startsWith('#')) continue;
    const own = new Problems();
    parseUrl(url, own);
    const line = the('urls', `Line ${index + 1} of the URL list`);
    hasScheme ||= WITH_SCHEME.test(url);
    if (own.size > 0 && !WITH_SCHEME.test(url)) {
      otherLines++;
      wrong.push(phrase`${line} is not a URL: give it as http://host:port/path.`);
    } else wrong.push(...own.sentences.map((sentence) => phrase`${line}: ${sentence}`));
    urls.push(url);
  }
  if (!hasScheme && otherLines > 1 && otherLines * 2 >= urls.length) {
    problems.add(
      phrase`${the('urls', path === undefined ? 'The URL list' : `The URL list ${quoted(path)}`)} is not one: ${otherLines} of its ${urls.length} lines are not URLs: give a file with one in each line.`,
    );
    return null;
  }
  for (const sentence of wrong.slice(0, SHOWN_PROBLEMS)) problems.add(sentence);
  if (wrong.length > SHOWN_PROBLEMS)
    problems.add(
      phrase`${the('urls', `${wrong.length - SHOWN_PROBLEMS} more lines`)} of the URL list are not URLs.`,
    );
  if (urls.length === 0)
    problems.add(
      phrase`${the('urls', path === undefined ? 'The URL list' : `The URL list ${quoted(path)}`)} has no URL: give at least one, one per line.`,
    );
  return problems.size === before ? urls : null;
}
