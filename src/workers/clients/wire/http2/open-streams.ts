import { CODE, MAX_31_BITS } from './frames.ts';
import type { Http2Stream } from './http2-stream.ts';
import { NotHttp2 } from './refusal.ts';
import { problemOf } from './uploads.ts';

/** How many streams ended by this side are remembered, since frames for them may still arrive. */
const MOST_LEFT = 2_000;

/** Size of the ring for streams with consecutive numbers; a power of two. */
const FIRST_PLACES = 256;

/** The streams of one connection by number: odd, increasing, and never reused. */
export class OpenStreams {
  /** Ring indexed by the low bits of half the stream number; null where empty. */
  #places: (Http2Stream | null)[] = emptyPlaces(FIRST_PLACES);
  /** Streams displaced from the ring by later ones. */
  readonly #old = new Map<number, Http2Stream>();
  #size = 0;
  /** Streams ended by this side. */
  readonly #left = new Set<number>();
  #nextId: number;
  /** Number of the last stream whose first byte was written. */
  #sentId = 0;

  /** @param firstId an odd number */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  get size(): number {
    return this.#size;
  }

  get nextId(): number {
    return this.#nextId;
  }

  /** In order of their start. */
  get all(): Http2Stream[] {
    const recent = this.#places.filter((stream) => stream !== null);
    return [...this.#old.values(), ...recent].sort((a, b) => a.id - b.id);
  }

  /** All stream numbers are used up. */
  get isUsedUp(): boolean {
    return this.#nextId > MAX_31_BITS;
  }

  /** Assigns the next number to a stream. */
  add(stream: Http2Stream): number {
    const id = this.#nextId;
    this.#nextId += 2;
    if (2 * this.#size >= this.#places.length) this.#widen();
    const place = this.#placeOf(id);
    const old = this.#places[place] ?? null;
    if (old !== null) this.#old.set(old.id, old);
    this.#places[place] = stream;
    this.#size++;
    return id;
  }

  /** Marks everything added so far as written. */
  sent(): void {
    this.#sentId = this.#nextId - 2;
  }

  /** Does nothing if the stream is not open. */
  remove(stream: Http2Stream): void {
    const place = this.#placeOf(stream.id);
    if (this.#places[place] === stream) this.#places[place] = null;
    else if (!this.#old.delete(stream.id)) return;
    this.#size--;
  }

  /** Remembers a stream ended by this side: frames that still arrive for it are not a fault of the target. */
  leave(id: number): void {
    this.#left.add(id);
    if (this.#left.size <= MOST_LEFT) return;
    for (const oldest of this.#left) {
      this.#left.delete(oldest);
      break;
    }
  }

  /** The stream of a frame with a part of an answer; null if this side ended it; otherwise what is wrong. */
  answered(id: number): Http2Stream | NotHttp2 | null {
    const stream = this.#find(id);
    if (stream !== null && !stream.isUnsent) return stream;
    if (this.isIdle(id)) return new NotHttp2(`an answer on stream ${id}, which was never opened`);
    if (this.#left.has(id)) return null;
    return new NotHttp2(`an answer on stream ${id}, which had ended before`, CODE.streamClosed);
  }

  /** The stream that a frame refers to; null if it is over; otherwise what is wrong. */
  named(id: number): Http2Stream | NotHttp2 | null {
    const stream = this.#find(id);
    if (stream !== null && !stream.isUnsent) return stream;
    return this.isIdle(id) ? new NotHttp2(`a frame about stream ${id}, which was never opened`) : null;
  }

  /** Adjusts all windows to the target's setting (RFC 9113, 6.9.2). Returns what is wrong with it, or null. */
  widenAll(bytes: number): NotHttp2 | null {
    let problem: NotHttp2 | null = null;
    if (bytes === 0) return problem;
    for (const stream of this.all) {
      stream.windowBytes += bytes;
      problem ??= problemOf(stream.windowBytes);
    }
    return problem;
  }

  /** No byte of it was written. */
  isIdle(id: number): boolean {
    return id % 2 === 0 || id > this.#sentId;
  }

  #find(id: number): Http2Stream | null {
    const stream = this.#places[this.#placeOf(id)] ?? null;
    if (stream !== null && stream.id === id) return stream;
    return this.#old.size === 0 ? null : (this.#old.get(id) ?? null);
  }

  #placeOf(id: number): number {
    return (id >>> 1) & (this.#places.length - 1);
  }

  #widen(): void {
    const streams = this.all;
    this.#places = emptyPlaces(2 * this.#places.length);
    this.#old.clear();
    for (const stream of streams) {
      const place = this.#placeOf(stream.id);
      const old = this.#places[place] ?? null;
      if (old !== null) this.#old.set(old.id, old);
      this.#places[place] = stream;
    }
  }
}

function emptyPlaces(count: number): (Http2Stream | null)[] {
  return new Array<Http2Stream | null>(count).fill(null);
}
