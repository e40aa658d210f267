import * as net from 'node:net';
import * as tls from 'node:tls';
import type { Dial } from '../../protocol/dial.ts';
import type { Destination } from '../../protocol/endpoint.ts';
import type { Address } from '../../protocol/routes.ts';
import type { Inbox } from './inbox.ts';
import type { Link } from './link.ts';
import { handshakeOptions } from './tls.ts';

// One for all connections of a thread: nobody keeps bytes in it beyond the call that brings them.
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

/** A socket that connects; what is read from it is its link's. */
export interface Attempt {
  readonly socket: net.Socket;
  /** Null until it is the one that is used. */
  link: Link | null;
}

export type HostDial = Extract<Dial, { readonly unixSocket: null }>;

/** The tunnel to ask for, where what is dialled is a proxy. */
export function tunnelOf(dial: Dial): HostDial['tunnel'] {
  return dial.unixSocket === null ? dial.tunnel : null;
}

/**
 * Begins to connect, and where TLS is spoken to what is dialled, to shake hands.
 *
 * @param address one of the name's; undefined for a socket's path, and where the host is an address itself
 * @param isLent whether its bytes go to the link's reader, from the shared buffer
 */
export function startAttempt(
  dial: Dial,
  address: Address | undefined,
  target: Pick<Destination, 'hostname' | 'secure' | 'insecure' | 'tls' | 'protocol'>,
  { inbox, secureContext }: { readonly inbox: Inbox; readonly secureContext: tls.SecureContext | null },
  isLent: boolean,
): Attempt {
  const options = optionsOf(dial, address);
  if (isLent) {
    options.onread = {
      buffer: READ_BUFFER,
      callback: (count, bytes) => {
        const { link } = attempt;
        if (link === null) return true;
        link.hasBrought = true;
        if (link.isShown) inbox.arrived(link, bytes, count);
        else link.isSpoiled = true;
        return true;
      },
    };
  }
  const isSecure = target.secure && tunnelOf(dial) === null;
  const socket = isSecure
    ? tls.connect({ ...options, ...handshakeOptions(target, secureContext) })
    : net.connect(options);
  const attempt: Attempt = { socket, link: null };
  return attempt;
}

/** How to get to what is dialled. */
function optionsOf(dial: Dial, address: Address | undefined): net.NetConnectOpts {
  if (dial.unixSocket !== null) return { path: dial.unixSocket };
  return { host: address?.address ?? dial.hostname, port: dial.port, noDelay: true };
}
