import type { Problems } from '../problems.ts';
import { bytesOf, fromByteText } from './byte-text.ts';
import { dataOf, jsonOf, readCurlFile } from './data.ts';
import { type CurlOptions, decoded } from './options.ts';

/** What a curl command says of the body. */
export interface CurlBody {
  /** All data of `--data…` as one byte text. */
  readonly data: string | null;
  /** Whether that data belongs into the query. */
  readonly isQuery: boolean;
  readonly body: string | Uint8Array | undefined;
  readonly json: string | undefined;
  readonly form: readonly string[] | undefined;
}

/** Reads the body and the files that it names; notes a problem for each of these, and for two bodies. */
export function bodyOf(options: CurlOptions, problems: Problems): CurlBody {
  const data = dataOf(options, problems);
  const isQuery = options.has('get');
  const json = jsonOf(options, problems);
  const upload = options.last('upload-file');
  const form = formIn(options, problems);
  check(options, problems, [
    ...(data === null ? [] : ['--data']),
    ...(json === null ? [] : ['--json']),
    ...(form.length === 0 ? [] : ['--form']),
    ...(upload === undefined ? [] : ['--upload-file']),
  ]);
  const bytes =
    upload === undefined ? (isQuery ? null : data) : readCurlFile('upload-file', upload.value, problems);
  return {
    data,
    isQuery,
    body: bytes === null ? undefined : (fromByteText(bytes) ?? bytesOf(bytes)),
    json: json === null ? undefined : decoded({ name: 'json', value: json }, problems),
    form: form.length === 0 ? undefined : form,
  };
}

function check(options: CurlOptions, problems: Problems, given: readonly string[]): void {
  const notData = given.filter((name) => name !== '--data');
  if (options.has('get')) {
    if (notData.length > 0)
      problems.add(
        `curl --get with ${notData.join(' and ')}: only --data goes into the query: leave one of them out.`,
      );
  } else if (options.has('head') && given.length > 0) {
    problems.add(`curl --head with ${given.join(' and ')}: HEAD has no body: leave one of them out.`);
  } else if (given.length > 1) {
    problems.add(`curl ${given.join(' and ')}: a request has one body: give one of them.`);
  }
}

/** Parts in order; a literal one is quoted where its value would mean something else to `--form`. */
function formIn(options: CurlOptions, problems: Problems): string[] {
  return options.list.flatMap((option) => {
    if (option.name !== 'form' && option.name !== 'form-string') return [];
    const part = decoded(option, problems);
    if (part === undefined) return [];
    const equals = part.indexOf('=');
    if (equals < 1) {
      problems.add(`curl --${option.name}: give it as name=value.`);
      return [];
    }
    if (option.name === 'form') return part;
    const value = part.slice(equals + 1);
    const isPlain = !/^[@<"\s]|;|\s$/.test(value);
    return isPlain ? part : `${part.slice(0, equals)}="${value.replace(/[\\"]/g, '\\$&')}"`;
  });
}
