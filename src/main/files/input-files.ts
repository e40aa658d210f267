import { AsyncLocalStorage } from 'node:async_hooks';
import { fstatSync } from 'node:fs';
import { nodeCrypto } from '../../machine/crypto.ts';
import { ERROR_CODES, reasonOf, VolleyError } from '../../protocol/errors.ts';
import { awaitedBytes, mayHaveToWait } from './awaited-bytes.ts';
import { finalPathOf, identityOf } from './file-identity.ts';
import { unfinishedPathOf } from './output-lock.ts';
import { InputTooLarge, LARGEST_INPUT_BYTES, readUpTo } from './read-up-to.ts';
import { keepStdin, keptStdin, STDIN } from './stdin.ts';

const STDOUT_FD = 1;

/** What is read for options. */
interface Inputs {
  /** SHA-256 of the content by name, or null if the content does not matter. */
  readonly digests: Map<string, string | null>;
  /** What had to be awaited, or why that failed: it can be read only once, and the same options are read several times. */
  readonly awaited: Map<string, Buffer | Error>;
  /** The names of environment variables. */
  readonly variables: Set<string>;
}

/** Files are read deep within the checks of options, but it is the command that asks for the list. */
const READ = new AsyncLocalStorage<Inputs>();

/** Thrown through the checks of options to a caller that can wait, and then reads everything again. */
class AwaitedInput extends Error {
  readonly path: string | Buffer;
  readonly mostBytes: number;

  constructor(path: string | Buffer, mostBytes: number) {
    super(`${String(path)} has to be awaited`);
    this.path = path;
    this.mostBytes = mostBytes;
  }
}

/**
 * Reads a file that an option names, `-` for stdin, and records it with its digest. To be caught, if at all, with
 * `whyUnread`.
 *
 * @throws InputTooLarge, an error of the file system, or AwaitedInput within `rereading`
 */
export function readInput(path: string | Buffer, mostBytes: number = LARGEST_INPUT_BYTES): Buffer {
  const name = String(path);
  noteInput(name);
  const read = READ.getStore();
  const bytes = contentOf(path, mostBytes, read);
  if (name === STDIN || read === undefined) return bytes;
  const { createHash } = nodeCrypto();
  read.digests.set(name, createHash('sha256').update(bytes).digest('hex'));
  return bytes;
}

function contentOf(path: string | Buffer, mostBytes: number, read: Inputs | undefined): Buffer {
  const name = String(path);
  const known = (name === STDIN ? keptStdin() : null) ?? read?.awaited.get(name);
  if (known instanceof Error) throw known;
  if (known !== undefined) {
    if (known.length > mostBytes) throw new InputTooLarge(mostBytes, known.length);
    return known;
  }
  if (read !== undefined && mayHaveToWait(path)) throw new AwaitedInput(path, mostBytes);
  const bytes = readUpTo(path, mostBytes);
  if (name === STDIN) keepStdin(bytes);
  return bytes;
}

/** Why an input was not read, and what to do, to follow its name; what has to be awaited is thrown on. */
export function whyUnread(error: unknown, instead = ''): string {
  if (error instanceof AwaitedInput) throw error;
  if (!(error instanceof InputTooLarge)) return `cannot be read (${reasonOf(error)}): check the path.`;
  const { bytes, mostBytes } = error;
  const size = bytes === null ? `more than ${mostBytes.toLocaleString('en')}` : bytes.toLocaleString('en');
  return `has ${size} bytes: give at most ${mostBytes.toLocaleString('en')}${instead}.`;
}

/**
 * Calls `read`, which reads files by `readInput`. If one of them is a pipe, a device or stdin, it is awaited, and then
 * all is read again: `read` must have done nothing by then that may not be done twice.
 */
export async function rereading<T>(read: () => T | Promise<T>): Promise<T> {
  const inputs = READ.getStore() ?? newInputs();
  for (;;) {
    try {
      return await READ.run(inputs, read);
    } catch (error) {
      if (!(error instanceof AwaitedInput)) throw error;
      await keepAwaited(inputs, error);
    }
  }
}

function newInputs(): Inputs {
  return { digests: new Map(), awaited: new Map(), variables: new Set() };
}

async function keepAwaited({ awaited }: Inputs, { path, mostBytes }: AwaitedInput): Promise<void> {
  const content = await readAwaited(path, mostBytes).catch((error: unknown) => error as Error);
  if (String(path) === STDIN && content instanceof Buffer) keepStdin(content);
  else awaited.set(String(path), content);
}

/**
 * Reads the whole of what a path names, waiting for it where that takes long.
 *
 * @throws InputTooLarge or an error of the file system
 */
export async function readAwaited(path: string | Buffer, mostBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of awaitedBytes(path)) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new InputTooLarge(mostBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
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
  /** The file itself, if it is next to the one that the option names. */
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
  const inputs = newInputs();
  const problems = (): string[] => clashes(outputs, [...inputs.digests.keys()]);
  let value: T;
  try {
    value = await READ.run(inputs, () => rereading(read));
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
    problems.push(`Standard output goes to '${read}', which is also read: redirect it to another file.`);
  const taken = new Map<string, OutputFile>();
  const told = new Set<string>();
  for (const output of outputs) {
    const { option, path, besides = path } = output;
    if (besides === '') continue;
    const identity = identityOf(besides);
    if (identity === null) continue;
    const named = besides === path ? `${option} '${path}'` : `${option} '${path}' with its file '${besides}'`;
    const input = identities.get(identity);
    if (input !== undefined)
      problems.push(`${named} is also read: it would be overwritten: choose another file.`);
    const other = taken.get(identity);
    // Two options with one file share its temporary file as well.
    const clash = `${option} ${other?.option}`;
    if (other !== undefined && !told.has(clash))
      problems.push(`${named} is the file of ${other.option} too: give each a file of its own.`);
    if (other !== undefined) told.add(clash);
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
