import { createRequire } from 'node:module';
import type { Client } from 'undici';

const require = createRequire(import.meta.url);

/** undici's client alone: loading the whole package (fetch, caches, WebSocket) takes each worker twice as long. */
export const UndiciClient = require('undici/lib/dispatcher/client') as typeof Client;
