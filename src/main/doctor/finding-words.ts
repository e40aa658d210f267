import type {
  AnswerFacts,
  DoctorCode,
  DoctorFigures,
  DoctorFinding,
  FindingLevel,
  KnownAnswer,
} from '../../protocol/diagnosis.ts';
import { NANOS_PER_MS } from '../../protocol/units.ts';
import { counted, formatCount, formatMs, formatPercent } from '../text/format.ts';
import { shortNumeral } from '../text/numerals.ts';

/** A finding without its message. */
export type Found = {
  [Code in DoctorCode]: {
    readonly code: Code;
    readonly level: FindingLevel;
    readonly figures: DoctorFigures[Code];
  };
}[DoctorCode];

const KNOWN: Readonly<Record<KnownAnswer, string>> = {
  immediate: 'immediate answers',
  delay: 'a fixed delay',
  stall: 'a stall',
};

/** Adds a message that says what to do. */
export function finding(found: Found): DoctorFinding {
  return { code: found.code, level: found.level, message: sentenceOf(found) };
}

function sentenceOf(found: Found): string {
  switch (found.code) {
    case 'requests-lost': {
      const { client, expected, ok, recorded, arrived } = found.figures;
      return `${about(found.figures, client)}: of ${formatCount(expected)} requests ${formatCount(ok)} were answered, and of ${formatCount(recorded)} that volley recorded ${formatCount(arrived)} reached the server. Something sits between the two: check proxies, filters and antivirus on the loopback.`;
    }
    case 'stamps-disordered':
      return `${about(found.figures, found.figures.client)}: ${counted(found.figures.disordered, 'answer')} arrived before the server had sent them. The clocks of the two processes disagree: check the clock source, and how this machine is virtualised.`;
    case 'time-off': {
      const { client, answers } = found.figures;
      // A client that is kept waiting measures too much.
      const isLate = answers.every(({ measuredMs, knownMs }) => measuredMs > knownMs);
      const off = answers.map(
        ({ answer, measuredMs, knownMs }) =>
          `${time(measuredMs)} where it was ${time(knownMs)} (${KNOWN[answer]})`,
      );
      return `${client} measured ${off.join(', ')}: ${isLate ? 'the machine was too busy to measure. Stop other programs, or measure elsewhere.' : 'a busy machine does not explain that. Please report it, with the output of -o json.'}`;
    }
    case 'others-busy':
      return `Other programs keep ${cores(found.figures.othersCores)} of ${formatCount(found.figures.cores)} busy: stop them, or measure elsewhere.`;
    case 'time-stolen':
      return `The host of this virtual machine took ${formatPercent(found.figures.share)} of its time (steal): measure on a machine with cores of its own.`;
    case 'quota-used-up':
      return `The container used up its quota in ${formatPercent(found.figures.share)} of the periods, and stood still for the rest of each: raise its CPU limit.`;
    case 'stands-still':
      return `A thread that never waits stood still for ${formatPercent(found.figures.share)} of the time, for ${formatMs(found.figures.longestMs)} at the longest: single latencies may be too long by as much. Stop other programs, or measure on a machine with cores of its own.`;
    case 'starts-late': {
      const late = found.figures.clients.map(
        ({ client, lateMs }) => `${formatMs(lateMs.p99)} with ${client}`,
      );
      return `One request in a hundred started late by ${late.join(', ')} or more. Response times include that, since they count from when a request was due; bursts are less sharp than you ask for.`;
    }
    case 'timers-late':
      return `One timer in a hundred came ${formatMs(found.figures.p99Ms)} late or more: give volley a core of its own (--pacing precise polls instead).`;
    case 'one-core':
      return 'There is one core, which volley shares with whatever else runs: run the target elsewhere.';
    case 'small-quota':
      return `This container may use ${cores(found.figures.quotaCores)} of ${formatCount(found.figures.cores)}: raise its CPU limit to two cores or more.`;
    case 'slow-governor':
      return `The processor saves power (governor ${found.figures.governor}), so that the first requests after a rest are slower: set it to performance while you measure.`;
    case 'slow-clock':
      return `Reading the clock${sourceOf(found.figures.source)} takes ${formatMs(found.figures.readNanos / NANOS_PER_MS)}: switch to the source tsc, if the machine has it.`;
    case 'coarse-clock':
      return `The clock${sourceOf(found.figures.source)} advances in steps of ${formatMs(found.figures.stepNanos / NANOS_PER_MS)}: shorter times cannot be told apart.`;
    case 'few-open-files':
      return `A process may have ${formatCount(found.figures.openFiles)} files open, which leaves ${formatCount(found.figures.connections)} for connections: raise the limit (ulimit -n 65536).`;
    case 'few-ports':
      return `There are ${counted(found.figures.ports, 'port')} for connections to one address: widen the range (docs/tuning.md).`;
    case 'ports-closing':
      return `${formatCount(found.figures.closing)} of ${counted(found.figures.ports, 'port')} are closed and not free yet: wait a minute, keep connections alive, or widen the range (docs/tuning.md).`;
    case 'short-backlog':
      return `A server on this machine lets ${counted(found.figures.backlog, 'connection')} wait to be accepted: raise net.core.somaxconn (kern.ipc.somaxconn on macOS) if targets run here.`;
  }
}

function about({ answer }: AnswerFacts, client: string): string {
  return `${client}, ${KNOWN[answer]}`;
}

function time(valueMs: number): string {
  return Number.isNaN(valueMs) ? 'nothing' : formatMs(valueMs);
}

function cores(count: number): string {
  return `${shortNumeral(count, 2)} ${count === 1 ? 'core' : 'cores'}`;
}

function sourceOf(source: string | null): string {
  return source === null ? '' : ` (${source})`;
}
