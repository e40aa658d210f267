import { availableParallelism, cpus } from 'node:os';
import type { Summary } from '../../protocol/summary.ts';
import { UNDICI_VERSION, VERSION } from '../text/version.ts';

/** What measured, and where. */
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
