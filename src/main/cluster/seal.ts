import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Fast level: values are mostly numbers, and are sent once a second. */
const DEFLATE = { level: 1 };
/** Limit on an unpacked value. No holder of the key sends more; data from others is never unpacked. */
const MOST_BYTES = 1_000_000_000;

/** Cannot be opened: sealed with another key, or not for this purpose. */
class NotOpened extends Error {
  override readonly name = 'NotOpened';
}

/** Opened but unreadable: it was serialized by a newer Node. */
export class NotRead extends Error {
  override readonly name = 'NotRead';
}

/** Encrypts and authenticates values, so that nothing without the key, the broker included, can read or forge them. */
export class Sealer {
  readonly #key: Buffer;

  /** @param secret the cluster key; if empty, anyone who knows volley can read the values */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'volley cluster', KEY_BYTES));
  }

  /** @param purpose what the value is; it can only be opened as that */
  seal(purpose: string, value: unknown): Uint8Array {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(Buffer.from(purpose));
    const packed = deflateRawSync(serialize(value), DEFLATE);
    return Buffer.concat([iv, cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
  }

  /**
   * @returns the value sealed for this purpose with this key; its type is trusted, since only key holders can seal
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
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw new NotOpened(purpose);
    }
  }
}
