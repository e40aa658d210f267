import type { Socket } from 'node:net';
import type { SocketReader } from '../../connections/link.ts';
import { lentTo, type ReadBytes, smallCopyOf } from '../../connections/read-bytes.ts';

/** Less than this costs about as much to lend as to copy. */
const SMALLEST_LENT_BYTES = 4_096;

/** What a reader asks of the connection that it reads from. */
interface ReadFrom {
  readonly isInPlainBody: boolean;
}

/**
 * Feeds undici from the shared read buffer: the real socket, of which only the source of bytes is another.
 * That saves a buffer and the machinery of a stream for every read. undici keeps views of a head's names and
 * values until the head is complete, which may be reads later: so it is lent nothing but bodies.
 */
export class UndiciReader implements SocketReader {
  #unread: Buffer | null = null;
  readonly #connection: ReadFrom;

  constructor(connection: ReadFrom) {
    this.#connection = connection;
  }

  attach(socket: Socket): void {
    this.#unread = null;
    const read = socket.read;
    socket.read = (size?: number) => {
      if (size === 0) return read.call(socket, 0);
      const chunk = this.#unread;
      this.#unread = null;
      return chunk;
    };
    socket.unshift = (chunk: Buffer) => {
      if (chunk.length > 0)
        this.#unread = this.#unread === null ? Buffer.from(chunk) : Buffer.concat([chunk, this.#unread]);
    };
  }

  onBytes(socket: Socket, bytes: ReadBytes, count: number): void {
    const isLent = count >= SMALLEST_LENT_BYTES && this.#connection.isInPlainBody;
    const chunk = isLent ? lentTo(bytes, count) : smallCopyOf(bytes, count);
    this.#unread = this.#unread === null ? chunk : Buffer.concat([this.#unread, chunk]);
    socket.emit('readable');
    // What was not taken has to leave the shared buffer.
    if (isLent && this.#unread !== null) this.#unread = Buffer.from(this.#unread);
  }
}
