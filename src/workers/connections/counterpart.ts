import { authorityOf, wholeRequestsTo } from '../../protocol/dial.ts';
import type { Destination, Protocol } from '../../protocol/endpoint.ts';

/** Whom a connection leads to, as far as its failures need to know. */
export interface Peer {
  readonly protocol: Protocol;
  readonly isSecure: boolean;
  /** A client certificate is given. */
  readonly hasCertificate: boolean;
  /** Host and port of the proxy that takes whole requests in the target's place; null if it is the target. */
  readonly proxy: string | null;
}

export function peerOf(target: Omit<Destination, 'origin'>): Peer {
  const { protocol, secure, tls } = target;
  const proxy = wholeRequestsTo(target);
  return {
    protocol,
    isSecure: secure,
    hasCertificate: tls.cert !== null,
    proxy: proxy === null ? null : authorityOf(proxy.hostname, proxy.port),
  };
}
