import { randomBytes } from 'node:crypto';

/** Why an entry is no request that could be sent; nothing of what was recorded is in it. */
export class Unusable extends Error {}

/** What a recording says of a request's body. */
export interface PostData {
  readonly mimeType?: string | null | undefined;
  readonly text?: string | null | undefined;
  /** `base64` where some tools keep bytes so. */
  readonly encoding?: string | null | undefined;
  readonly params?: readonly Param[] | null | undefined;
}

interface Param {
  readonly name: string;
  readonly value?: string | null | undefined;
  readonly fileName?: string | null | undefined;
  readonly contentType?: string | null | undefined;
}

export interface RecordedBody {
  readonly content: string | Uint8Array;
  /** Of the body, where no header says it. */
  readonly contentType: string;
}

const FORM_CONTENT_TYPE = 'application/x-www-form-urlencoded';
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/**
 * The body that was recorded; null without one. Its text comes before the fields that it was made of.
 *
 * @param contentType the header's; null without one
 * @throws Unusable where not all of the body was kept
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
    throw new Unusable('its body was kept as fields, which its content type has none of');
  const pairs = params.map(({ name, value }): [string, string] => [name, value ?? '']);
  return { content: new URLSearchParams(pairs).toString(), contentType: type ?? FORM_CONTENT_TYPE };
}

function decoded(text: string, encoding: string | null): string | Uint8Array {
  if (encoding === null || encoding === '') return text;
  if (encoding.toLowerCase() !== 'base64') throw new Unusable('its body is kept in an unknown encoding');
  if (!BASE64.test(text)) throw new Unusable('its body is not base64, although it says so');
  return Buffer.from(text, 'base64');
}

/** Writes a form in parts again (RFC 7578). */
function parts(params: readonly Param[], type: string, isHeader: boolean): RecordedBody {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type) ?? [];
  const known = quoted ?? plain;
  if (known === undefined && isHeader)
    throw new Unusable(
      'its body is a form in parts, and its header says nothing of what stands between them',
    );
  const boundary = known ?? `volley-${randomBytes(12).toString('hex')}`;
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

/** As browsers write a name between quotes. */
function escaped(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
