import type { ScenariosPlan, UserPool } from '../../protocol/scenario.ts';
import { endOfStartsMs } from '../../time/user-schedule.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { usersSoFar } from '../live/state-parts.ts';
import type { WatchedRun } from '../run/run.ts';
import { counted, formatMs } from '../text/format.ts';

/** Users that end within it need no words. */
const LOOK_EVERY_MS = 1_000;

/** Tells once whom a run waits for, and until when, if users go on when nothing more starts. Returns how to end that. */
export function tellOfLastUsers(
  run: Pick<WatchedRun, 'snapshot'>,
  { pools }: Pick<ScenariosPlan, 'pools'>,
  note: (sentence: string) => void,
): () => void {
  let wasWaiting = false;
  const look = (): void => {
    const sentence = sentenceOn(run.snapshot(), pools);
    if (sentence !== null && wasWaiting) {
      clearInterval(timer);
      note(sentence);
    }
    wasWaiting = sentence !== null;
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Null where nobody is waited for. */
function sentenceOn(snapshot: Snapshot | null, pools: readonly UserPool[]): string | null {
  if (snapshot === null || snapshot.scenarios === null) return null;
  const { users, areAtTeardown } = usersSoFar(snapshot.scenarios, pools, (text) => text);
  const { elapsedMs } = snapshot;
  const leftMs = Math.max(...pools.map(endMsOf)) - elapsedMs;
  const haveStarted = areAtTeardown || pools.every(({ load }) => elapsedMs >= endOfStartsMs(load));
  if (users === 0 || leftMs <= 0 || !haveStarted) return null;
  const limits = pools.some(({ load }) => load.type === 'iterations')
    ? 'maxDuration and gracefulStop are'
    : 'gracefulStop is';
  const [who, they] = [counted(users, 'user'), users === 1 ? 'it is' : 'they are'];
  const what = areAtTeardown
    ? `no iteration is left; waiting for the vuSetup or vuTeardown of ${who}`
    : `no iteration starts any more; waiting for what ${who} still ${users === 1 ? 'does' : 'do'}`;
  return `${what}: ${they} interrupted in ${formatMs(leftMs)}, when ${limits} over.`;
}

/** When the last users of a load are interrupted. */
function endMsOf({ load }: UserPool): number {
  const graceMs =
    load.type === 'users' ? Math.max(load.gracefulStopMs, load.gracefulRampDownMs) : load.gracefulStopMs;
  return endOfStartsMs(load) + graceMs;
}
