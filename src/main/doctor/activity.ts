import { cpus, loadavg } from 'node:os';
import type { Activity } from '../../protocol/diagnosis.ts';
import { microsToMs } from '../../protocol/units.ts';
import { cgroupFolders, type MachineSource, THIS_MACHINE } from './machine-facts.ts';

/** CPU times of all cores so far. */
interface CoreTimes {
  readonly busyMs: number;
  /** In ticks of the system's unit; null if the system does not provide it. */
  readonly stolenTicks: number | null;
  readonly allTicks: number | null;
  /** Periods of a quota, and those in which it was used up; null without a quota. */
  readonly periods: number | null;
  readonly throttled: number | null;
}

/** Measures how much other programs use the cores while this process is almost idle. */
export class ActivityWatch {
  readonly #before = coreTimes(THIS_MACHINE);
  readonly #startedAtMs = performance.now();
  readonly #own = process.cpuUsage();

  /** Activity since the construction. */
  look(): Activity {
    const { user, system } = process.cpuUsage(this.#own);
    const elapsedMs = performance.now() - this.#startedAtMs;
    return {
      ...activityBetween(this.#before, coreTimes(THIS_MACHINE), elapsedMs, microsToMs(user + system)),
      // Windows has no load average, and Node returns 0 there.
      load: THIS_MACHINE.platform === 'win32' ? null : (loadavg()[0] ?? null),
      pressureShare: pressureIn(THIS_MACHINE.read('/proc/pressure/cpu')),
    };
  }
}

/** Activity of others between two readings, given this process's own CPU time. */
export function activityBetween(
  before: CoreTimes,
  after: CoreTimes,
  elapsedMs: number,
  ownMs: number,
): Pick<Activity, 'othersCores' | 'stolenShare' | 'throttledShare'> {
  const share = (part: keyof CoreTimes, whole: keyof CoreTimes): number | null => {
    const [partBefore, partAfter, wholeBefore, wholeAfter] = [
      before[part],
      after[part],
      before[whole],
      after[whole],
    ];
    if (partBefore === null || partAfter === null || wholeBefore === null || wholeAfter === null) return null;
    return wholeAfter > wholeBefore ? (partAfter - partBefore) / (wholeAfter - wholeBefore) : 0;
  };
  return {
    othersCores: Math.max(0, after.busyMs - before.busyMs - ownMs) / elapsedMs,
    stolenShare: share('stolenTicks', 'allTicks'),
    throttledShare: share('throttled', 'periods'),
  };
}

export function coreTimes(source: MachineSource): CoreTimes {
  const busy = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq);
  // user, nice, system, idle, iowait, irq, softirq, steal; the later ones are included in user and nice.
  const ticks = (/^cpu +(.*)$/m.exec(source.read('/proc/stat'))?.[1] ?? '')
    .split(' ')
    .map(Number)
    .slice(0, 8);
  const stolen = ticks[7];
  const stats = cgroupFolders(source.read('/proc/self/cgroup')).map((folder) =>
    source.read(`${folder}/cpu.stat`),
  );
  const limited = stats.find((text) => /^nr_periods [1-9]/m.test(text));
  const figure = (name: string): number | null =>
    limited === undefined ? null : Number(new RegExp(`^${name} (\\d+)`, 'm').exec(limited)?.[1] ?? 0);
  return {
    busyMs: busy.reduce((sum, ms) => sum + ms, 0),
    stolenTicks: stolen ?? null,
    allTicks: stolen === undefined ? null : ticks.reduce((sum, count) => sum + count, 0),
    periods: figure('nr_periods'),
    throttled: figure('nr_throttled'),
  };
}

function pressureIn(text: string): number | null {
  const percent = /^some avg10=([\d.]+)/m.exec(text)?.[1];
  return percent === undefined ? null : Number(percent) / 100;
}
