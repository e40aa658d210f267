import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import type { Summary } from '../../protocol/summary.ts';

const require = createRequire(import.meta.url);

/** volley's own version, from its package.json. */
export const VERSION = versionIn('../../../../package.json');

/** The version of undici that carries the load. */
const UNDICI_VERSION = versionIn('undici/package.json');

/** The tool and the machine that measured. */
export function toolFacts(): Summary['tool'] {
  return {
    name: 'volley',
    version: VERSION,
    node: process.versions.node,
    undici: UNDICI_VERSION,
    platform: `${process.platform} ${process.arch}`,
    cpuModel: cpus()[0]?.model ?? '',
    cores: availableParallelism(),
  };
}

function versionIn(path: string): string {
  const manifest: unknown = require(path);
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
