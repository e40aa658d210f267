import { requestHead, saysClose } from '../../../../requests/request-head.ts';
import type { RequestTemplate } from '../../dispatcher.ts';

/** A request as it goes over the wire. */
export interface RequestBytes {
  /** Head and body in one piece, so that one write sends them. */
  readonly bytes: Buffer;
  readonly isHead: boolean;
  /** The request asks for the end of the connection after its answer. */
  readonly asksToClose: boolean;
}

/** What this client does not do. */
export class NotOnTheWire extends Error {
  readonly code = 'WIRE_UNSUPPORTED';

  constructor(what: string) {
    super(`--client wire does not do ${what}: use --client undici`);
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const PATH = /^[\x21-\xff]+$/;
// The length comes from the body, and the connection is the client's.
const CLIENT_FIELDS = new Set(['transfer-encoding', 'keep-alive', 'upgrade', 'expect', 'content-length']);

const NO_BODY = new Uint8Array();

const known = new WeakMap<RequestTemplate, RequestBytes>();

/**
 * The bytes of a request (RFC 9112, 3), the same as undici writes; encoded once for each object.
 *
 * @throws NotOnTheWire for what only undici can do; Error for what no client can send
 */
export function requestBytes(options: RequestTemplate, host: string): RequestBytes {
  let request = known.get(options);
  if (request === undefined) {
    request = encode(options, host);
    known.set(options, request);
  }
  return request;
}

function encode(options: RequestTemplate, host: string): RequestBytes {
  const { method, path } = options;
  if (method === 'CONNECT') throw new NotOnTheWire('tunnels');
  if (!TOKEN.test(method)) throw new Error(`the method '${method}' is no token`);
  if (!PATH.test(path)) throw new Error(`the path '${path}' has a character that cannot be sent`);
  const body = options.body ?? NO_BODY;
  const fields = pairsOf(options.headers);
  let asksToClose = options.reset;
  for (const [name, value] of fields) {
    const lowerCase = name.toLowerCase();
    if (!TOKEN.test(name) || !FIELD_VALUE.test(value) || CLIENT_FIELDS.has(lowerCase)) {
      throw new Error(`the header '${name}' cannot be sent`);
    }
    if (lowerCase === 'connection') asksToClose ||= saysClose(value);
  }
  const head = requestHead({ method, path, host, fields, bodyLength: body.length }, asksToClose);
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  return { bytes, isHead: method === 'HEAD', asksToClose };
}

function pairsOf(headers: readonly string[]): [name: string, value: string][] {
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : []));
}
