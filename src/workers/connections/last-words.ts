import type { Socket } from 'node:net';
import { isSecured } from './tls.ts';

/** After a failed write the kernel already holds everything that will arrive; this limits how long it is read. */
const LONGEST_MS = 1_000;

/** Whom a socket tells what it reads by itself, where its bytes go to no reader. */
interface Heard {
  hears(chunk: Buffer): void;
  /** The target has sent something on this connection besides handshakes. */
  readonly hasBrought: boolean;
}

/**
 * Reads what a target sent before it closed. A server that rejects a request may answer, or send a TLS alert, and
 * close the connection while the request is still being written: then a write fails before the answer has been
 * read, or the end of the connection is seen before the alert that explains it. So a socket whose write has
 * failed is first read to its end, and the end of a TLS connection without data is handled one turn later.
 */
export function hearLastWords(socket: Socket, heard: Heard): void {
  const { destroy, push } = socket;
  let writeError: Error | null = null;
  const giveUp = (): void => {
    if (writeError !== null && !socket.destroyed) destroy.call(socket, writeError);
  };
  socket.destroy = (error) => {
    if (writeError !== null || !isOfWriting(error) || socket.destroyed) return destroy.call(socket, error);
    writeError = error;
    setTimeout(giveUp, LONGEST_MS).unref();
    return socket;
  };
  socket.push = (chunk, encoding) => {
    if (chunk !== null) {
      heard.hears(chunk);
      return push.call(socket, chunk, encoding);
    }
    // After a failed write the socket emits no end.
    if (writeError !== null) giveUp();
    else if (isSecured(socket) && !heard.hasBrought) {
      setImmediate(() => {
        if (socket.destroyed) return;
        push.call(socket, null);
        socket.read(0);
      });
    } else push.call(socket, null);
    return false;
  };
}

function isOfWriting(error: NodeJS.ErrnoException | undefined): error is NodeJS.ErrnoException {
  return error?.syscall === 'write' && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
}
