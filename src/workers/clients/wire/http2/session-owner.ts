import type { Socket } from 'node:net';
import type { Http2Stream } from './http2-stream.ts';

/** What a session asks of its socket. */
export type Outgoing = Pick<Socket, 'write' | 'writableLength'>;

/** Whoever gives a session its streams. */
export interface SessionOwner {
  /** A stream is complete: nobody needs its object any more. */
  release(stream: Http2Stream): void;
  /** There may be room for streams that wait. */
  onRoom(): void;
  /** The target has not looked at these requests, and they may be sent again, in this order. */
  onUnseen(streams: readonly Http2Stream[]): void;
  /** Nothing more is to come: the target has said goodbye, or this side has left. */
  onDone(): void;
  /** What has come is not HTTP/2: every stream has failed. */
  onBroken(): void;
}
