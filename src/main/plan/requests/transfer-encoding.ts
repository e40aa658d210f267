interface Encoded {
  /** The value of the header. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BASE64_LINE = /.{76}(?=.)/g;
const HIGHEST_OF_7_BITS = 0x7f;

const ENCODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array | null>> = {
  binary: (bytes) => bytes,
  '8bit': (bytes) => bytes,
  '7bit': (bytes) => (bytes.every((byte) => byte <= HIGHEST_OF_7_BITS) ? bytes : null),
  base64: (bytes) => Buffer.from(Buffer.from(bytes).toString('base64').replace(BASE64_LINE, '$&\r\n')),
};

/** Encodes for `content-transfer-encoding` (RFC 2045, 6); null if the encoder is unknown or cannot encode the bytes. */
export function transferEncoded(bytes: Uint8Array, encoder: string): Encoded | null {
  const name = encoder.toLowerCase();
  const encoded = Object.hasOwn(ENCODERS, name) ? (ENCODERS[name]?.(bytes) ?? null) : null;
  return encoded === null ? null : { name, bytes: encoded };
}

/** The names of all encoders, for a sentence. */
export function encoderNames(): string {
  return Object.keys(ENCODERS).join(', ');
}
