import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

const { kParser } = createRequire(import.meta.url)('undici/lib/core/symbols') as { readonly kParser: symbol };

/** What undici knows of the answer that it is reading. */
interface Parser {
  shouldKeepAlive: boolean;
}

/**
 * Listens to the errors of a socket before undici does. An answer without a length ends with its connection; undici
 * takes it for complete also if that is reset, unless the connection was to be kept. undici has no option for this, and
 * to see it from outside, every request would need a handler of its own around volley's.
 */
export function cutByReset(this: Socket, { code, syscall }: NodeJS.ErrnoException): void {
  // A server that refuses an upload early resets the connection after its answer, which has been read to its end.
  if (code !== 'ECONNRESET' || syscall === 'write') return;
  const parser: Parser | null | undefined = Reflect.get(this, kParser);
  if (parser) parser.shouldKeepAlive = true;
}
