import * as net from 'node:net';
import type * as tls from 'node:tls';
import type { Dial } from '../../protocol/dial.ts';
import type { Destination } from '../../protocol/endpoint.ts';
import type { Address, HttpProxy } from '../../protocol/routes.ts';
import type { Inbox } from './inbox.ts';
import type { Link } from './link.ts';
import { withWords } from './read-bytes.ts';
import { handshakeOptions, nodeTls } from './tls.ts';

// One buffer for all connections of a thread: its bytes are valid only during the call that delivers them.
const READ_BUFFER = withWords(Buffer.allocUnsafeSlow(65_536));

/** A socket that is connecting; what it reads belongs to its link. */
export interface Attempt {
  readonly socket: net.Socket;
  readonly reads: Reads;
}

export type HostDial = Extract<Dial, { readonly unixSocket: null }>;

/** The proxy to connect to; null if it is the target. */
export function proxyOf(dial: Dial): HttpProxy | null {
  return dial.unixSocket === null ? dial.proxy : null;
}

/** Target of the tunnel through the proxy; null without a tunnel. */
export function tunnelIn(dial: Dial): string | null {
  return dial.unixSocket === null ? dial.tunnelTo : null;
}

/** The link that receives the socket's bytes; null until this attempt has won. */
interface Reads {
  link: Link | null;
}

/** Reads into the shared buffer and passes the bytes to its link. */
function lentReads(reads: Reads, inbox: Inbox): net.OnReadOpts {
  return {
    buffer: READ_BUFFER,
    callback: (count, bytes) => {
      reads.link?.read(bytes, count, inbox);
      return true;
    },
  };
}

/**
 * Begins to connect, and to shake hands if what it connects to speaks TLS.
 *
 * @param address one of the name's; undefined for a socket path, or if the host is an address itself
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
  const reads: Reads = { link: null };
  if (isLent) options.onread = lentReads(reads, inbox);
  const isSecure = target.secure && tunnelIn(dial) === null;
  const socket = isSecure
    ? nodeTls().connect({ ...options, ...handshakeOptions(target, secureContext) })
    : net.connect(options);
  return { socket, reads };
}

/** Replaces an attempt whose target is not allowed. */
export function refusedAttempt(target: string): Attempt {
  const socket = new net.Socket();
  const message = `${target} is not among the targets that this agent may send to (--allow-target)`;
  setImmediate(() => socket.destroy(Object.assign(new Error(message), { code: 'NOT_ALLOWED' })));
  return { socket, reads: { link: null } };
}

/** Options for reaching what is connected to. */
function optionsOf(dial: Dial, address: Address | undefined): net.NetConnectOpts {
  if (dial.unixSocket !== null) return { path: dial.unixSocket };
  return { host: address?.address ?? dial.hostname, port: dial.port, noDelay: true };
}
