import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { codeOf, messageOf } from '../../../protocol/errors.ts';
import { type Problems, quoted } from '../problems.ts';
import { LARGEST_BODY_BYTES } from './body-limit.ts';

/** What a file is taken for where `;type=` says nothing, by its ending. */
const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
};
const ANY_TYPE = 'application/octet-stream';
const ATTRIBUTE = /;\s*(type|filename)=("(?:[^"\\]|\\.)*"|[^;]*)\s*$/;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/s;
const HEADER_TEXT = /^[^\r\n]*$/;

interface Part {
  readonly name: string;
  readonly content: Uint8Array;
  readonly type: string | null;
  readonly filename: string | null;
}

export interface Multipart {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/**
 * Encodes form parts given as curl's `-F` takes them: `name=text`, `name=@file`, `name=<file`, each with
 * `;type=…` and `;filename=…`. The encoding is that of RFC 7578. Null where a problem has been noted.
 */
export function encodeMultipart(fields: readonly string[], problems: Problems): Multipart | null {
  const parts = fields.map((field) => parsePart(field, problems));
  const read = parts.filter((part) => part !== null);
  if (read.length < parts.length) return null;
  const boundary = `volley-${randomBytes(16).toString('hex')}`;
  const pieces = read.flatMap(({ name, content, type, filename }) => [
    Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="${inQuotes(name)}"` +
        `${filename === null ? '' : `; filename="${inQuotes(filename)}"`}\r\n` +
        `${type === null ? '' : `content-type: ${type}\r\n`}\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ]);
  return {
    bytes: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}

function parsePart(field: string, problems: Problems): Part | null {
  const equals = field.indexOf('=');
  if (equals < 1) {
    problems.add(`--form ${quoted(field)}: give it as name=text, name=@file or name=<file.`);
    return null;
  }
  const name = field.slice(0, equals);
  const { value, attributes } = withoutAttributes(field.slice(equals + 1));
  const type = attributes.get('type') ?? null;
  const filename = attributes.get('filename') ?? null;
  if (![name, type ?? '', filename ?? ''].every((text) => HEADER_TEXT.test(text))) {
    problems.add(`--form ${quoted(name)}: name, type and filename are one line each.`);
    return null;
  }
  if (!value.startsWith('@') && !value.startsWith('<')) {
    return { name, content: new TextEncoder().encode(value), type, filename };
  }
  const path = value.slice(1);
  const content = readPart(name, path, problems);
  if (content === null) return null;
  if (value.startsWith('<')) return { name, content, type, filename };
  return {
    name,
    content,
    type: type ?? TYPES[extname(path).toLowerCase()] ?? ANY_TYPE,
    filename: filename ?? basename(path),
  };
}

function withoutAttributes(text: string): { value: string; attributes: Map<string, string> } {
  const attributes = new Map<string, string>();
  let value = text;
  for (let match = ATTRIBUTE.exec(value); match !== null; match = ATTRIBUTE.exec(value)) {
    const [, key = '', given = ''] = match;
    attributes.set(key, unquoted(given));
    value = value.slice(0, match.index);
  }
  const [, sign = '', content = ''] = /^([@<]?)(.*)$/s.exec(value) ?? [];
  return { value: sign + unquoted(content), attributes };
}

/** In quotation marks a backslash takes the next character as it is. */
function unquoted(text: string): string {
  return QUOTED.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text;
}

function readPart(name: string, path: string, problems: Problems): Uint8Array | null {
  try {
    if (statSync(path).size <= LARGEST_BODY_BYTES) return readFileSync(path);
    problems.add(
      `--form ${quoted(`${name}=@${path}`)}: the file is too large: give at most ${LARGEST_BODY_BYTES.toLocaleString('en')} bytes.`,
    );
  } catch (error) {
    problems.add(
      `--form ${quoted(`${name}=@${path}`)}: the file cannot be read (${codeOf(error) || messageOf(error)}): check the path.`,
    );
  }
  return null;
}

/** As browsers write it (WHATWG HTML, multipart/form-data encoding algorithm). */
function inQuotes(text: string): string {
  return text.replaceAll('"', '%22');
}
