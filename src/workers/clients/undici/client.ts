import { createRequire } from 'node:module';
import type { Client } from 'undici';

const require = createRequire(import.meta.url);

/** undici's client alone: all of the package (fetch, caches, WebSocket) costs each worker twice as much to load. */
export const UndiciClient = require('undici/lib/dispatcher/client') as typeof Client;
