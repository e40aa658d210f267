import type { AnswerFacts, Diagnosis, DoctorFinding } from '../../protocol/diagnosis.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { type Found, finding } from './finding-words.ts';

/** The facts to be judged. */
type Examined = Pick<Diagnosis, 'machine' | 'activity' | 'clock' | 'timers' | 'clients'>;

/** Use of one core from which others disturb, if they leave volley and a target less than a core each. */
const OTHERS_CORES = 0.25;
const CORES_OF_A_RUN = 2;
const STOLEN_SHARE = 0.02;
const THROTTLED_SHARE = 0.01;
const AWAY_SHARE = 0.02;
const AWAY_MS = 10;
/** Timers of a millisecond are up to a millisecond late by design. */
const TIMERS_LATE_MS = 3;
const STARTS_LATE_MS = 1;
/** Cost of reading a clock that needs a system call. */
const SLOW_CLOCK_NANOS = 500;
const COARSE_CLOCK_NANOS = 10_000;
const FEWEST_CONNECTIONS = 4_096;
const FEWEST_PORTS = 20_000;
const CLOSING_SHARE = 0.5;
const SHORTEST_BACKLOG = 1_024;

/** Derives the findings: first what is wrong, then what disturbed, then what to change. */
export function findingsOf(examined: Examined): DoctorFinding[] {
  return [...wrongIn(examined), ...disturbancesIn(examined), ...adviceFor(examined)].map(finding);
}

/** Exit code 1 if a known answer was not measured; 3 if all were, on a disturbed machine. */
export function exitCodeOf(findings: readonly DoctorFinding[]): ExitCode {
  if (findings.some(({ level }) => level === 'wrong')) return EXIT_CODES.failed;
  return findings.some(({ level }) => level === 'disturbed') ? EXIT_CODES.degraded : EXIT_CODES.ok;
}

function wrongIn({ clients }: Examined): Found[] {
  const level = 'wrong';
  return clients.flatMap(({ client, answers }): Found[] => {
    const off = answers.filter(isOff);
    return [
      ...answers
        .filter(isLost)
        .map((facts) => ({ code: 'requests-lost', level, figures: { ...facts, client } }) as const),
      ...answers
        .filter(({ disordered }) => disordered > 0)
        .map((facts) => ({ code: 'stamps-disordered', level, figures: { ...facts, client } }) as const),
      ...(off.length > 0 ? [{ code: 'time-off', level, figures: { client, answers: off } } as const] : []),
    ];
  });
}

/** Whether the known answer was measured. */
export function isRight(facts: AnswerFacts): boolean {
  return !isLost(facts) && facts.disordered === 0 && !isOff(facts);
}

function isLost({ expected, ok, recorded, arrived }: AnswerFacts): boolean {
  return ok !== expected || recorded !== arrived;
}

/** True without a figure, too. */
function isOff({ measuredMs, knownMs, toleranceMs }: AnswerFacts): boolean {
  return !(Math.abs(measuredMs - knownMs) <= toleranceMs);
}

function disturbancesIn({ machine, activity, clock, timers, clients }: Examined): Found[] {
  const level = 'disturbed';
  const { othersCores, stolenShare, throttledShare } = activity;
  const { takenAwayShare, longestAwayMs } = clock;
  const found: Found[] = [];
  const left = Math.min(machine.cores, machine.quotaCores ?? machine.cores) - (othersCores ?? 0);
  if (othersCores !== null && othersCores > OTHERS_CORES && left < CORES_OF_A_RUN)
    found.push({ code: 'others-busy', level, figures: { othersCores, cores: machine.cores } });
  if (stolenShare !== null && stolenShare > STOLEN_SHARE)
    found.push({ code: 'time-stolen', level, figures: { share: stolenShare } });
  if (throttledShare !== null && throttledShare > THROTTLED_SHARE)
    found.push({ code: 'quota-used-up', level, figures: { share: throttledShare } });
  if (takenAwayShare > AWAY_SHARE || longestAwayMs > AWAY_MS)
    found.push({ code: 'stands-still', level, figures: { share: takenAwayShare, longestMs: longestAwayMs } });
  if (timers.p99 > TIMERS_LATE_MS) found.push({ code: 'timers-late', level, figures: { p99Ms: timers.p99 } });
  const late = clients.filter(({ lateMs }) => lateMs.p99 > STARTS_LATE_MS);
  if (late.length > 0) found.push({ code: 'starts-late', level, figures: { clients: late } });
  return found;
}

function adviceFor({ machine, clock }: Examined): Found[] {
  const level = 'advice';
  const { cores, quotaCores, governor, openFiles, connections, ports, portsClosing, backlog } = machine;
  const { source, readNanos, stepNanos } = clock;
  const found: Found[] = [];
  if (cores < CORES_OF_A_RUN) found.push({ code: 'one-core', level, figures: {} });
  if (quotaCores !== null && quotaCores < Math.min(cores, CORES_OF_A_RUN))
    found.push({ code: 'small-quota', level, figures: { quotaCores, cores } });
  if (governor === 'powersave') found.push({ code: 'slow-governor', level, figures: { governor } });
  if (readNanos > SLOW_CLOCK_NANOS) found.push({ code: 'slow-clock', level, figures: { source, readNanos } });
  if (stepNanos > COARSE_CLOCK_NANOS)
    found.push({ code: 'coarse-clock', level, figures: { source, stepNanos } });
  if (openFiles !== null && connections !== null && connections < FEWEST_CONNECTIONS)
    found.push({ code: 'few-open-files', level, figures: { openFiles, connections } });
  if (ports !== null) {
    const count = ports.last - ports.first + 1;
    if (count < FEWEST_PORTS) found.push({ code: 'few-ports', level, figures: { ports: count } });
    if (portsClosing !== null && portsClosing > count * CLOSING_SHARE)
      found.push({ code: 'ports-closing', level, figures: { closing: portsClosing, ports: count } });
  }
  if (backlog !== null && backlog < SHORTEST_BACKLOG)
    found.push({ code: 'short-backlog', level, figures: { backlog } });
  return found;
}
