import { createParser } from 'eventsource-parser';
import type { Framing } from '../../protocol/stream.ts';

/** Limit on an incomplete event, in characters: a stream without events must not fill memory. */
const LONGEST_EVENT = 16 * 2 ** 20;

/** And in lines: each is kept by itself until the event is complete, and takes far more memory than a short text. */
const MOST_LINES = 100_000;

/** Receives the events of an answer in order: data, and the type if there is one. */
type OnEvent = (data: string, name: string | null) => void;

/** Splits the incoming text into events, independent of how the reads split it. */
export interface Framer {
  /**
   * Adds text; events that it completes are delivered within the call.
   *
   * @throws Error if an event is too long
   */
  push(text: string): void;
  /** Ends the input, delivering an event that only lacks its terminator. */
  end(): void;
}

/** Creates the framer of one answer. */
export function createFramer(framing: Framing, onEvent: OnEvent): Framer {
  switch (framing) {
    case 'sse':
      return new EventStream(onEvent);
    case 'ndjson':
      return new Lines(onEvent);
    case 'chunks':
      return { push: (text) => (text === '' ? undefined : onEvent(text, null)), end: () => {} };
  }
}

/** Server-sent events (WHATWG HTML, 9.2). */
class EventStream implements Framer {
  readonly #parser: ReturnType<typeof createParser>;
  /** Since the last event, in reads that brought none. */
  #lines = 0;
  #hasEvent = false;

  constructor(onEvent: OnEvent) {
    this.#parser = createParser({
      onEvent: ({ data, event }) => {
        this.#hasEvent = true;
        onEvent(data, event ?? null);
      },
      maxBufferSize: LONGEST_EVENT,
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') throw tooLong();
        // Older versions of llama.cpp write an error into a field of its own.
        if (error.type === 'unknown-field' && error.field === 'error') onEvent(error.value ?? '', 'error');
      },
    });
  }

  push(text: string): void {
    this.#hasEvent = false;
    this.#parser.feed(text);
    this.#lines = this.#hasEvent ? 0 : this.#lines + linesIn(text);
    if (this.#lines > MOST_LINES) throw new Error(`an event of the stream has more than ${MOST_LINES} lines`);
  }

  end(): void {
    // Some servers omit the last blank line; an event with data counts all the same.
    this.#parser.feed('\n\n');
  }
}

/** One JSON text per line. */
class Lines implements Framer {
  readonly #onEvent: OnEvent;
  #rest = '';

  constructor(onEvent: OnEvent) {
    this.#onEvent = onEvent;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST_EVENT) throw tooLong();
    for (const line of lines) this.#tell(line);
  }

  end(): void {
    this.#tell(this.#rest);
    this.#rest = '';
  }

  #tell(line: string): void {
    if (line.trim() !== '') this.#onEvent(line, null);
  }
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

function tooLong(): Error {
  return new Error(`an event of the stream is longer than ${LONGEST_EVENT / 2 ** 20} Mi characters`);
}
