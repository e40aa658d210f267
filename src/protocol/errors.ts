/** The stable codes of errors that volley raises on purpose; docs/cli.md lists them. */
export const ERROR_CODES = {
  usage: 'VOLLEY_USAGE',
  unknownHost: 'VOLLEY_UNKNOWN_HOST',
  workerStart: 'VOLLEY_WORKER_START',
  output: 'VOLLEY_OUTPUT',
  notWritten: 'VOLLEY_NOT_WRITTEN',
  resultFile: 'VOLLEY_RESULT_FILE',
  listen: 'VOLLEY_LISTEN',
  noAnswer: 'VOLLEY_NO_ANSWER',
  targetStart: 'VOLLEY_TARGET_START',
  broker: 'VOLLEY_BROKER',
  agents: 'VOLLEY_AGENTS',
  scenario: 'VOLLEY_SCENARIO',
  setup: 'VOLLEY_SETUP',
} as const;

/** Values of `VolleyError.code`. */
export type ErrorCode = (typeof ERROR_CODES)[keyof typeof ERROR_CODES];

/** One problem, in the terms of the input it is about; converts to its message as text. */
export interface Problem {
  /** The option, as the user spells it (`json`, `headers["x-a"]`, `--rate`); null where it is about no option. */
  readonly option: string | null;
  /** The value given; null if there was none, or if it may be a secret. */
  readonly value: string | null;
  /** What is wrong with it, and what to do. */
  readonly advice: string;
  /** Its place in a plan file, such as `plan.yaml:7:5`. */
  readonly place?: string;
  /** All of it as one sentence. */
  readonly message: string;
  toString(): string;
}

/** An error meant for the user: its message quotes the value and says what to do. */
export class VolleyError extends Error {
  override readonly name = 'VolleyError';
  readonly code: ErrorCode;
  /** Every problem found; the message is their sentences, joined by line ends. */
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, problems: string | readonly (string | Problem)[]) {
    const list = typeof problems === 'string' ? [problems] : problems;
    super(list.map(String).join('\n'));
    this.code = code;
    this.problems = list.map((problem) => (typeof problem === 'string' ? plainProblem(problem) : problem));
  }
}

/** A problem that is about no option. */
function plainProblem(message: string): Problem {
  return { option: null, value: null, advice: message, message, toString: () => message };
}

/** What was thrown, or an error in its place if it cannot be read: getters and proxies of the user's may throw in turn. */
export function readable(thrown: unknown): unknown {
  try {
    if (typeof thrown === 'object' && thrown !== null)
      for (const member of ['name', 'message', 'stack', 'code', 'errors']) Reflect.get(thrown, member);
    String(thrown);
    return thrown;
  } catch {
    return new Error('something was thrown that cannot be read');
  }
}

/** The message of anything thrown; for an aggregate without one, the message of its first cause. */
export function messageOf(thrown: unknown): string {
  const error = readable(thrown);
  if (!isErrorLike(error)) return String(error);
  if (error.message !== '') return error.message;
  const first = error.errors?.[0];
  return first === undefined ? String(error.name ?? 'Error') : messageOf(first);
}

/** The `code` of anything thrown, or of an aggregate's first cause; empty if there is none. */
export function codeOf(error: unknown): string {
  if (!isErrorLike(error)) return '';
  if (typeof error.code === 'string') return error.code;
  const first = error.errors?.[0];
  return first === undefined ? '' : codeOf(first);
}

/** What a system's code means, where it stands in brackets within a sentence about a file or a port. */
const IN_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'something else listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something of that name exists',
  EFBIG: 'the file has reached the size limit',
  EIO: 'the disk failed',
  EISDIR: 'it is a folder',
  ELOOP: 'its links form a loop',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files',
  ENOENT: 'no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is not a folder',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
};

/** Why something failed, to stand in brackets: the code of it in words, else the code, else the message. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return IN_WORDS[code] ?? (code || messageOf(error));
}

/** System codes for a disk that is full, broken or read-only, and for limits on files. */
const OF_THE_DISK: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS']);

/** A path that cannot be written to is the user's mistake; a full disk is not. */
export function writeErrorCodeOf(error: unknown): ErrorCode {
  return OF_THE_DISK.has(codeOf(error)) ? ERROR_CODES.notWritten : ERROR_CODES.output;
}

interface ErrorLike {
  readonly message: string;
  readonly name?: unknown;
  readonly code?: unknown;
  readonly errors?: readonly unknown[];
}

// Not instanceof: errors cross threads, processes and realms.
function isErrorLike(error: unknown): error is ErrorLike {
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}
