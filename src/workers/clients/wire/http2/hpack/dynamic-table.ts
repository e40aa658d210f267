/** Overhead counted per entry in addition to name and value (RFC 7541, 4.1). */
const ENTRY_OVERHEAD_BYTES = 32;

/** A field that the other side may refer to. */
interface Entry {
  readonly name: string;
  readonly value: Uint8Array;
}

/** Fields of earlier heads that the other side may refer to, newest first (RFC 7541, 2.3.2). */
export class DynamicTable {
  /** Newest last. */
  #entries: Entry[] = [];
  #sizeBytes = 0;
  #capacityBytes: number;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  /** The entry at an index, 0 being the newest; undefined if there is none. */
  at(index: number): Entry | undefined {
    return this.#entries[this.#entries.length - 1 - index];
  }

  add(entry: Entry): void {
    this.#sizeBytes += sizeOf(entry);
    this.#entries.push(entry);
    this.#evict();
  }

  resize(capacityBytes: number): void {
    this.#capacityBytes = capacityBytes;
    this.#evict();
  }

  /** An entry larger than the table empties it, which is not an error (RFC 7541, 4.4). */
  #evict(): void {
    let evicted = 0;
    while (this.#sizeBytes > this.#capacityBytes) {
      const oldest = this.#entries[evicted++];
      if (oldest === undefined) break;
      this.#sizeBytes -= sizeOf(oldest);
    }
    if (evicted > 0) this.#entries = this.#entries.slice(evicted);
  }
}

function sizeOf({ name, value }: Entry): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}
