/** Stands for stdin in place of a file name. */
export const STDIN = '-';

const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/\d+$/;

/** Whether a name says nothing of the format: stdin, or a descriptor such as that of `<(command)`. */
export function isNameless(path: string): boolean {
  return path === STDIN || DESCRIPTOR.test(path);
}

let read: Buffer | null = null;

/** All of stdin, once it has been read; null before. */
export function keptStdin(): Buffer | null {
  return read;
}

/** Keeps it, since it can be read only once and the same options may be read several times. */
export function keepStdin(bytes: Buffer): void {
  read = bytes;
}
