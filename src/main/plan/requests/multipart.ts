import { basename } from 'node:path';
import { randomHex } from '../../../machine/crypto.ts';
import { readInput, whyUnread } from '../../files/input-files.ts';
import { STDIN } from '../../files/stdin.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the } from '../words.ts';
import { type FormPart, type PartContent, readFormPart } from './form-part.ts';
import { encoderNames, transferEncoded } from './transfer-encoding.ts';

/** Types of files by the end of their name, used without `;type=`; the list is curl's. */
const TYPES: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.htm': 'text/html',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.xml': 'application/xml',
};
const ANY_TYPE = 'application/octet-stream';
const PLAIN_TEXT = 'text/plain';
const FORM_DATA = 'multipart/form-data';
const ONE_LINE = /^[^\r\n]*$/;

interface Multipart {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** An encoded part: its header lines and content. */
interface Written {
  readonly lines: readonly string[];
  readonly content: Uint8Array;
}

/**
 * Encodes form parts in the syntax of curl's `-F`; the bytes are those that curl would send (RFC 7578), except for
 * the boundary, which is random. Null if a problem has been noted.
 *
 * @param given the content type in the headers, to which a boundary is added
 */
export function encodeMultipart(
  fields: readonly string[],
  given: string | null,
  problems: Problems,
): Multipart | null {
  const type = given || FORM_DATA;
  if (/;\s*boundary=/i.test(type)) {
    problems.add(
      phrase`${the('form')} with a content type that has a boundary: the form has one of its own: leave ';boundary=…' out.`,
    );
    return null;
  }
  // Parts are form data only within a form.
  const disposition = /^multipart\/form-data\s*(?:;|$)/i.test(type) ? 'form-data' : 'attachment';
  const parts = fields.map((field) => partOf(field, disposition, problems));
  const written = parts.filter((part) => part !== null);
  if (written.length < parts.length) return null;
  const { bytes, boundary } = inOne(written);
  return { bytes, contentType: `${type}; boundary=${boundary}` };
}

function inOne(parts: readonly Written[]): { bytes: Uint8Array; boundary: string } {
  const boundary = `------------------------${randomHex(8)}`;
  const pieces = parts.flatMap(({ lines, content }) => [
    Buffer.from(`--${boundary}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
  return { bytes: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]), boundary };
}

function partOf(field: string, disposition: string, problems: Problems): Written | null {
  const part = readFormPart(field);
  if ('advice' in part) {
    problems.add(phrase`${the('form')} ${given(part.what)}: ${part.advice}`);
    return null;
  }
  const { name, sign, contents } = part;
  const beginning = `${disposition}${name === '' ? '' : `; name="${inQuotes(name)}"`}`;
  const [only, ...more] = contents;
  if (only !== undefined && more.length === 0) return contentOf(only, part, beginning, problems);
  const files = contents.map((content) => contentOf(content, { name, sign }, 'attachment', problems));
  const written = files.filter((file) => file !== null);
  if (written.length < files.length) return null;
  const { bytes, boundary } = inOne(written);
  return {
    lines: [`Content-Disposition: ${beginning}`, `Content-Type: multipart/mixed; boundary=${boundary}`],
    content: bytes,
  };
}

function contentOf(
  content: PartContent,
  { name, sign }: Pick<FormPart, 'name' | 'sign'>,
  disposition: string,
  problems: Problems,
): Written | null {
  const { value, type, encoder } = content;
  const bytes =
    content.source === 'text'
      ? new TextEncoder().encode(value)
      : readPart(`${name}=${sign}`, value, problems);
  const own = headersIn(content.headers, name, problems);
  if (bytes === null || own === null) return null;
  if (!ONE_LINE.test(type ?? '')) {
    problems.add(phrase`${the('form')} ${given(name)}: a type is one line.`);
    return null;
  }
  const encoded = encoder === null ? null : transferEncoded(bytes, encoder);
  if (encoder !== null && encoded === null) {
    problems.add(
      phrase`${the('form')} ${given(name)}: encoder=${encoder} cannot be used for it: choose one of ${encoderNames()}.`,
    );
    return null;
  }
  const filename = content.filename ?? (sign === '@' ? basename(value) : null);
  const { contentType, others } = withoutType(own);
  const shownType = type ?? contentType ?? guessedType(value, filename, sign);
  const shownName = filename === null ? '' : `; filename="${inQuotes(filename)}"`;
  const shownDisposition = `${disposition}${shownName}`;
  const has = (header: string): boolean => own.some((line) => line.toLowerCase().startsWith(`${header}:`));
  return {
    lines: [
      // A nameless attachment says nothing.
      ...(has('content-disposition') || shownDisposition === 'attachment'
        ? []
        : [`Content-Disposition: ${shownDisposition}`]),
      ...(shownType === null ? [] : [`Content-Type: ${shownType}`]),
      ...(encoded === null || has('content-transfer-encoding')
        ? []
        : [`Content-Transfer-Encoding: ${encoded.name}`]),
      ...others,
    ],
    content: encoded?.bytes ?? bytes,
  };
}

/** A part's own content type, which has its place before the others; null without one. */
function withoutType(lines: readonly string[]): {
  readonly contentType: string | null;
  readonly others: readonly string[];
} {
  const isType = (line: string): boolean => /^content-type:/i.test(line);
  const line = lines.find(isType);
  return {
    contentType: line === undefined ? null : line.replace(/^[^:]*:[ \t]*/, ''),
    others: lines.filter((other) => !isType(other)),
  };
}

/** Guesses the type of a part; null for plain text without a file name, which needs no type. */
function guessedType(value: string, filename: string | null, sign: FormPart['sign']): string | null {
  const isFile = sign !== '' && value !== STDIN;
  const byPath = isFile ? typeByEnd(value) : null;
  const guess = typeByEnd(filename) ?? byPath ?? (isFile && filename !== null ? ANY_TYPE : null);
  return guess === PLAIN_TEXT && filename === null ? null : guess;
}

function typeByEnd(name: string | null): string | null {
  const lowerCase = name?.toLowerCase() ?? '';
  const end = Object.keys(TYPES).find((known) => lowerCase.endsWith(known));
  return end === undefined ? null : (TYPES[end] ?? null);
}

/** Header lines of a part, including those in files; null if a problem has been noted. */
function headersIn(headers: readonly string[], name: string, problems: Problems): string[] | null {
  const lines: string[] = [];
  for (const header of headers) {
    if (!header.startsWith('@')) {
      lines.push(header);
      continue;
    }
    const bytes = readPart(`${name}=…;headers=@`, header.slice(1), problems);
    if (bytes === null) return null;
    lines.push(...headersInFile(Buffer.from(bytes).toString('utf8')));
  }
  if (lines.every((line) => ONE_LINE.test(line))) return lines;
  problems.add(phrase`${the('form')} ${given(name)}: a header is one line.`);
  return null;
}

/** A line that begins with a blank goes on with the one before it; `#` begins a comment. */
function headersInFile(text: string): string[] {
  const lines = [''];
  for (const line of text.replaceAll('\r', '').split('\n')) {
    if (/^[ \t\v\f]/.test(line)) lines.push(`${lines.pop()}${line}`);
    else if (line !== '') lines.push(line.startsWith('#') ? '' : line);
  }
  return lines.map((line) => line.replace(/[ \t\v\f]+$/, '')).filter((line) => line !== '');
}

function readPart(option: string, path: string, problems: Problems): Uint8Array | null {
  const named = phrase`${the('form')} ${given(option + path)}`;
  try {
    return readInput(path);
  } catch (error) {
    problems.add(phrase`${named}: the file ${whyUnread(error)}`);
    return null;
  }
}

/** Escapes as browsers do (WHATWG HTML, multipart/form-data encoding algorithm). */
function inQuotes(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
