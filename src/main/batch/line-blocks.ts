import { isUtf8 } from 'node:buffer';
import type { WrongRow } from '../../protocol/batch.ts';
import { adviceOnEncoding } from '../files/other-encoding.ts';

const LINE_END = 0x0a;
/** Limit on a row, which is kept in memory as a whole. */
const LONGEST_LINE_BYTES = 64 * 2 ** 20;

/** A problem with the input; the message names the line. */
export class InputError extends Error {
  /** Null if the problem is not about a row. */
  readonly wrong: WrongRow | null;
  readonly line: number | null;
  /** The number of the row, if it could be read. */
  readonly row: number | null;

  constructor(message: string, wrong: WrongRow | null = null, place: InputPlace = {}) {
    super(message);
    this.wrong = wrong;
    this.line = place.line ?? null;
    this.row = place.row ?? null;
  }
}

interface InputPlace {
  readonly line?: number | null;
  readonly row?: number | null;
}

/**
 * Splits a stream into blocks of whole lines, each checked to be UTF-8.
 *
 * @throws InputError that names the line
 */
export async function* lineBlocks(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let carried: Buffer[] = [];
  let carriedBytes = 0;
  let line = 1;
  for await (const chunk of stream) {
    const end = chunk.lastIndexOf(LINE_END) + 1;
    if (end === 0) {
      carried.push(chunk);
      carriedBytes += chunk.length;
      if (carriedBytes > LONGEST_LINE_BYTES)
        throw new InputError(
          `line ${line} is longer than ${LONGEST_LINE_BYTES.toLocaleString('en')} bytes`,
          'line-too-long',
          { line },
        );
      continue;
    }
    const block =
      carried.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...carried, chunk.subarray(0, end)]);
    carried = end === chunk.length ? [] : [chunk.subarray(end)];
    carriedBytes = chunk.length - end;
    line = checked(block, line);
    yield block;
  }
  if (carriedBytes > 0) {
    const rest = Buffer.concat(carried);
    checked(rest, line);
    yield rest;
  }
}

/** The number of the line after the block. */
function checked(block: Buffer, firstLine: number): number {
  let line = firstLine;
  if (isUtf8(block)) {
    for (let at = block.indexOf(LINE_END); at >= 0; at = block.indexOf(LINE_END, at + 1)) line++;
    return line;
  }
  for (let from = 0; from < block.length; line++) {
    const end = block.indexOf(LINE_END, from);
    const to = end < 0 ? block.length : end + 1;
    if (!isUtf8(block.subarray(from, to))) break;
    from = to;
  }
  const advice = adviceOnEncoding(firstLine === 1 ? block : Buffer.alloc(0));
  throw new InputError(`line ${line} is not UTF-8: ${advice}`, 'not-utf-8', { line });
}
