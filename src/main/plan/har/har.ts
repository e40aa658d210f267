import { z } from 'zod';
import { quoted } from '../../text/quoted.ts';
import type { Problems } from '../problems.ts';
import { phrase, the, type Words } from '../words.ts';
import { Unusable } from './har-body.ts';
import { hostCounts, hostsOfFirstPage, namedHosts, type Page, parseHarHosts } from './hosts.ts';
import {
  answerOf,
  type HarAnswer,
  type HarRequest,
  type RecordedEntry,
  recordedEntry,
  requestOf,
} from './recorded-entry.ts';

/** The content of a recording. */
export interface HarRecording {
  /** In the order of the recording; at least one. */
  readonly requests: readonly HarRequest[];
  /** The answers, one for each request. */
  readonly answers: readonly HarAnswer[];
  /** What was left out and why; at most ten sentences. */
  readonly notes: readonly Words[];
}

const NO_PAGE: Page = { id: undefined, title: '' };
const FILE = z.object({
  log: z.object({
    entries: z.array(z.unknown()),
    pages: z
      .array(z.object({ id: z.unknown(), title: z.string().catch('') }).catch(NO_PAGE))
      .nullish()
      .catch(null),
  }),
});

const MOST_SENTENCES = 10;
const MOST_NAMED = 7;

/**
 * Reads the requests of a HAR file, version 1.2, as saved by browsers and other tools. Entries that cannot be sent
 * or that go to other hosts than those wanted are left out. Null if problems have been noted: text that
 * is not JSON, no `log.entries`, or nothing that can be sent. Sentences contain nothing recorded except hosts.
 *
 * @param wantedHosts `--har-hosts`; without it the hosts of the first page
 * @param path as sentences name the file
 */
export function readHar(
  text: string,
  problems: Problems,
  wantedHosts: string | undefined = undefined,
  path: string | undefined = undefined,
): HarRecording | null {
  const file = contentOf(
    text,
    problems,
    path === undefined ? 'The HAR file' : `The HAR file ${quoted(path)}`,
  );
  const given = wantedHosts === undefined ? undefined : parseHarHosts(wantedHosts, problems);
  if (file === null || given === null) return null;
  const wrong = new Map<number, string>();
  const attempt = <T>(index: number, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      wrong.set(index, `Left out of the HAR file: log.entries[${index}], because ${error.message}.`);
      return null;
    }
  };
  const read = file.entries.map((value, index) => ({
    index,
    entry: attempt(index, () => recordedEntry(value)),
  }));
  const entries = read.flatMap(({ index, entry }) => (entry === null ? [] : [{ ...entry, index }]));
  const sendable = entries.flatMap((entry) => (entry.url === null ? [] : [{ ...entry, url: entry.url }]));
  const patterns = given ?? hostsOfFirstPage(entries, file.page);
  const hosts = hostCounts(sendable.map(({ url }) => url));
  const idle = given?.filter(({ matches }) => !sendable.some(({ url }) => matches(url))) ?? [];
  if (idle.length > 0 && sendable.length > 0) {
    problems.add(
      phrase`${the('har-hosts')}: no entry of the HAR file goes to ${idle.map(({ text: host }) => host).join(', ')}: choose from ${namedHosts(hosts)}.`,
    );
    return null;
  }
  const isWanted = (url: URL): boolean => patterns.some(({ matches }) => matches(url));
  const others = hostCounts(sendable.map(({ url }) => url).filter((url) => !isWanted(url)));
  const sent = sendable
    .filter(({ url }) => isWanted(url))
    .flatMap((entry) => {
      const request = attempt(entry.index, () => requestOf(entry, entry.url));
      return request === null ? [] : [{ request, answer: answerOf(entry, entry.url) }];
    });
  const requests = sent.map(({ request }) => request);
  const notes = [...skippedNote(entries), ...othersNote(others), ...wrongNotes(wrong)];
  if (requests.length > 0) return { requests, answers: sent.map(({ answer }) => answer), notes };
  problems.add(
    phrase`${the('har', 'The HAR file')} has ${entriesText(file.entries.length)}, and none can be sent: record it again.`,
  );
  for (const note of notes.slice(0, MOST_SENTENCES - 1)) problems.add(note);
  return null;
}

function skippedNote(entries: readonly RecordedEntry[]): Words[] {
  const skipped = entries.filter(({ url }) => url === null).length;
  return skipped === 0
    ? []
    : [[`Left out of the HAR file: ${entriesText(skipped)} with neither http nor https.`]];
}

function wrongNotes(wrong: ReadonlyMap<number, string>): Words[] {
  const inOrder = [...wrong].toSorted(([a], [b]) => a - b).map(([, sentence]) => sentence);
  const left = inOrder.length - MOST_NAMED;
  return [
    ...inOrder.slice(0, MOST_NAMED).map((sentence) => [sentence]),
    ...(left > 0 ? [[`Left out of the HAR file: ${left} more entries, for similar reasons.`]] : []),
  ];
}

function othersNote(others: ReturnType<typeof hostCounts>): Words[] {
  if (others.length === 0) return [];
  const count = others.reduce((sum, [, entries]) => sum + entries, 0);
  return [
    phrase`Left out of the HAR file: ${entriesText(count)} to other hosts, ${namedHosts(others)}. Name the hosts to send to with ${the('har-hosts')}, or * for all.`,
  ];
}

function entriesText(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function contentOf(
  text: string,
  problems: Problems,
  file: string,
): { entries: readonly unknown[]; page: Page } | null {
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // The error's own message would quote a piece of the file.
    problems.add(
      phrase`${the('har', file)} is not JSON: save it again from the developer tools of a browser.`,
    );
    return null;
  }
  const { data } = FILE.safeParse(content);
  if (data === undefined) {
    problems.add(
      phrase`${the('har', file)} has no list log.entries: save it from the developer tools of a browser.`,
    );
    return null;
  }
  const { entries, pages } = data.log;
  if (entries.length > 0) return { entries, page: pages?.[0] ?? NO_PAGE };
  problems.add(
    phrase`${the('har', `The list log.entries of ${file[0]?.toLowerCase()}${file.slice(1)}`)} is empty: record at least one request.`,
  );
  return null;
}
