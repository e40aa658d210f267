import type { Protocol } from '../../protocol/endpoint.ts';
import type { ErrorAdvice } from '../../protocol/report.ts';
import { visible } from '../../requests/visible.ts';
import type { Peer } from '../connections/counterpart.ts';
import type { FirstWords, OtherWords } from '../connections/first-words.ts';

const BEGINS_AS_TEXT = /^[\x20-\x7e]/;

/** What was found to be spoken in place of what was asked for. */
interface Misfit {
  readonly code: string;
  readonly example: string;
  readonly advice?: ErrorAdvice;
}

/** Whether the first bytes of a connection show that something else is spoken there; null if they do not. */
export function misfit(words: FirstWords | null, { protocol, isSecure, proxy }: Peer): Misfit | null {
  const who = proxy === null ? 'the target' : `the proxy ${proxy}`;
  if (words === 'tls')
    return {
      code: protocol === 'http/1.1' ? 'NOT_HTTP1' : 'NOT_HTTP2',
      example: `${who} speaks TLS: it answered with an alert`,
      // A proxy is always spoken to without TLS.
      ...(proxy === null ? { advice: 'with-https' } : {}),
    };
  if (words === null || (words === 'http2' && protocol !== 'http/1.1')) return null;
  if (words !== 'http2') return otherProtocol(words, who, protocol);
  return {
    code: 'NOT_HTTP1',
    example: `${who} speaks HTTP/2: it began with a frame of SETTINGS`,
    ...(proxy === null ? { advice: isSecure ? 'with-http2' : 'with-h2c' } : {}),
  };
}

/** Frames of HTTP/2 that begin a connection wrongly are no other protocol: they begin with a byte that is no character. */
function otherProtocol({ line }: OtherWords, who: string, protocol: Protocol): Misfit | null {
  if (protocol !== 'http/1.1' && !BEGINS_AS_TEXT.test(line)) return null;
  return {
    code: protocol === 'http/1.1' ? 'NOT_HTTP1' : 'NOT_HTTP2',
    example: `${who} speaks something other than HTTP: it began with '${visible(line)}'`,
  };
}
