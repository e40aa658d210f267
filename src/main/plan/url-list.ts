import { quoted } from '../text/quoted.ts';
import { Problems } from './problems.ts';
import { parseUrl } from './target.ts';
import { phrase, the, type Words } from './words.ts';

const SHOWN_PROBLEMS = 5;

/**
 * Reads a list of URLs as written, one per line and in order; blank lines and those that begin with `#`
 * are skipped. Null if problems have been noted: invalid lines, each with its number, or no URL at all.
 */
export function readUrlList(text: string, problems: Problems, path?: string): string[] | null {
  const before = problems.size;
  const urls: string[] = [];
  const wrong: Words[] = [];
  // trim removes a byte order mark as well.
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const url = line.trim();
    if (url === '' || url.startsWith('#')) continue;
    const own = new Problems();
    parseUrl(url, own);
    wrong.push(
      ...own.sentences.map(
        (sentence) => phrase`${the('urls', `Line ${index + 1} of the URL list`)}: ${sentence}`,
      ),
    );
    urls.push(url);
  }
  for (const sentence of wrong.slice(0, SHOWN_PROBLEMS)) problems.add(sentence);
  if (wrong.length > SHOWN_PROBLEMS)
    problems.add(
      phrase`${the('urls', `${wrong.length - SHOWN_PROBLEMS} more lines`)} of the URL list are not URLs.`,
    );
  if (urls.length === 0)
    problems.add(
      phrase`${the('urls', path === undefined ? 'The URL list' : `The URL list ${quoted(path)}`)} has no URL: give at least one, one a line.`,
    );
  return problems.size === before ? urls : null;
}
