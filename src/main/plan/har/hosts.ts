import { domainToASCII } from 'node:url';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';
import type { RecordedEntry } from './recorded-entry.ts';

const MOST_NAMED = 10;
const MOST_REDIRECTS = 20;
const PATTERN = /^(\*|(?:\*\.)?[^\s/?#@:*[\]]+|\[[0-9a-f:.]+\])(?::(\d+))?$/i;

/** A pattern of hosts that may be sent to. */
interface Pattern {
  readonly text: string;
  readonly matches: (url: URL) => boolean;
}

/** The hosts of a recording with the number of requests to each, most frequent first. */
type HostCounts = readonly (readonly [host: string, count: number])[];

/** Reads `--har-hosts`; null if a problem has been noted. */
export function parseHarHosts(text: string, problems: Problems): Pattern[] | null {
  const patterns = text.split(',').map((part) => patternOf(part.trim()));
  const known = patterns.filter((pattern) => pattern !== null);
  if (known.length === patterns.length) return known;
  problems.add(
    phrase`${the('har-hosts')} ${given(text)}: give hosts with commas between them, such as example.org,*.example.org,localhost:8080, or * for all.`,
  );
  return null;
}

/** A page of a recording. */
export interface Page {
  /** The id by which its entries refer to it. */
  readonly id: unknown;
  /** In some browsers, its URL. */
  readonly title: string;
}

/**
 * The hosts of a page: that of its document, and those it was redirected to. Hosts that the page merely loads from
 * are not included. Without a page, all entries count as one.
 */
export function hostsOfFirstPage(entries: readonly RecordedEntry[], { id, title }: Page): Pattern[] {
  const sendable = entries.filter(({ url }) => url !== null);
  const own = sendable.filter(({ entry }) => id !== undefined && entry.pageref === id);
  const ofPage = own.length > 0 ? own : sendable;
  const redirected = hostsFrom(ofPage);
  const host = URL.parse(title)?.host ?? '';
  // The first recorded request may be left over from another page.
  const isFromElsewhere = !redirected.has(host) && ofPage.some(({ url }) => url?.host === host);
  const hosts = isFromElsewhere ? [host] : [...redirected];
  return hosts.map((wanted) => ({ text: wanted, matches: (url) => url.host === wanted }));
}

/** The hosts of the first entry and of its redirects. */
function hostsFrom(entries: readonly RecordedEntry[]): ReadonlySet<string> {
  const hosts = new Set<string>();
  let at = 0;
  for (let hop = 0; hop < MOST_REDIRECTS; hop++) {
    const document = entries[at];
    if (document?.url == null) break;
    hosts.add(document.url.host);
    const next = redirectOf(document);
    if (next === null) break;
    hosts.add(next.host);
    const found = entries.findIndex(({ url }, index) => index > at && url?.href === next.href);
    if (found < 0) break;
    at = found;
  }
  return hosts;
}

function redirectOf({ entry: { response }, url }: RecordedEntry): URL | null {
  if (response == null || url === null || response.status < 300 || response.status > 399) return null;
  const next = response.redirectURL ? URL.parse(response.redirectURL, url) : null;
  return next !== null && /^https?:$/.test(next.protocol) ? next : null;
}

export function hostCounts(urls: readonly URL[]): HostCounts {
  const counts = new Map<string, number>();
  for (const { host } of urls) counts.set(host, (counts.get(host) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

/** The first hosts by name, and the number of others. */
export function namedHosts(counts: HostCounts): string {
  const named = counts.slice(0, MOST_NAMED).map(([host, count]) => `${host} (${count})`);
  const left = counts.length - named.length;
  return named.join(', ') + (left > 0 ? ` and ${left} more` : '');
}

function patternOf(text: string): Pattern | null {
  const [, name, port] = PATTERN.exec(text) ?? [];
  if (name === undefined) return null;
  const isPort = (url: URL): boolean =>
    port === undefined || (url.port === '' ? defaultPort(url) : url.port) === String(Number(port));
  if (name === '*') return { text, matches: isPort };
  if (name.startsWith('*.')) {
    const suffix = `.${asciiName(name.slice(2))}`;
    return { text, matches: (url) => url.hostname.endsWith(suffix) && isPort(url) };
  }
  const host = URL.parse(`http://${name}`)?.hostname ?? asciiName(name);
  return { text, matches: (url) => url.hostname === host && isPort(url) };
}

function asciiName(name: string): string {
  return domainToASCII(name) || name.toLowerCase();
}

function defaultPort({ protocol }: URL): string {
  return protocol === 'https:' ? '443' : '80';
}
