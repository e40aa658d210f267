import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Selection } from '../../protocol/batch.ts';
import type { Template } from '../../protocol/request.ts';
import { joined } from '../../requests/bytes.ts';
import { parseJsonPath, valueAt } from '../../requests/json-path.ts';
import { type Filling, renderText } from '../../requests/render.ts';

const DECODER = new TextDecoder();
/** What some file system gives a meaning, blanks at the ends, and what leads out of a folder. */
const UNSAFE = /[\p{Cc}<>:"/\\|?*%]|^[.\s]|[.\s]$/gu;
const LONGEST_NAME_BYTES = 255;

/** Takes values out of JSON bodies. */
export class Selector {
  readonly #paths: readonly NonNullable<ReturnType<typeof parseJsonPath>>[];
  /** What a row gets whose answer has none of them. */
  readonly nothing: readonly null[];

  constructor(select: readonly Selection[]) {
    this.#paths = select.map(({ path }) => parseJsonPath(path) ?? []);
    this.nothing = select.map(() => null);
  }

  /** One value for each selection; null where the body is no JSON, or has nothing there. */
  valuesIn(body: readonly Uint8Array[]): readonly unknown[] {
    if (this.#paths.length === 0) return this.nothing;
    let value: unknown;
    try {
      value = JSON.parse(DECODER.decode(joined(body)));
    } catch {
      return this.nothing;
    }
    return this.#paths.map((steps) => valueAt(value, steps) ?? null);
  }
}

/**
 * Writes a body to the file that its row names, down to the disk: an answer that is journalled has its file.
 * Returns why there can be no such file; an empty text where it is there.
 *
 * @throws Error where the file cannot be written
 */
export async function saveBody(
  { folder, name }: { readonly folder: string; readonly name: Template },
  filling: Filling,
  body: readonly Uint8Array[],
): Promise<string> {
  const fileName = fileNameOf(renderText(name, filling));
  if (fileName === '') return 'save: the file would have no name';
  if (Buffer.byteLength(fileName) > LONGEST_NAME_BYTES)
    return `save: the file name is longer than ${LONGEST_NAME_BYTES} bytes`;
  await writeFile(join(folder, fileName), joined(body), { flush: true });
  return '';
}

/** A name that stays within its folder on every system: what has a meaning in a path is percent-encoded. */
export function fileNameOf(text: string): string {
  return text.toWellFormed().replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return `%${code.padStart(2, '0')}`;
  });
}
