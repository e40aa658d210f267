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
/** What systems say where a folder has the name. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EISDIR', 'ENOTEMPTY', 'EEXIST']);

/** What was taken out of an answer. */
interface Selected {
  /** JSON text for each selection, as the answer has it; null where it has nothing there. */
  readonly values: readonly (string | null)[];
  /** Why nothing could be taken; an empty text where the body is JSON. */
  readonly error: string;
}

/** Takes values out of JSON bodies. */
export class Selector {
  readonly #queries: readonly JsonQuery[];
  /** What a row gets whose answer has none of them. */
  readonly nothing: readonly null[];

  constructor(select: readonly Selection[]) {
    this.#queries = select.map(({ path }) => parseJsonPath(path));
    this.nothing = select.map(() => null);
  }

  /** @param hide takes secrets out of why nothing could be taken */
  valuesIn(answer: AnsweredBody, hide: Hide): Selected {
    if (this.#queries.length === 0) return { values: this.nothing, error: '' };
    try {
      const read = jsonIn(textOfBody(answer), hide);
      if (read.problem !== null) return this.#none(read.problem);
      return { values: this.#queries.map((query) => textAt(query, read.value)), error: '' };
    } catch (error) {
      if (error instanceof Unreadable) return this.#none(hide(error.message));
      throw error;
    }
  }

  #none(problem: string): Selected {
    return { values: this.nothing, error: `select: ${problem}` };
  }
}

/** What may lead to several places gives a list, of one or more. */
function textAt(query: JsonQuery, root: unknown): string | null {
  const found = query.find(root);
  const value = query.isSingular || found.length === 0 ? found[0] : found;
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/**
 * Writes a body to the file that its row names, down to the disk: an answer that is journalled has its file.
 * It is written beside its name and appears whole; a link of that name is replaced, and never written through.
 * Returns why there can be no such file; an empty text where it is there.
 *
 * @throws Error where the file cannot be written
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
    // After the new name, so that this is on the disk too.
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
