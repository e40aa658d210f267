import type * as net from 'node:net';
import { isSecured } from './tls.ts';

/** What libuv has been given to write and the kernel has not taken. No public property of Node says it. */
interface Handle {
  readonly writeQueueSize?: unknown;
  /** All that it was given. */
  readonly bytesWritten?: unknown;
  /** The handle under a TLS one, whose queue holds what is encrypted. */
  readonly _parent?: Handle;
}

/**
 * Bytes that a socket counts as written, but that never left this process, because the connection ends before the kernel
 * took them: of a body of 20 MB that the target refuses after its first part, nearly all. Over TLS they are counted with
 * their encryption, some thousandths more. Ask before the socket is destroyed: then its queue is gone.
 */
export function unsentBytesOf(socket: net.Socket): number {
  const handle = handleOf(socket);
  if (handle === null) return 0;
  const queue = isSecured(socket) ? handle._parent : handle;
  const size = queue?.writeQueueSize;
  return typeof size === 'number' ? Math.min(size, socket.bytesWritten) : 0;
}

/**
 * Whether the kernel has taken all that a socket was given to write. Over TLS Node counts that only a turn of the event
 * loop later, when the answer may long have come.
 */
export function isAllTaken(socket: net.Socket): boolean {
  if (socket.writableLength === 0) return true;
  const handle = handleOf(socket);
  if (handle === null || !isSecured(socket)) return false;
  // What still waits in the stream has not been given to the handle.
  return handle._parent?.writeQueueSize === 0 && handle.bytesWritten === socket.bytesWritten;
}

function handleOf(socket: net.Socket): Handle | null {
  return (socket as net.Socket & { readonly _handle?: Handle | null })._handle ?? null;
}
