import { open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNameOf, unfinishedName } from '../../machine/file-names.ts';
import { syncFolder } from '../../machine/sync-folder.ts';
import type { BodyPlace, Selection } from '../../protocol/batch.ts';
import { codeOf } from '../../protocol/errors.ts';
import { type AnsweredBody, textOfBody, Unreadable } from '../../requests/body-text.ts';
import { jsonIn } from '../../requests/expectation.ts';
import { parseJsonPath } from '../../requests/json-path.ts';
import type { JsonQuery } from '../../requests/json-query.ts';
import { type Filling, renderText } from '../../requests/render.ts';
import type { Hide } from '../../requests/secrets.ts';

const LONGEST_NAME_BYTES = 255;
/** Error codes if the name is that of a folder. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST']);

/** Values extracted from an answer. */
interface Selected {
  /** Per selection, the JSON text as in the answer; null if there is no such value. */
  readonly values: readonly (string | null)[];
  /** Why nothing could be extracted; empty if the body is JSON. */
  readonly error: string;
}

/** Extracts values from JSON bodies. */
export class Selector {
  readonly #queries: readonly JsonQuery[];
  /** The values of a row whose answer has none of them. */
  readonly nothing: readonly null[];

  constructor(select: readonly Selection[]) {
    this.#queries = select.map(({ path }) => parseJsonPath(path));
    this.nothing = select.map(() => null);
  }

  /** @param hide removes secrets from error texts */
  valuesIn(answer: AnsweredBody, hide: Hide): Selected {
    if (this.#queries.length === 0) return { values: this.nothing, error: '' };
    try {
      return this.valuesInText(textOfBody(answer), hide);
    } catch (error) {
      if (error instanceof Unreadable) return this.#none(hide(error.message));
      throw error;
    }
  }

  /** The same of a text that is JSON. */
  valuesInText(text: string, hide: Hide): Selected {
    if (this.#queries.length === 0) return { values: this.nothing, error: '' };
    const read = jsonIn(text, hide);
    if (read.problem !== null) return this.#none(read.problem);
    return { values: this.#queries.map((query) => textAt(query, read.value)), error: '' };
  }

  #none(problem: string): Selected {
    return { values: this.nothing, error: `select: ${problem}` };
  }
}

/** A path that may match several places gives a list, even for one match. */
function textAt(query: JsonQuery, root: unknown): string | null {
  const found = query.find(root);
  const value = query.isSingular || found.length === 0 ? found[0] : found;
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/**
 * Writes a body to its row's file and syncs it to disk: an answer in the journal always has its file.
 * The file is written under another name and renamed; an existing link is replaced, never written through.
 * Returns why there can be no such file; empty if it was written.
 *
 * @throws Error if the file cannot be written
 */
export async function saveBody(
  { folder, name, unfinishedPrefix }: BodyPlace,
  filling: Filling,
  body: Uint8Array,
): Promise<string> {
  const fileName = fileNameOf(renderText(name, filling));
  if (fileName === '') return 'save: the file would have no name';
  if (Buffer.byteLength(fileName) > LONGEST_NAME_BYTES)
    return `save: the file name is longer than ${LONGEST_NAME_BYTES} bytes`;
  const path = join(folder, fileName);
  const partialPath = join(folder, unfinishedName(unfinishedPrefix));
  const file = await open(partialPath, 'wx');
  try {
    await file.writeFile(body);
    await rename(partialPath, path);
    // After the rename, so that the new name is on disk too.
    await file.sync();
    await syncFolder(path);
    return '';
  } catch (error) {
    await unlink(partialPath).catch(() => {});
    if (!IN_THE_WAY.has(codeOf(error))) throw error;
    return `save: a folder is called ${fileName}`;
  } finally {
    await file.close();
  }
}
