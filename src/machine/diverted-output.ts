type Write = NodeJS.WriteStream['write'];

/** What a stream's own `write` was before it was diverted: code may replace what it finds. */
const OWN = new WeakMap<NodeJS.WriteStream, Write>();
const DIVERTED = new WeakSet<Write>();

/** From now on what is written to a stream goes to `take` as text; volley itself writes with `writeOwn`. */
export function divert(stream: NodeJS.WriteStream, take: (text: string) => void): void {
  const own = DIVERTED.has(stream.write) ? ownWriteOf(stream) : stream.write;
  const diverted: Write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const [encoding] = rest;
    const isText = typeof chunk === 'string' && encoding !== 'hex' && encoding !== 'base64';
    take(isText ? chunk : bytesOf(chunk, encoding).toString());
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
  OWN.set(stream, own);
  DIVERTED.add(diverted);
  stream.write = diverted;
  // Code that closes it would take the result with it.
  stream.end = () => stream;
  stream.destroy = () => stream;
}

function bytesOf(chunk: string | Uint8Array, encoding: unknown): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk);
}

/** Writes to a stream, diverted or not. */
export function writeOwn(stream: NodeJS.WriteStream, text: string): boolean {
  return ownWriteOf(stream).call(stream, text);
}

/** Resolves when all that has been written to a stream of this thread is on its way: what it still holds ends with it. */
export function allWritten(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    ownWriteOf(stream).call(stream, '', 'utf8', () => resolve());
  });
}

function ownWriteOf(stream: NodeJS.WriteStream): Write {
  return OWN.get(stream) ?? stream.write;
}
