import { KnownBytes } from '../../../connections/known-bytes.ts';
import { latin1Of, type ReadBytes } from '../../../connections/read-bytes.ts';
import { FramingFields } from './framing-fields.ts';

/** Longer ones are not kept. */
const LONGEST_KEPT_BYTES = 1_024;
/** After so many in a row that were other ones, each probably differs, by a number or a time. */
const MOST_OTHERS = 8;
/** Then one in so many is kept and compared with the next. */
const KEPT_ONE_IN = 64;

/** What a head says, as far as it is read. */
interface ReadHead {
  readonly status: number;
  readonly minorVersion: number;
  readonly fields: FramingFields;
}

/**
 * The last head that came in one piece, on whichever connection. Answers to the same request have the same head for a
 * second, as long as their date is the same, and comparing it takes a fraction of reading it.
 */
export class LastHead implements ReadHead {
  status = 0;
  minorVersion = 0;
  readonly fields = new FramingFields();
  /** Empty if none is kept. */
  readonly #bytes = new KnownBytes(LONGEST_KEPT_BYTES);
  #text: string | null = null;
  #othersInARow = 0;

  /** In Latin-1, as received; the same text each time. */
  get text(): string {
    this.#text ??= latin1Of(this.#bytes.bytes, 0, this.#bytes.length);
    return this.#text;
  }

  /** The length of the head that begins at `from` if it is this one, byte for byte; otherwise 0. */
  lengthAt(bytes: ReadBytes, from: number, to: number): number {
    const { length } = this.#bytes;
    if (to - from < length) return 0;
    if (!this.#bytes.areAt(bytes, from)) {
      if (this.#othersInARow > MOST_OTHERS) this.#bytes.forget();
      return 0;
    }
    if (length > 0) this.#othersInARow = 0;
    return length;
  }

  /** Keeps `bytes[from…to)`, a whole head, and what it says. */
  keep(bytes: ReadBytes, from: number, to: number, { status, minorVersion, fields }: ReadHead): void {
    this.#othersInARow++;
    if (this.#othersInARow > MOST_OTHERS && this.#othersInARow % KEPT_ONE_IN !== 0) return;
    if (to - from > LONGEST_KEPT_BYTES) return;
    this.#bytes.become(bytes, from, to);
    this.#text = null;
    this.status = status;
    this.minorVersion = minorVersion;
    this.fields.become(fields);
  }
}
