import type { Protocol } from '../../../protocol/endpoint.ts';
import type { ConnectionOptions, RequestOptions, RunOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the, theHeader } from '../words.ts';

const MOST_STREAMS = 1_000;
/** Header fields for a connection of HTTP/1.1; HTTP/2 forbids them (RFC 9113, 8.2.2). */
const CONNECTION_FIELDS = new Set(['connection', 'proxy-connection', 'http2-settings', 'te']);

/**
 * Reads which HTTP version is used.
 *
 * @param secure whether the URL is https; null if it cannot be read
 */
export function parseProtocol(
  options: ConnectionOptions & Pick<RequestOptions, 'keepalive' | 'headers'>,
  secure: boolean | null,
  problems: Problems,
): Protocol {
  const { http2 = false, h2c = false } = options;
  const asked = the(http2 ? 'http2' : 'h2c');
  if (http2 && h2c)
    problems.add(
      phrase`${the('http2')} and ${the('h2c')}: HTTP/2 is over TLS or without it: give one of them.`,
    );
  else if (http2 && secure === false)
    problems.add(
      phrase`${the('http2')} with an 'http://' URL: it is agreed on over TLS: give an https:// URL, or ${the('h2c')}.`,
    );
  else if (h2c && secure === true)
    problems.add(
      phrase`${the('h2c')} with an 'https://' URL: it is HTTP/2 without TLS: give an http:// URL, or ${the('http2')}.`,
    );
  if (!http2 && !h2c) return 'http/1.1';
  if (options.keepalive === false)
    problems.add(
      phrase`${the('no-keepalive')} with ${asked}: an HTTP/2 connection is for many requests: leave one of them out.`,
    );
  for (const line of options.headers ?? []) {
    const name = line.slice(0, Math.max(0, line.indexOf(':')));
    if (CONNECTION_FIELDS.has(name.toLowerCase()))
      problems.add(
        phrase`${theHeader(line)} ${given(line)} with ${asked}: HTTP/2 has no ${name.toLowerCase()} header: leave it out.`,
      );
  }
  return http2 ? 'h2' : 'h2c';
}

/** Reads how many requests are in flight at once on each connection. */
export function parseStreams({ streams, http2, h2c }: RunOptions, problems: Problems): number {
  if (streams === undefined) return 1;
  if (http2 !== true && h2c !== true) {
    problems.add(
      phrase`${the('streams')} ${given(streams)} without HTTP/2: an HTTP/1.1 connection carries one request at a time: add ${the('http2')} or ${the('h2c')}, or raise ${the('concurrency')}.`,
    );
  }
  return problems.count('streams', streams, 1, MOST_STREAMS) ?? 1;
}
