import { saysLength } from '../../../../requests/request-head.ts';
import { isSecretHeader } from '../../../../requests/secret-names.ts';
import type { RequestTemplate } from '../../dispatcher.ts';
import { checkField, checkRequestLine } from '../request-rules.ts';
import { FORBIDDEN_FIELDS } from './field-syntax.ts';
import { DEFAULT_FRAME_BYTES, FLAG, FRAME, HEAD_BYTES, writeFrameHead } from './frames.ts';
import { encodedField, NO_TABLE } from './hpack/block-encoder.ts';

/** Overhead counted per field in addition to name and value (RFC 9113, 6.5.2). */
const FIELD_OVERHEAD_BYTES = 32;
/** Offsets of flags and stream number in a frame's header. */
const FLAGS_AT = 4;
const STREAM_ID_AT = 5;
/** How many names to keep the last value of: requests have few. */
const MOST_KNOWN = 256;

/** A request as frames, without the stream number. */
export interface RequestFrames {
  /** HEADERS and its CONTINUATIONs. */
  readonly head: Buffer;
  /** Offsets at which to write the stream number. */
  readonly idPlaces: readonly number[];
  readonly body: Buffer | null;
  readonly isHead: boolean;
  /** Size of its fields as counted in RFC 9113. */
  readonly fieldBytes: number;
}

/** A field as last encoded. */
interface KnownField {
  readonly value: string;
  readonly bytes: Buffer;
}

/** Encodes requests to one origin: each once, and of varying ones only what varies. */
export class RequestEncoder {
  readonly #scheme: string;
  readonly #host: string;
  readonly #known = new WeakMap<RequestTemplate, RequestFrames>();
  readonly #fields = new Map<string, KnownField>();
  #last: RequestTemplate | null = null;
  #lastFrames: RequestFrames | null = null;

  constructor(scheme: string, host: string) {
    this.#scheme = scheme;
    this.#host = host;
  }

  /** @throws NotOnTheWire for requests that only undici supports; Error for those that no client can send */
  framesOf(template: RequestTemplate): RequestFrames {
    if (template === this.#last && this.#lastFrames !== null) return this.#lastFrames;
    let frames = this.#known.get(template);
    if (frames === undefined) {
      frames = this.#encode(template);
      this.#known.set(template, frames);
    }
    this.#last = template;
    this.#lastFrames = frames;
    return frames;
  }

  #encode({ method, path, headers, body }: RequestTemplate): RequestFrames {
    checkRequestLine(method, path);
    let host = this.#host;
    const others: Buffer[] = [];
    let fieldBytes = 0;
    const add = (list: Buffer[], name: string, value: string, isOwn: boolean): void => {
      fieldBytes += name.length + value.length + FIELD_OVERHEAD_BYTES;
      list.push(this.#fieldBytes(name, value, isOwn));
    };
    for (let at = 0; at < headers.length; at += 2) {
      const value = headers[at + 1] ?? '';
      const name = (headers[at] ?? '').toLowerCase();
      if (name === 'host') {
        checkField(name, name, value);
        host = value;
      } else add(others, name, value, false);
    }
    const length = body?.length ?? 0;
    if (saysLength(method, length)) add(others, 'content-length', String(length), true);
    const pseudo: Buffer[] = [];
    add(pseudo, ':method', method, true);
    add(pseudo, ':scheme', this.#scheme, true);
    add(pseudo, ':authority', host, true);
    add(pseudo, ':path', path, true);
    const hasBody = body !== null && length > 0;
    const block = Buffer.concat([...pseudo, ...others]);
    return { ...framed(block, !hasBody), body: hasBody ? body : null, isHead: method === 'HEAD', fieldBytes };
  }

  /** @param isOwn set by the client, not by the request */
  #fieldBytes(name: string, value: string, isOwn: boolean): Buffer {
    const known = this.#fields.get(name);
    if (known !== undefined && known.value === value) return known.bytes;
    if (!isOwn) {
      checkField(name, name, value);
      if (FORBIDDEN_FIELDS.has(name)) throw new Error(`the header '${name}' cannot be sent over HTTP/2`);
    }
    const bytes = encodedField(name, value, isSecretHeader(name));
    if (known !== undefined || this.#fields.size < MOST_KNOWN) this.#fields.set(name, { value, bytes });
    return bytes;
  }
}

/**
 * The head of a connection's first request: it also says that there is no dynamic table. A target that lowers the table's
 * limit waits for that, and takes a head without it for invalid (RFC 9113, 4.3.1).
 */
export function firstHead({ head, idPlaces }: RequestFrames): Pick<RequestFrames, 'head' | 'idPlaces'> {
  const pieces = idPlaces.map((place, index) => {
    const next = idPlaces[index + 1];
    return head.subarray(
      place - STREAM_ID_AT + HEAD_BYTES,
      next === undefined ? undefined : next - STREAM_ID_AT,
    );
  });
  const isLast = ((head[FLAGS_AT] as number) & FLAG.endStream) !== 0;
  return framed(Buffer.concat([NO_TABLE, ...pieces]), isLast);
}

/** Splits a block into as many frames as needed. */
function framed(block: Buffer, isLast: boolean): Pick<RequestFrames, 'head' | 'idPlaces'> {
  const count = Math.max(1, Math.ceil(block.length / DEFAULT_FRAME_BYTES));
  const head = Buffer.allocUnsafe(block.length + count * HEAD_BYTES);
  const idPlaces: number[] = [];
  let at = 0;
  for (let place = 0; place < count; place++) {
    const from = place * DEFAULT_FRAME_BYTES;
    const to = Math.min(block.length, from + DEFAULT_FRAME_BYTES);
    const flags = (place === 0 && isLast ? FLAG.endStream : 0) | (place === count - 1 ? FLAG.endHeaders : 0);
    writeFrameHead(head, at, to - from, place === 0 ? FRAME.headers : FRAME.continuation, flags, 0);
    idPlaces.push(at + STREAM_ID_AT);
    block.copy(head, at + HEAD_BYTES, from, to);
    at += HEAD_BYTES + to - from;
  }
  return { head, idPlaces };
}
