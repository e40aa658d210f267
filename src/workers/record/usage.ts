import {
  type EventLoopUtilization,
  monitorEventLoopDelay,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { peakRssKib } from '../../machine/peak-memory.ts';
import type { OwnedPart, WorkerUsage } from '../../protocol/report.ts';
import { BYTES_PER_KIB, microsToMs, NANOS_PER_MS } from '../../protocol/units.ts';
import { processorWaitMs } from './scheduling.ts';
import { StandstillWatch } from './standstill.ts';

const LOOP_DELAY_RESOLUTION_MS = 10;

/** Measures what this worker's event loop uses, from construction on. */
export class UsageMeter {
  readonly #owns: OwnedPart;
  readonly #cpu = process.threadCpuUsage();
  readonly #loop: EventLoopUtilization = performance.eventLoopUtilization();
  readonly #delay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS });
  readonly #gc: PerformanceObserver;
  #gcMs = 0;
  readonly #startedAtMs = performance.now();
  readonly #waitedAtStartMs = processorWaitMs();
  readonly #standstill = new StandstillWatch();
  #utilization: number | null = null;
  #processorWait: number | null = null;

  constructor(owns: OwnedPart) {
    this.#owns = owns;
    this.#delay.enable();
    this.#gc = new PerformanceObserver((list) => this.#addGc(list.getEntries()));
    this.#gc.observe({ entryTypes: ['gc'] });
  }

  /** Ends the measurement of the loop's utilization: waiting for the last answers would dilute it. */
  endOfLoad(): void {
    if (this.#utilization !== null) return;
    this.#utilization = performance.eventLoopUtilization(this.#loop).utilization;
    const waitedMs = processorWaitMs();
    const elapsedMs = performance.now() - this.#startedAtMs;
    if (waitedMs !== null && this.#waitedAtStartMs !== null && elapsedMs > 0)
      this.#processorWait = Math.min(1, (waitedMs - this.#waitedAtStartMs) / elapsedMs);
  }

  /** Ends the measurement. CPU of the whole process counts from the process's start. */
  stop(): WorkerUsage {
    this.endOfLoad();
    this.#delay.disable();
    this.#addGc(this.#gc.takeRecords());
    this.#gc.disconnect();
    const cpu = process.threadCpuUsage(this.#cpu);
    const whole = process.cpuUsage();
    // Every delay includes the monitor's own timer.
    const delayMs = this.#delay.percentile(99) / NANOS_PER_MS - LOOP_DELAY_RESOLUTION_MS;
    return {
      owns: this.#owns,
      cpuMs: microsToMs(cpu.user + cpu.system),
      processCpuMs: microsToMs(whole.user + whole.system),
      peakRssBytes: peakRssKib() * BYTES_PER_KIB,
      eventLoopUtilization: this.#utilization ?? 0,
      processorWait: this.#processorWait,
      loopDelayP99Ms: Math.max(0, delayMs),
      gcMs: this.#gcMs,
      stoodStillMs: this.#standstill.stop(),
    };
  }

  #addGc(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) this.#gcMs += entry.duration;
  }
}
