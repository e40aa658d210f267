import Module, { createRequire } from 'node:module';
import type { Client } from 'undici';

const require = createRequire(import.meta.url);
const HTTP2 = require.resolve('undici/lib/dispatcher/client-h2.js');

/** undici's client alone: loading the whole package (fetch, caches, WebSocket) takes each worker twice as long. */
export const UndiciClient = withoutHttp2(() => require('undici/lib/dispatcher/client') as typeof Client);

/**
 * undici's client loads its HTTP/2, and with that node:http2, for HTTP/1.1 as well, which takes each worker 20 ms. While
 * `load` runs, a stand-in takes its place, which loads it for the first connection over HTTP/2.
 */
function withoutHttp2<Loaded>(load: () => Loaded): Loaded {
  if (require.cache[HTTP2] !== undefined) return load();
  const standIn = new Module(HTTP2);
  standIn.exports = (...args: unknown[]) => (require(HTTP2) as (...args: unknown[]) => unknown)(...args);
  standIn.loaded = true;
  require.cache[HTTP2] = standIn;
  try {
    return load();
  } finally {
    delete require.cache[HTTP2];
  }
}
