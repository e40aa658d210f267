import { STDIN } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase } from '../words.ts';
import { bytesOf, fromByteText } from './byte-text.ts';
import { readCurlFile } from './curl-file.ts';
import { type CurlOption, type CurlOptions, decoded } from './curl-options.ts';
import { dataOf } from './data.ts';
import { isUploadOfStdin } from './of-stdin.ts';

const GLOB = /[[\]{}]/;
const PLACEHOLDER = /\{\{.*?\}\}/s;

/** The body of a curl command. */
export interface CurlBody {
  /** All `--data…` and `--json` values as one byte text. */
  readonly data: string | null;
  /** Whether that data goes into the query. */
  readonly isQuery: boolean;
  readonly body: string | Uint8Array | undefined;
  /** JSON with placeholders, whose values must be escaped. */
  readonly json: string | undefined;
  readonly form: readonly string[] | undefined;
  readonly isUpload: boolean;
}

/** Reads the body and the files that it names; notes problems with files, and with several bodies. */
export function bodyOf(options: CurlOptions, problems: Problems): CurlBody {
  const data = dataOf(options, problems);
  const isQuery = options.has('get') && data !== null;
  // An empty name counts as no file.
  const path = options.last('upload-file')?.value || undefined;
  const form = formIn(options, problems);
  check(options, problems, [
    ...(data === null ? [] : [options.list.some(isData) ? '--data' : '--json']),
    ...(form.length === 0 ? [] : ['--form']),
    ...(path === undefined ? [] : ['--upload-file']),
  ]);
  const bytes = path === undefined ? (isQuery ? null : data) : uploadOf(path, options, problems);
  const text = bytes === null ? null : fromByteText(bytes);
  const isTemplate =
    text !== null && path === undefined && !options.list.some(isData) && PLACEHOLDER.test(text);
  return {
    data,
    isQuery,
    body: bytes === null || isTemplate ? undefined : (text ?? bytesOf(bytes)),
    json: isTemplate ? text : undefined,
    form: form.length === 0 ? undefined : form,
    isUpload: path !== undefined,
  };
}

/** The content of the file of `--upload-file`; sets and ranges are refused, for which curl makes several requests. */
function uploadOf(path: string, options: CurlOptions, problems: Problems): string {
  if (isUploadOfStdin(path)) return readCurlFile('upload-file', STDIN, problems);
  if (options.has('globoff') || !GLOB.test(path)) return readCurlFile('upload-file', path, problems);
  problems.add(
    phrase`${ofCurl('--upload-file')} ${given(fromByteText(path) ?? path)}: { } and [ ] stand for several files there, and a request has one: name one file, or add --globoff where they are part of its name.`,
  );
  return '';
}

function isData({ name }: CurlOption): boolean {
  return name.startsWith('data');
}

function check(options: CurlOptions, problems: Problems, given: readonly string[]): void {
  const [first = ''] = given;
  if (options.all('upload-file').length > 1)
    problems.add(phrase`${ofCurl('--upload-file')} twice: each is for a URL of its own: give one of them.`);
  if (given.includes('--upload-file') && options.passedOver.some((written) => /^(?:-B|--use)/.test(written)))
    problems.add(
      phrase`${ofCurl('--use-ascii')} with --upload-file: it changes line ends: leave it out, and give the file with the line ends that you want.`,
    );
  const isInQuery = options.has('get') && (first === '--data' || first === '--json');
  const isNoHead = options.list.some(({ name, isOn }) => name === 'head' && !isOn);
  if (isNoHead && (options.has('head') || (given.length > 0 && !isInQuery))) {
    problems.add(
      phrase`${ofCurl('--no-head')} asks for a GET, and the rest of the command does not: leave it out.`,
    );
    return;
  }
  if (options.has('head') && given.length > 0 && !(isInQuery && given.length === 1))
    problems.add(
      phrase`${ofCurl('--head')} with ${given.join(' and ')}: HEAD has no body: leave one of them out.`,
    );
  else if (given.length > 1)
    problems.add(
      isInQuery
        ? phrase`${ofCurl('--get')} with ${given.join(' and ')}: only --data goes into the query: leave one of them out.`
        : `curl ${given.join(' and ')}: a request has one body: give one of them.`,
    );
}

/** Form parts in order, in the syntax of `--form`: literal ones are put in quotation marks. */
function formIn(options: CurlOptions, problems: Problems): string[] {
  const escapes = options.has('form-escape');
  return options.list.flatMap((option) => {
    if (option.name !== 'form' && option.name !== 'form-string') return [];
    const part = decoded(option, problems);
    if (part === undefined) return [];
    const equals = part.indexOf('=');
    if (equals < 0) {
      problems.add(phrase`${ofCurl(`--${option.name}`)}: give it as name=value.`);
      return [];
    }
    if (escapes && /["\\]/.test(part)) {
      problems.add(
        phrase`${ofCurl('--form-escape')}: quotation marks in names are sent as %22: leave it out.`,
      );
      return [];
    }
    if (option.name === 'form') return part;
    const value = part.slice(equals + 1);
    const isPlain = !/^[@<("\s]|;|\s$/.test(value);
    return isPlain ? part : `${part.slice(0, equals)}="${value.replace(/[\\"]/g, '\\$&')}"`;
  });
}
