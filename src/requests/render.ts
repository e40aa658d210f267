import type { Random } from '../metrics/random.ts';
import type { BodyTemplate, Placeholder, RowCells, Template } from '../protocol/request.ts';
import { MS_PER_SECOND } from '../protocol/units.ts';
import { cellOf } from './row-table.ts';

/** The values that placeholders are filled from. */
export interface Filling {
  /** Counts from 1. */
  readonly number: number;
  readonly rows: RowCells | null;
  readonly row: number;
  readonly random: Random;
  readonly dayMs: number;
}

const ENCODER = new TextEncoder();
const UUID_BYTES = 16;
const BYTE = 256;
/** Bytes with the version, 4, and the variant, 1 (RFC 9562, 5.4). */
const VERSION_AT = 6;
const VARIANT_AT = 8;

/** Fills in a template as text. */
export function renderText(template: Template, filling: Filling): string {
  let text = '';
  for (const part of template) text += typeof part === 'string' ? part : fill(part, filling);
  return text;
}

/** Fills in a body template as bytes. */
export function renderBytes(template: BodyTemplate, filling: Filling): Uint8Array {
  const pieces = template.map((part) =>
    part instanceof Uint8Array ? part : ENCODER.encode(fill(part, filling)),
  );
  return joined(pieces);
}

function fill({ source, encoding }: Placeholder, filling: Filling): string {
  switch (source.type) {
    case 'column':
      return encoded(filling.rows === null ? '' : cellOf(filling.rows, filling.row, source.column), encoding);
    case 'number':
      return String(filling.number);
    case 'uuid':
      return uuid(filling.random);
    case 'random':
      return String(source.from + Math.floor(filling.random() * (source.to - source.from + 1)));
    case 'now':
      if (source.unit === 'iso') return encoded(new Date(filling.dayMs).toISOString(), encoding);
      return String(source.unit === 'ms' ? filling.dayMs : Math.floor(filling.dayMs / MS_PER_SECOND));
  }
}

/** Encodes text for its context. */
export function encoded(text: string, encoding: Placeholder['encoding']): string {
  switch (encoding) {
    case 'raw':
      return text;
    case 'url':
      // A lone surrogate cannot be encoded and becomes the replacement character.
      return encodeURIComponent(text.toWellFormed());
    case 'json':
      return JSON.stringify(text).slice(1, -1);
    case 'form':
      return new URLSearchParams([['', text]]).toString().slice(1);
  }
}

/** A version 4 UUID, from random numbers between 0 and 1. */
export function uuid(random: Random): string {
  const bytes = Array.from({ length: UUID_BYTES }, () => Math.floor(random() * BYTE));
  bytes[VERSION_AT] = ((bytes[VERSION_AT] ?? 0) & 0x0f) | 0x40;
  bytes[VARIANT_AT] = ((bytes[VARIANT_AT] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Concatenates the pieces. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
