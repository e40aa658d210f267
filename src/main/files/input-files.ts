import { AsyncLocalStorage } from 'node:async_hooks';
import { fstatSync, readFileSync, statSync } from 'node:fs';
import { nodeCrypto } from '../../machine/crypto.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { finalPathOf, identityOf } from './file-identity.ts';
import { unfinishedPathOf } from './output-lock.ts';
import { readStdin, STDIN } from './stdin.ts';

const STDOUT_FD = 1;

/** What is read for options. */
interface Inputs {
  /** SHA-256 of the content by name, or null if the content does not matter. */
  readonly digests: Map<string, string | null>;
  /** What can be read only once, such as `<(command)`; the same options may be read several times. */
  readonly pipes: Map<string, Buffer>;
  /** The names of environment variables. */
  readonly variables: Set<string>;
}

/** Files are read deep within the checks of options, but it is the command that asks for the list. */
const READ = new AsyncLocalStorage<Inputs>();

/**
 * Reads a file that an option names, `-` for stdin, and records it with its digest.
 *
 * @throws Error of the file system
 */
export function readInput(path: string | Buffer): Buffer {
  if (String(path) === STDIN) return readStdin();
  noteInput(String(path));
  const read = READ.getStore();
  const bytes = read?.pipes.get(String(path)) ?? readFileSync(path);
  if (read !== undefined) {
    const { createHash } = nodeCrypto();
    read.digests.set(String(path), createHash('sha256').update(bytes).digest('hex'));
    if (!statSync(path).isFile()) read.pipes.set(String(path), bytes);
  }
  return bytes;
}

/** Records a file that is read in another way, or whose content does not matter. */
export function noteInput(path: string): void {
  if (path !== STDIN) READ.getStore()?.digests.set(path, null);
}

/** Records an environment variable that a placeholder names. */
export function noteVariable(name: string): void {
  READ.getStore()?.variables.add(name);
}

/** The environment variables read so far, by name. */
export function variablesRead(): readonly string[] {
  return [...(READ.getStore()?.variables ?? [])];
}

/** Digests of the files read so far, by name. */
export function inputDigests(): Readonly<Record<string, string>> {
  const read = [...(READ.getStore()?.digests ?? [])].flatMap(([path, digest]) =>
    digest === null ? [] : [[path, digest] as const],
  );
  return Object.fromEntries(read);
}

/** An option and the file that it writes. */
export interface OutputFile {
  readonly option: string;
  readonly path: string;
  /** The file itself, if it lies beside the one that the option names. */
  readonly besides?: string;
}

/** The result file, and the temporary file that it is written to until it is complete. */
export function resultFileOf(path: string | undefined, option = '--out'): OutputFile[] {
  if (path === undefined) return [];
  const output = { option, path };
  return path === '' ? [output] : [output, { ...output, besides: unfinishedPathOf(finalPathOf(path)) }];
}

/**
 * Reads what options name, and refuses outputs that are also read, or that are the same file as another output.
 * Files are compared by identity, not by name, so links and other spellings are recognized.
 *
 * @throws VolleyError VOLLEY_USAGE, with the problems from `read` and those of the outputs
 */
export async function withoutOverwriting<T>(
  outputs: readonly OutputFile[],
  read: () => Promise<T>,
): Promise<T> {
  const inputs: Inputs = { digests: new Map(), pipes: new Map(), variables: new Set() };
  const problems = (): string[] => clashes(outputs, [...inputs.digests.keys()]);
  let value: T;
  try {
    value = await READ.run(inputs, read);
  } catch (error) {
    if (!(error instanceof VolleyError) || error.code !== ERROR_CODES.usage) throw error;
    throw new VolleyError(error.code, [...error.problems, ...problems()]);
  }
  const found = problems();
  if (found.length > 0) throw new VolleyError(ERROR_CODES.usage, found);
  return value;
}

function clashes(outputs: readonly OutputFile[], inputs: readonly string[]): string[] {
  const identities = new Map(
    inputs.flatMap((path) => {
      const identity = identityOf(path);
      return identity === null ? [] : [[identity, path] as const];
    }),
  );
  const problems: string[] = [];
  const printed = printedIdentity();
  const read = printed === null ? undefined : identities.get(printed);
  if (read !== undefined)
    problems.push(`Standard output goes to '${read}', which is read: let it go to another file.`);
  const taken = new Map<string, OutputFile>();
  for (const output of outputs) {
    const { option, path, besides = path } = output;
    if (besides === '') continue;
    const identity = identityOf(besides);
    if (identity === null) continue;
    const named = besides === path ? `${option} '${path}'` : `${option} '${path}' with its file '${besides}'`;
    const input = identities.get(identity);
    if (input !== undefined)
      problems.push(`${named} is a file that is read: it would be overwritten: choose another one.`);
    const other = taken.get(identity);
    if (other !== undefined)
      problems.push(`${named} is the file of ${other.option} too: give each a file of its own.`);
    taken.set(identity, output);
  }
  return problems;
}

function printedIdentity(): string | null {
  try {
    const stats = fstatSync(STDOUT_FD, { bigint: true });
    return stats.isFile() ? `${stats.dev}:${stats.ino}` : null;
  } catch {
    return null;
  }
}
