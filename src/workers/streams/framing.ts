import { createParser } from 'eventsource-parser';
import type { Framing } from '../../protocol/stream.ts';

/** What is kept of an event whose end has not come, in characters: a stream that has no events must not fill memory. */
const LONGEST_EVENT = 16 * 2 ** 20;

/** Takes the events of an answer, in their order: their data, and what they are called where they say so. */
export type OnEvent = (data: string, name: string | null) => void;

/** Cuts what arrives into events, wherever the reads have cut it. */
export interface Framer {
  /**
   * More text; events that are complete with it are told within the call.
   *
   * @throws Error where an event is too long to be kept
   */
  push(text: string): void;
  /** Nothing more comes: tells an event that only lacks its end. */
  end(): void;
}

/** Makes the framer of one answer. */
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

  constructor(onEvent: OnEvent) {
    this.#parser = createParser({
      onEvent: ({ data, event }) => onEvent(data, event ?? null),
      maxBufferSize: LONGEST_EVENT,
      onError: (error) => {
        if (error.type === 'max-buffer-size-exceeded') throw tooLong();
      },
    });
  }

  push(text: string): void {
    this.#parser.feed(text);
  }

  end(): void {
    // Some servers leave the last blank line out; an event that has its data is one all the same.
    this.#parser.feed('\n\n');
  }
}

/** JSON texts, each on a line of its own. */
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

function tooLong(): Error {
  return new Error(`an event of the stream is longer than ${LONGEST_EVENT / 2 ** 20} Mi characters`);
}
