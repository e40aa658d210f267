import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** volley's own version, from its package.json. */
export const VERSION = versionIn('../../../../package.json');

/** The version of undici that carries the load. */
export const UNDICI_VERSION = versionIn('undici/package.json');

function versionIn(path: string): string {
  const manifest: unknown = require(path);
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
