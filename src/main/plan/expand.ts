import { quoted, withoutCredentials } from '../text/quoted.ts';
import type { NamedRequestOptions, RunOptions } from './options.ts';
import { ownHeaderNames, withoutHeaders } from './own-headers.ts';
import { Problems } from './problems.ts';
import { readTextOf } from './read-text.ts';
import { refuseTwoReaders } from './stdin.ts';

const MOST_REQUESTS = 1_000;
const CREDENTIALS = /^([a-z]+:\/\/)[^/?#\\]*@/i;
const OF_REQUESTS = {
  method: '--method',
  body: '--body',
  bodyFile: '--body-file',
  json: '--json',
  dataUrlencode: '--data-urlencode',
  form: '--form',
  rows: '--rows',
} as const;

/**
 * Reads what names requests in other words than volley's: a list of URLs, a curl command, a recording. What is
 * read takes the place of those options. Each reader is loaded when it is asked for.
 *
 * @param found takes up problems
 * @param notes takes up what was left out
 * @param readersOfStdin what reads stdin besides these options
 */
export async function expandSources(
  options: RunOptions,
  found: string[],
  notes: string[] = [],
  readersOfStdin: readonly string[] = [],
): Promise<RunOptions> {
  const { urls, curl, curlFile, har, harHosts, ...rest } = options;
  const problems = new Problems();
  if (refuseTwoReaders(options, problems, readersOfStdin)) {
    // What one of them would find there says nothing of what was meant.
    found.push(...problems.sentences);
    return { ...rest, rows: undefined, rowsMode: undefined, mix: [] };
  }
  if (harHosts !== undefined && har === undefined)
    problems.add(`--har-hosts ${quoted(harHosts)} without --har: say which recording.`);
  if (rest.mix?.length === 0) problems.add('The option mix is empty: give at least one request.');
  const given = [
    ...(rest.url === undefined || rest.url === '' ? [] : ['a URL']),
    ...Object.entries({ '--urls': urls, '--curl': curl, '--curl-file': curlFile, '--har': har }).flatMap(
      ([name, value]) => (value === undefined ? [] : [name]),
    ),
    ...(rest.mix === undefined ? [] : ['the requests of a plan']),
  ];
  if (given.length > 1) {
    problems.add(`${given.join(' and ')}: each says where to send requests: give one of them.`);
    found.push(...problems.sentences);
    return { ...rest, mix: [] };
  }
  const expanded = await expandedBy({ urls, curl, curlFile, har, harHosts }, rest, problems, notes);
  found.push(...problems.sentences);
  return expanded;
}

async function expandedBy(
  {
    urls,
    curl,
    curlFile,
    har,
    harHosts,
  }: Pick<RunOptions, 'urls' | 'curl' | 'curlFile' | 'har' | 'harHosts'>,
  rest: RunOptions,
  problems: Problems,
  notes: string[],
): Promise<RunOptions> {
  if (urls !== undefined) {
    const text = readTextOf('--urls', urls, problems);
    const { readUrlList } = await import('./url-list.ts');
    const list = text === null ? null : readUrlList(text, problems);
    return {
      ...rest,
      mix: bounded(
        '--urls',
        urls,
        (list ?? []).map((url) => ({ name: withoutCredentials(url), url, pathAsIs: true })),
        problems,
      ),
    };
  }
  if (har !== undefined) {
    const text = readTextOf('--har', har, problems);
    const { readHar } = await import('./har/har.ts');
    const recording = text === null ? null : readHar(text, problems, harHosts);
    notes.push(...(recording?.notes ?? []));
    refuseWithRecording(rest, problems);
    const own = ownHeaderNames(rest);
    const requests = (recording?.requests ?? []).map((request) => ({
      ...request,
      url: own.has('authorization') ? request.url.replace(CREDENTIALS, '$1') : request.url,
      headers: withoutHeaders(request.headers, own),
      placeholders: false,
      pathAsIs: true,
    }));
    return { ...rest, mix: bounded('--har', har, requests, problems) };
  }
  const command = curlFile === undefined ? curl : readTextOf('--curl-file', curlFile, problems);
  if (command === undefined) return rest;
  const { readCurl } = await import('./curl/curl.ts');
  const { withOwnOptions } = await import('./curl/own-options.ts');
  const request = command === null ? null : readCurl(command.trim(), problems, notes);
  if (request === null) return { ...rest, mix: [] };
  const { mix, ...expanded } = withOwnOptions(request, rest);
  return mix === undefined ? expanded : { ...expanded, mix: bounded('--curl', '', mix, problems) };
}

/** A recording says what its requests are; headers may be added. */
function refuseWithRecording(options: RunOptions, problems: Problems): void {
  const given = Object.entries(OF_REQUESTS).flatMap(([name, option]) => {
    const value = options[name as keyof typeof OF_REQUESTS];
    return value === undefined || isEmptyList(value) ? [] : [option];
  });
  if (given.length > 0)
    problems.add(`--har with ${given.join(', ')}: the recording says what is sent: leave one of them out.`);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Requests of one name are told apart by a number. */
function bounded(
  option: string,
  path: string,
  requests: readonly NamedRequestOptions[],
  problems: Problems,
): NamedRequestOptions[] {
  if (requests.length > MOST_REQUESTS) {
    const advice =
      option === '--har'
        ? 'record less, or name fewer hosts with --har-hosts.'
        : 'for more URLs, put them into a column of --rows and send to {{url}}.';
    problems.add(
      `${option} ${quoted(path)} has ${requests.length} requests: give at most ${MOST_REQUESTS}; ${advice}`,
    );
  }
  const seen = new Map<string, number>();
  return requests.map((request) => {
    const count = (seen.get(request.name) ?? 0) + 1;
    seen.set(request.name, count);
    return count === 1 ? request : { ...request, name: `${request.name} (${count})` };
  });
}
