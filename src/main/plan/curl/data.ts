import { readFileSync, statSync } from 'node:fs';
import { codeOf, messageOf } from '../../../protocol/errors.ts';
import { type Problems, quoted } from '../problems.ts';
import { LARGEST_BODY_BYTES } from '../requests/body-limit.ts';
import { fromByteText, toByteText } from './byte-text.ts';
import type { CurlOptionName } from './option-names.ts';
import type { CurlOption, CurlOptions } from './options.ts';

const DATA_OPTIONS: readonly CurlOptionName[] = [
  'data',
  'data-ascii',
  'data-raw',
  'data-binary',
  'data-urlencode',
];

/** All `--data…` of a command as one byte text, in order and joined by `&`; null where there are none. */
export function dataOf(options: CurlOptions, problems: Problems): string | null {
  const given = options.list.filter(({ name }) => DATA_OPTIONS.includes(name));
  return given.length === 0 ? null : given.map((option) => dataIn(option, problems)).join('&');
}

/** All `--json` of a command as one byte text; null where there are none. */
export function jsonOf(options: CurlOptions, problems: Problems): string | null {
  const given = options.list.filter(({ name }) => name === 'json');
  return given.length === 0 ? null : given.map((option) => dataIn(option, problems)).join('');
}

/** All `--header` of a command as byte texts, one a line, also those in files. */
export function headerLinesOf(options: CurlOptions, problems: Problems): string[] {
  return options.all('header').flatMap((value) => {
    if (!value.startsWith('@')) return value;
    const lines = readCurlFile('header', value.slice(1), problems).split(/\r?\n/);
    return lines.filter((line) => line.trim() !== '');
  });
}

/** A file that an option of curl names, as a byte text; empty, with a problem noted, where it cannot be read. */
export function readCurlFile(option: CurlOptionName, path: string, problems: Problems): string {
  const named = `curl --${option} with the file ${quoted(fromByteText(path) ?? path)}`;
  if (path === '-') {
    problems.add(`${named}: stdin is not read here: give the name of a file.`);
    return '';
  }
  try {
    const pathBytes = Buffer.from(path, 'latin1');
    const { size } = statSync(pathBytes);
    if (size <= LARGEST_BODY_BYTES) return toByteText(readFileSync(pathBytes));
    problems.add(
      `${named}: it has ${size.toLocaleString('en')} bytes: give at most ${LARGEST_BODY_BYTES.toLocaleString('en')}.`,
    );
  } catch (error) {
    problems.add(`${named}: it cannot be read (${codeOf(error) || messageOf(error)}): check the path.`);
  }
  return '';
}

function dataIn({ name, value }: CurlOption, problems: Problems): string {
  if (name === 'data-urlencode') return urlEncoded(value, problems);
  if (name === 'data-raw' || !value.startsWith('@')) return value;
  const contents = readCurlFile(name, value.slice(1), problems);
  return name === 'data' || name === 'data-ascii' ? contents.replace(/[\r\n\0]/g, '') : contents;
}

/** `content`, `=content`, `name=content`, `@file` or `name@file`: the name stays as it is. */
function urlEncoded(value: string, problems: Problems): string {
  const separator = /=/.exec(value) ?? /@/.exec(value);
  if (separator === null) return percentEncoded(value);
  const name = value.slice(0, separator.index);
  const rest = value.slice(separator.index + 1);
  const content = separator[0] === '=' ? rest : readCurlFile('data-urlencode', rest, problems);
  return (name === '' ? '' : `${name}=`) + percentEncoded(content);
}

function percentEncoded(byteText: string): string {
  return byteText.replace(/[^\w.~-]/g, (byte) =>
    byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
