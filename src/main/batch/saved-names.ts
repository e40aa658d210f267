import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { fileNameOf } from '../../machine/file-names.ts';
import type { BatchPlan } from '../../protocol/batch.ts';
import { finalPathOf, identityOf } from '../files/file-identity.ts';
import { quoted } from '../text/quoted.ts';
import { InputError } from './line-blocks.ts';
import type { InputRow } from './row.ts';

const FIRST_SLOTS = 2 ** 12;
const FULLEST = 0.5;

/** Detects rows whose bodies would get the same file, or a file that the batch reads or writes. */
export class SavedNames {
  readonly #template: NonNullable<BatchPlan['saveBody']>['name'];
  readonly #taken: ReadonlySet<string>;
  readonly #seen = new Digests();

  /** @param others input files and other outputs */
  constructor({ folder, name }: NonNullable<BatchPlan['saveBody']>, others: readonly string[]) {
    this.#template = name;
    const home = identityOf(folder);
    const beside = others.map(finalPathOf).filter((path) => identityOf(dirname(path)) === home);
    this.#taken = new Set(beside.map((path) => basename(path)));
  }

  /** @throws InputError that names the row and the file */
  check(row: InputRow): void {
    const name = this.#nameOf(row);
    if (name === null) return;
    if (this.#taken.has(name))
      throw new InputError(
        `row ${row.number} would be saved as ${quoted(name)}, which the batch itself reads or writes: give --save-body another folder or name`,
        'file-name',
        { row: row.number },
      );
    if (!this.#seen.add(name))
      throw new InputError(
        `row ${row.number} would be saved as ${quoted(name)}, like an earlier row: give each row a file name of its own, for instance with {{n}}`,
        'file-name',
        { row: row.number },
      );
  }

  /** Null if it is known only when the row is sent, since it contains random values or the time. */
  #nameOf({ number, cells }: InputRow): string | null {
    let text = '';
    for (const part of this.#template) {
      if (typeof part === 'string') text += part;
      else if (part.source.type === 'column') text += cells[part.source.column] ?? '';
      else if (part.source.type === 'number') text += String(number);
      else return null;
    }
    const name = fileNameOf(text);
    // A row without a name gets no file.
    return name === '' ? null : name;
  }
}

/** A set of texts by 64 bits of their hash, in 16 to 32 bytes each: there may be ten million. */
class Digests {
  #slots = new BigUint64Array(FIRST_SLOTS);
  #count = 0;

  /** False if the text was already in the set. */
  add(text: string): boolean {
    if (this.#count >= this.#slots.length * FULLEST) this.#grow();
    // Zero marks an empty slot.
    const digest = createHash('sha256').update(text).digest().readBigUInt64LE(0) || 1n;
    if (!place(this.#slots, digest)) return false;
    this.#count++;
    return true;
  }

  #grow(): void {
    const slots = new BigUint64Array(this.#slots.length * 2);
    for (const digest of this.#slots) if (digest !== 0n) place(slots, digest);
    this.#slots = slots;
  }
}

function place(slots: BigUint64Array, digest: bigint): boolean {
  let at = Number(digest % BigInt(slots.length));
  while (slots[at] !== 0n) {
    if (slots[at] === digest) return false;
    at = (at + 1) % slots.length;
  }
  slots[at] = digest;
  return true;
}
