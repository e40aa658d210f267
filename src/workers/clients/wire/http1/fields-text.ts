import { copyInto, type ReadBytes } from '../../../connections/read-bytes.ts';
import type { Fields } from '../../dispatcher.ts';

const FIRST_CAPACITY_BYTES = 1_024;
const NOTHING = Buffer.alloc(0);
/** Buffers that no head is in: most connections of many wait for an answer, or for their next request. */
const spare: Buffer[] = [];
const MOST_SPARE = 16;

/** The bytes of one head or trailer, for callers that need its fields. */
export class FieldsText {
  #bytes: Buffer = NOTHING;
  #length = 0;

  clear(): void {
    this.#length = 0;
    if (this.#bytes.length === FIRST_CAPACITY_BYTES && spare.length < MOST_SPARE) spare.push(this.#bytes);
    this.#bytes = NOTHING;
  }

  /** Adds a piece that the parser has read; the parser limits the total length. */
  add(bytes: ReadBytes, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#bytes.length) this.#grow(length);
    copyInto(this.#bytes, this.#length, bytes, from, to);
    this.#length = length;
  }

  #grow(length: number): void {
    if (this.#bytes === NOTHING && length <= FIRST_CAPACITY_BYTES)
      this.#bytes = spare.pop() ?? Buffer.alloc(FIRST_CAPACITY_BYTES);
    else this.#bytes = Buffer.concat([this.#bytes], length * 2);
  }

  /** Name, value, name, value, in order; values in Latin-1, trimmed. */
  raw(): string[] {
    const fields: string[] = [];
    for (const line of this.text
      // Empty lines may precede the status line.
      .replace(/^[\r\n]+/, '')
      .replace(/[\t ]*\r\n[\t ]+/g, ' ')
      .split('\r\n')) {
      const colon = line.indexOf(':');
      // A status line may contain a colon too, but its version is not a token.
      if (colon < 1 || line.startsWith('HTTP/1.')) continue;
      fields.push(line.slice(0, colon), line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, ''));
    }
    return fields;
  }

  /** The whole text as received, in Latin-1. */
  get text(): string {
    return this.#bytes.toString('latin1', 0, this.#length);
  }
}

/** Fields by lower-case name; repeated ones as lists. */
export function fieldsByName(raw: readonly string[]): Fields {
  const fields = new Map<string, string | string[]>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase();
    const value = String(raw[i + 1]);
    const known = fields.get(name);
    fields.set(name, known === undefined ? value : [known, value].flat());
  }
  return Object.fromEntries(fields);
}
