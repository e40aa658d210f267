import { withoutBlanks } from '../../../requests/header-text.ts';
import { encodedByte } from '../../../requests/place.ts';
import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase } from '../words.ts';
import { fromByteText } from './byte-text.ts';
import { readCurlFile } from './curl-file.ts';
import type { CurlOption, CurlOptions } from './curl-options.ts';
import type { CurlOptionName } from './option-names.ts';

const DATA_OPTIONS: readonly CurlOptionName[] = [
  'data',
  'data-ascii',
  'data-raw',
  'data-binary',
  'data-urlencode',
  'json',
];

/** Behind which some versions of curl drop the rest of a line. */
const CUT_BY_SOME = /\0|\r(?![\r\n]|$)/;

/** All `--data…` and `--json` values of a command as one byte text, in order; null without any. */
export function dataOf(options: CurlOptions, problems: Problems): string | null {
  const given = options.list.filter(({ name }) => DATA_OPTIONS.includes(name));
  if (given.length === 0) return null;
  let data: string | null = null;
  for (const option of given) {
    const piece = dataIn(option, problems);
    data = data === null ? piece : `${data}${option.name === 'json' ? '' : '&'}${piece}`;
  }
  return data;
}

/** All `--url-query` values of a command as one byte text; null without any. */
export function urlQueryOf(options: CurlOptions, problems: Problems): string | null {
  const given = options.all('url-query');
  if (given.length === 0) return null;
  return given
    .map((value) => (value.startsWith('+') ? value.slice(1) : urlEncoded('url-query', value, problems)))
    .join('&');
}

/** All `--header` lines of a command as byte texts, including those in files. */
export function headerLinesOf(options: CurlOptions, problems: Problems): string[] {
  return options.all('header').flatMap((value) => {
    if (!value.startsWith('@')) return value;
    const lines = readCurlFile('header', value.slice(1), problems).split(/[\r\n]+/);
    if (lines.some((line) => line.includes('\0')))
      problems.add(phrase`${ofCurl('--header')} with a file that has NUL bytes: no header can have them.`);
    return lines.filter((line) => withoutBlanks(line) !== '');
  });
}

/** Escapes as curl does: everything but letters, digits, `-`, `.`, `_` and `~`. */
export function percentEncoded(byteText: string): string {
  return byteText.replace(/[^A-Za-z\d._~-]/g, encodedByte);
}

function dataIn({ name, value }: CurlOption, problems: Problems): string {
  if (name === 'data-urlencode') return urlEncoded(name, value, problems);
  if (name === 'data-raw' || !value.startsWith('@')) return value;
  const contents = readCurlFile(name, value.slice(1), problems);
  if (name !== 'data' && name !== 'data-ascii') return contents;
  const [cut] = CUT_BY_SOME.exec(contents) ?? [];
  if (cut !== undefined) {
    const path = value.slice(1);
    const what = cut === '\0' ? 'NUL bytes' : 'carriage returns within lines';
    problems.add(
      phrase`${ofCurl(`--${name}`)} with the file ${given(fromByteText(path) ?? path)}: it has ${what}, and what happens to them and to the text after them depends on curl's version: give it with ${'--data-binary'}.`,
    );
  }
  return contents.replace(/[\r\n]/g, '');
}

/** Encodes `content`, `=content`, `name=content`, `@file` or `name@file`; the name stays as it is. */
function urlEncoded(option: 'data-urlencode' | 'url-query', value: string, problems: Problems): string {
  const separator = /=/.exec(value) ?? /@/.exec(value);
  const encoded = (text: string): string => percentEncoded(text).replaceAll('%20', '+');
  if (separator === null) return encoded(value);
  const name = value.slice(0, separator.index);
  const rest = value.slice(separator.index + 1);
  const content = separator[0] === '=' ? rest : readCurlFile(option, rest, problems);
  // Of an empty file not even the name is left.
  if (separator[0] === '@' && content === '') return '';
  return (name === '' ? '' : `${name}=`) + encoded(content);
}
