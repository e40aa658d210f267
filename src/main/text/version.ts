import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import type { Summary } from '../../protocol/summary.ts';

/** volley's own version, from its package.json. */
export const VERSION = versionIn(new URL('../../../../package.json', import.meta.url));

/**
 * The version of undici that carries the load. Read before there is one: a process that has run out of open files still
 * tells what it has measured.
 */
const UNDICI_VERSION = versionIn(createRequire(import.meta.url).resolve('undici/package.json'));

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

function versionIn(path: string | URL): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
