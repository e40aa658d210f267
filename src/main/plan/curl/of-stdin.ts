import { STDIN } from '../../files/stdin.ts';
import { type OptionWord, ofCurl } from '../words.ts';
import type { CurlOption, CurlOptions } from './curl-options.ts';
import type { CurlOptionName } from './option-names.ts';

const FROM_FILES: readonly CurlOptionName[] = ['data', 'data-ascii', 'data-binary', 'json', 'header'];
const ENCODED: readonly CurlOptionName[] = ['data-urlencode', 'url-query'];

/** `--upload-file .` reads stdin too, without waiting for it. */
export function isUploadOfStdin(path: string): boolean {
  return path === STDIN || path === '.';
}

/** The options of a command that read stdin. */
export function readersIn({ list }: CurlOptions): OptionWord[] {
  return [...new Set(list.filter(isOfStdin).map(({ name }) => name))].map((name) => ofCurl(`--${name}`));
}

function isOfStdin({ name, value }: CurlOption): boolean {
  if (name === 'upload-file') return isUploadOfStdin(value);
  if (FROM_FILES.includes(name)) return value === `@${STDIN}`;
  if (ENCODED.includes(name)) return /^[^=@]*@-$/.test(value);
  return name === 'form' && /^[^=]*=[@<]-(?:[;,]|$)/.test(value);
}
