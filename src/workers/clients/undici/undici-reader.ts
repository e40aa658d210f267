import type { Socket } from 'node:net';
import type { SocketReader } from '../../connections/link.ts';
import { lentTo, type ReadBytes, smallCopyOf } from '../../connections/read-bytes.ts';

/** Below this, lending costs about as much as copying. */
const SMALLEST_LENT_BYTES = 4_096;

/** What a reader needs from its connection. */
interface ReadFrom {
  readonly isInPlainBody: boolean;
}

/**
 * Feeds undici from the shared read buffer: the real socket, with only its byte source replaced.
 * That saves a buffer and the stream machinery for every read. undici keeps views of a head's names and
 * values until the head is complete, possibly several reads later, so only bodies are lent.
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
    // Bytes that were not taken must be copied out of the shared buffer.
    if (isLent && this.#unread !== null) this.#unread = Buffer.from(this.#unread);
  }
}
