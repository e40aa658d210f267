import { requestHead, saysClose } from '../../../../requests/request-head.ts';
import type { RequestTemplate } from '../../dispatcher.ts';
import { checkField, checkRequestLine } from '../request-rules.ts';

/** A request in wire format. */
export interface RequestBytes {
  /** Head and body in one piece, to be sent with one write. */
  readonly bytes: Buffer;
  readonly isHead: boolean;
  /** The request asks the server to close the connection after its answer. */
  readonly asksToClose: boolean;
}

const NO_BODY = new Uint8Array();

const known = new WeakMap<RequestTemplate, RequestBytes>();

/**
 * The bytes of a request (RFC 9112, 3), the same as undici writes. Encoded once per object, except for requests that
 * come with their head.
 *
 * @throws NotOnTheWire for requests that only undici supports; Error for those that no client can send
 */
export function requestBytes(options: RequestTemplate, host: string): RequestBytes {
  if (options.head !== undefined) return withHead(options, options.head);
  let request = known.get(options);
  if (request === undefined) {
    request = encode(options, host);
    known.set(options, request);
  }
  return request;
}

function encode(options: RequestTemplate, host: string): RequestBytes {
  const { method, path } = options;
  checkRequestLine(method, path);
  const body = options.body ?? NO_BODY;
  const fields = pairsOf(options.headers);
  let asksToClose = options.reset;
  for (const [name, value] of fields) {
    const lowerCase = name.toLowerCase();
    checkField(name, lowerCase, value);
    if (lowerCase === 'connection') asksToClose ||= saysClose(value);
  }
  const head = requestHead({ method, path, host, fields, bodyLength: body.length }, asksToClose);
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  return { bytes, isHead: method === 'HEAD', asksToClose };
}

function withHead({ method, body, reset, keptHead }: RequestTemplate, head: string): RequestBytes {
  const text = keptHead?.bytes ?? Buffer.from(head, 'latin1');
  if (keptHead !== undefined) keptHead.bytes = text;
  return {
    bytes: body === null ? text : Buffer.concat([text, body]),
    isHead: method === 'HEAD',
    asksToClose: reset,
  };
}

function pairsOf(headers: readonly string[]): [name: string, value: string][] {
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : []));
}
