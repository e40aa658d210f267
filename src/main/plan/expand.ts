import { withoutCredentials } from '../text/quoted.ts';
import { hasOwnBody, withPreset } from './models/preset-request.ts';
import type { NamedRequestOptions, RunOptions } from './options.ts';
import { givenAmong, SAY_WHAT_IS_SENT } from './options-given.ts';
import { ownHeaderNames, withoutHeaders } from './own-headers.ts';
import { Problems, type Told } from './problems.ts';
import { readTextOf, readUtf8Of } from './read-text.ts';
import { refuseTwoReaders, stdinReaders } from './stdin-readers.ts';
import type { Words } from './words.ts';
import { given, isOptionWord, listed, type OptionWord, phrase, the, type Word } from './words.ts';

const MOST_REQUESTS = 1_000;
const CREDENTIALS = /^([a-z]+:\/\/)[^/?#\\]*@/i;
const OF_REQUESTS = { ...SAY_WHAT_IS_SENT, rows: 'rows' };

/** The options of a run in volley's own terms, and how they were originally written. */
export interface Expanded {
  readonly options: RunOptions;
  /** The option that names the requests in another form, such as a curl command; null without one. */
  readonly source: string | null;
  /** How the source writes an option: empty if that is all it contains; null if the option itself was given. */
  readonly ofSource: (word: OptionWord) => string | null;
}

/** Options without a source. */
function asWritten(options: RunOptions): Expanded {
  return { options, source: null, ofSource: () => null };
}

/** Rewords a problem of an option that came from a source in the terms of that source. */
export function inWordsOf({ source, ofSource }: Expanded): (word: Word) => Word {
  return (word) => {
    if (source === null || !isOptionWord(word)) return word;
    const as = ofSource(word);
    if (as === '') return the(source);
    return as === null ? word : the(source, word.as ?? as);
  };
}

/** A preset puts the prompt into a JSON body. */
const ONLY_PROMPT: Expanded['ofSource'] = ({ option }) => (option === 'json' ? '' : null);
const ONLY_URLS: Expanded['ofSource'] = ({ option }) => (option === 'url' ? 'The URL' : null);
/** If a header is added to a recording, the problem may be in a recorded one. */
const RECORDED: Expanded['ofSource'] = ({ option, request }) => {
  if (option === 'url') return 'The URL';
  return request === undefined ? null : `the recorded ${option}`;
};

/**
 * Reads requests given in another form than volley's options: a list of URLs, a curl command, a recording. The
 * options read from it replace the originals. Each reader is loaded on demand.
 *
 * @param found collects problems
 * @param notes collects what was left out
 * @param readersOfStdin what reads stdin in addition to these options
 * @param columns column names of rows that are sent later, one by one; null without any
 */
export async function expandSources(
  options: RunOptions,
  found: Told[],
  notes: Words[] = [],
  readersOfStdin: readonly OptionWord[] = [],
  columns: readonly string[] | null = null,
): Promise<Expanded> {
  const problems = new Problems();
  const { urls, curl, curlFile, har, harHosts, ...rest } = withPreset(options, problems, columns);
  if (refuseTwoReaders(options, problems, readersOfStdin)) {
    // Whatever one of them read there could be the other's: report nothing about its content.
    found.push(...problems.list);
    return asWritten({ ...rest, rows: undefined, rowsMode: undefined, mix: [] });
  }
  if (harHosts !== undefined && har === undefined)
    problems.add(phrase`${the('har-hosts')} ${given(harHosts)} without ${the('har')}: name the recording.`);
  if (rest.mix?.length === 0)
    problems.add(phrase`${the('mix', 'The option mix')} is empty: give at least one request.`);
  const said = [
    ...(rest.url === undefined || rest.url === '' ? [] : [the('url', 'a URL')]),
    ...Object.entries({ urls, curl, 'curl-file': curlFile, har }).flatMap(([name, value]) =>
      value === undefined ? [] : [the(name)],
    ),
    ...(rest.mix === undefined ? [] : [the('mix', 'the requests of a plan')]),
  ];
  if (said.length > 1) {
    problems.add(phrase`${listed(said, ' and ')}: each says where to send requests: give one of them.`);
    found.push(...problems.list);
    return asWritten({ ...rest, ...(rest.mix === undefined ? { mix: [] } : { url: undefined }) });
  }
  const readers = stdinReaders(options, readersOfStdin);
  const expanded = await expandedBy({ urls, curl, curlFile, har, harHosts }, rest, problems, notes, readers);
  // A problem with a command in a file is reported for the file.
  const inFile = (word: Word): Word =>
    isOptionWord(word) && word.option === 'curl' ? { ...word, option: 'curl-file' } : word;
  found.push(
    ...(curlFile === undefined ? problems.list : problems.list.map((problem) => problem.with(inFile))),
  );
  if (options.preset === undefined || hasOwnBody(options)) return expanded;
  const source = options.prompt === undefined ? 'preset' : 'prompt';
  return { ...expanded, source, ofSource: ONLY_PROMPT };
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
  notes: Words[],
  readers: readonly OptionWord[],
): Promise<Expanded> {
  if (urls !== undefined) {
    const text = readUtf8Of('urls', urls, problems);
    const { readUrlList } = await import('./url-list.ts');
    const list = text === null ? null : readUrlList(text, problems, urls);
    const requests = (list ?? []).map((url) => ({ name: withoutCredentials(url), url, pathAsIs: true }));
    const mix = bounded('urls', urls, requests, problems);
    return { options: { ...rest, mix }, source: 'urls', ofSource: ONLY_URLS };
  }
  if (har !== undefined) {
    const text = readUtf8Of('har', har, problems);
    const { readHar } = await import('./har/har.ts');
    const recording = text === null ? null : readHar(text, problems, harHosts, har);
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
    return {
      options: { ...rest, mix: bounded('har', har, requests, problems) },
      source: 'har',
      ofSource: RECORDED,
    };
  }
  const command = curlFile === undefined ? curl : readTextOf('curl-file', curlFile, problems);
  if (command === undefined) return asWritten(rest);
  const { readCurl } = await import('./curl/curl.ts');
  const { curlWords, withOwnOptions } = await import('./curl/own-options.ts');
  const request = command === null ? null : readCurl(command, problems, notes, readers);
  if (request === null) return asWritten({ ...rest, mix: [] });
  const { mix, ...expanded } = withOwnOptions(request, rest);
  const options = mix === undefined ? expanded : { ...expanded, mix: bounded('curl', '', mix, problems) };
  return {
    options,
    source: curlFile === undefined ? 'curl' : 'curl-file',
    ofSource: curlWords(request, rest),
  };
}

/** Refuses options that set what is sent: the recording does that. Headers may be added. */
function refuseWithRecording(options: RunOptions, problems: Problems): void {
  const said = givenAmong(options, OF_REQUESTS);
  if (said.length > 0)
    problems.add(
      phrase`${the('har')} with ${listed(said, ', ')}: the recording says what is sent: leave one of them out.`,
    );
}

/** Limits the number of requests, and numbers those of the same name. */
function bounded(
  option: string,
  path: string,
  requests: readonly NamedRequestOptions[],
  problems: Problems,
): NamedRequestOptions[] {
  if (requests.length > MOST_REQUESTS) {
    const advice =
      option === 'har'
        ? phrase`record less, or name fewer hosts with ${the('har-hosts')}.`
        : phrase`for more URLs, put them into a column of ${the('rows')} and send to {{url}}.`;
    problems.add(
      phrase`${the(option)} ${given(path)} has ${requests.length} requests: give at most ${MOST_REQUESTS}; ${advice}`,
    );
  }
  const seen = new Map<string, number>();
  return requests.map((request) => {
    const count = (seen.get(request.name) ?? 0) + 1;
    seen.set(request.name, count);
    return count === 1 ? request : { ...request, name: `${request.name} (${count})` };
  });
}
