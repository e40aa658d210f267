import { exitCodeOf, findingsOf } from '../../src/main/doctor/findings.ts';
import type { AnswerFacts, ClientFacts, Diagnosis, SpreadMs } from '../../src/protocol/diagnosis.ts';

const spread = (p50: number, p99: number, max: number): SpreadMs => ({ p50, p99, max });

const answer = (
  name: AnswerFacts['answer'],
  scriptedMs: number,
  knownMs: number,
  toleranceMs: number,
): AnswerFacts => ({
  ...{ answer: name, scriptedMs, knownMs, toleranceMs },
  ...{ expected: 600, ok: 600, recorded: 900, arrived: 900, disordered: 0 },
  measuredMs: knownMs + 0.1,
});

const client = (name: ClientFacts['client'], addedMs: number): ClientFacts => ({
  client: name,
  addedMs: spread(addedMs, 3 * addedMs, 9 * addedMs),
  lateMs: spread(0.012, 0.31, 0.9),
  trustedFromMs: { p50: 10 * addedMs, p99: 30 * addedMs },
  answers: [
    answer('immediate', 0, 0.0003, 0.5),
    answer('delay', 10, 10.1, 0.5),
    answer('stall', 100, 92.4, 3),
  ],
  highest: {
    perSecond: name === 'wire' ? 41_000 : 18_400,
    loopBusyShare: 0.7,
    isOwnLimit: name === 'undici',
  },
});

/** Of a machine with eight cores that nobody else uses. */
export const QUIET = {
  machine: {
    cores: 8,
    cpuModel: 'Model Z',
    quotaCores: null,
    governor: null,
    openFiles: 65_536,
    connections: 65_000,
    ports: { first: 32_768, last: 60_999 },
    portsClosing: 0,
    backlog: 4_096,
  },
  activity: { othersCores: 0.02, stolenShare: 0, throttledShare: null, load: 0.1, pressureShare: 0.001 },
  clock: { source: 'tsc', stepNanos: 20, readNanos: 45, takenAwayShare: 0, longestAwayMs: 0 },
  timers: spread(0.08, 0.6, 1.2),
  clients: [client('undici', 0.08), client('wire', 0.05)],
} as const satisfies Partial<Diagnosis>;

/** What volley says of it, with some of it being otherwise. */
export function diagnosisWith(parts: Partial<typeof QUIET> | Partial<Diagnosis> = {}): Diagnosis {
  const examined = { ...QUIET, ...parts } as Pick<Diagnosis, keyof typeof QUIET>;
  const findings = findingsOf(examined);
  return {
    kind: 'doctor',
    tool: { version: '1.2.3', node: '26.10.0', platform: 'linux x64' },
    startedAt: '2026-01-02T03:04:05.678Z',
    tookMs: 10_100,
    pinnedTo: [0, 1],
    ...examined,
    findings,
    exitCode: exitCodeOf(findings),
  };
}
