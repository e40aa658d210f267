import { randomHex } from '../../../machine/crypto.ts';
/** Why an entry cannot be sent; contains nothing that was recorded. */
export class Unusable extends Error {}

/** The body of a request in a recording. */
interface PostData {
  readonly mimeType?: string | null | undefined;
  readonly text?: string | null | undefined;
  /** `base64` if a tool saved bytes in that form. */
  readonly encoding?: string | null | undefined;
  readonly params?: readonly Param[] | null | undefined;
}

interface Param {
  readonly name: string;
  readonly value?: string | null | undefined;
  readonly fileName?: string | null | undefined;
  readonly contentType?: string | null | undefined;
}

interface RecordedBody {
  readonly content: string | Uint8Array;
  /** Type of the body, used if no header gives one. */
  readonly contentType: string;
}

const FORM_CONTENT_TYPE = 'application/x-www-form-urlencoded';
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/**
 * The recorded body; null without one. Its text takes precedence over its fields.
 *
 * @param contentType the type in the header; null without one
 * @throws Unusable if the body was not completely recorded
 */
export function recordedBody(postData: PostData | null, contentType: string | null): RecordedBody | null {
  if (postData === null) return null;
  const { mimeType, text, params } = postData;
  const type = contentType ?? (mimeType || null);
  if (text != null && text !== '')
    return { content: decoded(text, postData.encoding ?? null), contentType: type ?? FORM_CONTENT_TYPE };
  if (params == null || params.length === 0) return null;
  if (type !== null && /^multipart\//i.test(type)) return parts(params, type, contentType !== null);
  if (type !== null && !type.toLowerCase().startsWith(FORM_CONTENT_TYPE))
    throw new Unusable('its body was recorded as fields, which its content type does not have');
  const pairs = params.map(({ name, value }): [string, string] => [name, value ?? '']);
  return { content: new URLSearchParams(pairs).toString(), contentType: type ?? FORM_CONTENT_TYPE };
}

function decoded(text: string, encoding: string | null): string | Uint8Array {
  if (encoding === null || encoding === '') return text;
  if (encoding.toLowerCase() !== 'base64') throw new Unusable('its body was recorded in an unknown encoding');
  if (!BASE64.test(text)) throw new Unusable('its body is not base64, although it says so');
  return Buffer.from(text, 'base64');
}

/** Writes the fields of a multipart form again (RFC 7578). */
function parts(params: readonly Param[], type: string, isHeader: boolean): RecordedBody {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  const known = quoted ?? plain;
  if (known === undefined && isHeader)
    throw new Unusable('its body is a form in parts, and its content type names no boundary');
  const boundary = known ?? `volley-${randomHex(12)}`;
  const written = params.map((param) => `--${boundary}\r\n${part(param)}\r\n`).join('');
  return {
    content: `${written}--${boundary}--\r\n`,
    contentType: known === undefined ? `${type.replace(/[\s;]+$/, '')}; boundary=${boundary}` : type,
  };
}

function part({ name, value, fileName, contentType }: Param): string {
  const isFile = fileName != null;
  if (isFile && fileName !== '' && (value == null || value === ''))
    throw new Unusable('its body is a form with a file, whose content was not recorded');
  const file = isFile ? `; filename="${escaped(fileName)}"` : '';
  const kind = contentType ? `Content-Type: ${contentType.replace(/[\r\n]+/g, ' ')}\r\n` : '';
  return `Content-Disposition: form-data; name="${escaped(name)}"${file}\r\n${kind}\r\n${value ?? ''}`;
}

/** Escapes a name in quotes as browsers do. */
function escaped(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
