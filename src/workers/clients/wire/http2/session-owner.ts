import type { Socket } from 'node:net';
import type { Http2Stream } from './http2-stream.ts';

/** What a session needs of its socket. */
export type Outgoing = Pick<Socket, 'write' | 'writableLength'>;

/** Gives a session its streams. */
export interface SessionOwner {
  /** How many streams to begin before the target has said how many it allows. */
  readonly firstStreams?: number;
  /** A stream is complete and its object may be reused. */
  release(stream: Http2Stream): void;
  /** The target's settings have changed, and with them perhaps how many streams it allows. */
  onSettings(mostStreams: number): void;
  /** There may be room for streams that wait. */
  onRoom(): void;
  /** The target did not process these requests; they may be sent again, in this order. */
  onUnseen(streams: readonly Http2Stream[]): void;
  /** Nothing more will come: the target sent GOAWAY, or this side has closed. */
  onDone(): void;
  /** The bytes are not valid HTTP/2; every stream has failed. */
  onBroken(): void;
}
