import type { OwnedPart } from '../../protocol/report.ts';
import type { Summary } from '../../protocol/summary.ts';
import { MICROS_PER_MS } from '../../protocol/units.ts';
import type { Collected, CollectedWorker } from '../collect/collected.ts';
import { sumOfReports } from './worker-summary.ts';

/** What volley itself used: CPU, memory, time to start and to summarize. */
export function summarizeGenerator(
  collected: Collected,
  mergeMs: number,
): Omit<Summary['generator'], 'verdict' | 'reasons' | 'finding' | 'caveats'> {
  const { plan, workers } = collected;
  const whoOwn = (part: OwnedPart): CollectedWorker[] =>
    workers.filter(({ report }) => report?.owns === part);
  const children = whoOwn('process');
  const inOwnLoop = whoOwn('nothing');
  const practiceCpuMs = sumOfReports(workers, 'practiceCpuMs');
  const cpuMs = Math.max(0, collected.ownCpuMs + sumOfReports(children, 'processCpuMs') - practiceCpuMs);
  const workersCpuMs = sumOfReports(workers, 'cpuMs');
  const inLoopCpuMs = sumOfReports(inOwnLoop, 'cpuMs') + sumOfReports(inOwnLoop, 'practiceCpuMs');
  const coordinatorCpuMs = Math.max(0, collected.ownLoopCpuMs - inLoopCpuMs);
  const requests = workers.reduce((sum, { counts }) => sum + counts.samples, 0);
  const starts = workers.map(({ report }) => report?.startedAtMs ?? null).filter((start) => start !== null);
  return {
    pacing: plan.load.model === 'open' ? plan.load.pacing : null,
    cpuMs,
    cpuMicrosPerRequest: requests === 0 ? null : (cpuMs * MICROS_PER_MS) / requests,
    workersCpuMs,
    coordinatorCpuMs,
    runtimeCpuMs: Math.max(0, cpuMs - workersCpuMs - coordinatorCpuMs),
    peakRssBytes: collected.ownPeakRssBytes + sumOfReports(children, 'peakRssBytes'),
    startupMs: collected.startupMs,
    mergeMs,
    // Within one event loop nothing is transferred.
    batchBytes: inOwnLoop.length > 0 ? 0 : collected.blockBytes,
    startSkewMs: starts.length === 0 ? 0 : Math.max(...starts) - Math.min(...starts),
  };
}
