import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Fast: what is sent is mostly numbers, and is sent once a second. */
const DEFLATE = { level: 1 };
/** Nobody who has the key says more at once; others cannot make one unpack anything. */
const MOST_BYTES = 1_000_000_000;

/** Cannot be opened: another key, or nothing that was sealed for this purpose. */
class NotOpened extends Error {
  override readonly name = 'NotOpened';
}

/** Opened, and still not to be read: whoever sealed it speaks a newer Node's language. */
export class NotRead extends Error {
  override readonly name = 'NotRead';
}

/** Makes values unreadable, and unforgeable, for all who do not have the key: the broker among them. */
export class Sealer {
  readonly #key: Buffer;

  /** @param secret the cluster key; empty where there is none, and then everyone who knows volley can read */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'volley cluster', KEY_BYTES));
  }

  /** @param purpose what the value is; it can be opened as nothing else */
  seal(purpose: string, value: unknown): Uint8Array {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(Buffer.from(purpose));
    const packed = deflateRawSync(serialize(value), DEFLATE);
    return Buffer.concat([iv, cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
  }

  /**
   * @returns what was sealed for this purpose with this key; whoever has the key is believed as to its type
   * @throws NotOpened or NotRead
   */
  open<T>(purpose: string, bytes: Uint8Array): T {
    const packed = this.#decipher(purpose, bytes);
    try {
      return deserialize(inflateRawSync(packed, { maxOutputLength: MOST_BYTES })) as T;
    } catch {
      throw new NotRead(purpose);
    }
  }

  #decipher(purpose: string, bytes: Uint8Array): Buffer {
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw new NotOpened(purpose);
    }
  }
}
