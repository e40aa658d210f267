import type { Socket } from 'node:net';
import type { SocketReader } from './link.ts';

/**
 * Feeds undici from the shared read buffer: the real socket, of which only the source of bytes is another.
 * That saves a buffer and the machinery of a stream for every read.
 */
export class UndiciReader implements SocketReader {
  #unread: Buffer | null = null;

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

  onBytes(socket: Socket, bytes: Buffer, count: number): void {
    const chunk = bytes.subarray(0, count);
    this.#unread = this.#unread === null ? chunk : Buffer.concat([this.#unread, chunk]);
    socket.emit('readable');
    // What was not taken has to leave the shared buffer.
    if (this.#unread !== null) this.#unread = Buffer.from(this.#unread);
  }
}
