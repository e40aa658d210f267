import type { ClientFacts, Diagnosis } from '../../protocol/diagnosis.ts';
import { CLIENT_NAMES, type ClientName } from '../../protocol/plan.ts';
import { VERSION } from '../text/version.ts';
import { ActivityWatch } from './activity.ts';
import { Bench } from './bench.ts';
import { clockFacts, timerLateness } from './clock-facts.ts';
import { separateCores } from './core-pair.ts';
import { exitCodeOf, findingsOf } from './findings.ts';
import { machineFacts } from './machine-facts.ts';
import { measureClient } from './measure-client.ts';

/** The steps of the examination, in order. */
type Step = 'clock and timers' | ClientName;

/**
 * Examines this machine for ten seconds: its limits, other programs' use of it, its clock, and what volley measures
 * when the answer is known.
 *
 * @returns null if it was aborted
 */
export async function examine(onStep: (step: Step) => void, signal: AbortSignal): Promise<Diagnosis | null> {
  const startedAt = new Date().toISOString();
  const beganMs = performance.now();
  const throttled = new ActivityWatch();
  onStep('clock and timers');
  const machine = machineFacts();
  const quiet = new ActivityWatch();
  const timers = await timerLateness();
  const clock = await clockFacts();
  const activity = quiet.look();
  const cores = separateCores();
  const bench = new Bench(machine.cores > 1, undefined, cores);
  const stop = (): void => void bench.close();
  signal.addEventListener('abort', stop);
  const clients: ClientFacts[] = [];
  try {
    for (const client of CLIENT_NAMES) {
      if (signal.aborted) return null;
      onStep(client);
      clients.push(await measureClient(bench, client));
    }
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await bench.close();
  }
  const examined = {
    machine,
    activity: { ...activity, throttledShare: throttled.look().throttledShare },
    clock,
    timers,
    clients,
  };
  const findings = findingsOf(examined);
  return {
    kind: 'doctor',
    tool: { version: VERSION, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
    startedAt,
    tookMs: performance.now() - beganMs,
    ...examined,
    pinnedTo: cores,
    findings,
    exitCode: exitCodeOf(findings),
  };
}
