import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentWithCompiledCode } from '../../machine/compiled-code.ts';
import type { Cells } from '../../metrics/cells.ts';
import type { RoundCost } from '../../protocol/comparison.ts';
import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { msToSeconds } from '../../protocol/units.ts';
import type { Progress } from '../run/run-handle.ts';
import { SilenceWatch } from '../run/silence.ts';
import { MemoryWatch } from './memory.ts';
import { ALIVE_EVERY_MS, type RoundMessage, type RoundReply, type RoundRequest } from './round-messages.ts';

/** A round that is silent for this long hangs, and is killed; shorter silences occur when its event loop is busy. */
const LONGEST_SILENCE_MS = 30 * ALIVE_EVERY_MS;
/** Far longer than a signal takes. */
const SIGNAL_MS = 250;
const ENTRY = fileURLToPath(new URL('../../main/compare/round-entry.js', import.meta.url));

/** A plan to be measured repeatedly. */
export interface PlannedArm {
  readonly name: string;
  readonly plan: RunPlan;
}

export interface Round {
  readonly summary: Summary;
  readonly latencies: Cells;
  readonly cost: RoundCost;
}

/** The current round, for display. */
export interface RoundUnderWay {
  readonly round: number;
  readonly arm: string;
  /** Null at the start of the round. */
  readonly progress: Progress | null;
}

/**
 * Order of the arms in a round: forwards in one round and backwards in the next, so that none is always first, and
 * a machine that slows down affects all of them (A B B A …).
 */
export function orderOf(arms: number, round: number): number[] {
  const forwards = Array.from({ length: arms }, (_, index) => index);
  return round % 2 === 0 ? forwards : forwards.reverse();
}

/** Measures arms in rounds, each arm of each round in its own coordinator process. */
export class Rounds {
  readonly #arms: readonly PlannedArm[];
  readonly #rounds: number;
  readonly #onStep: (underWay: RoundUnderWay) => void;
  readonly #longestSilenceMs: number;
  #current: { stop: () => void } | null = null;
  #isStopped = false;

  constructor(
    arms: readonly PlannedArm[],
    rounds: number,
    onStep: (underWay: RoundUnderWay) => void,
    longestSilenceMs = LONGEST_SILENCE_MS,
  ) {
    this.#arms = arms;
    this.#rounds = rounds;
    this.#onStep = onStep;
    this.#longestSilenceMs = longestSilenceMs;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Starts nothing more; the current round is not included. */
  stop(): void {
    this.#isStopped = true;
    this.#current?.stop();
  }

  /**
   * @returns the rounds of each arm; only rounds that every arm completed
   * @throws VolleyError if a round could not be run, or no request of any arm succeeded in the first one
   */
  async measure(): Promise<Round[][]> {
    const measured = this.#arms.map((): Round[] => []);
    for (let round = 0; round < this.#rounds && !this.#isStopped; round++) {
      for (const index of orderOf(this.#arms.length, round)) {
        const arm = this.#arms[index];
        if (arm === undefined || this.#isStopped) break;
        const measurement = await this.#measureOnce(arm, round);
        if (measurement?.summary.interrupted === false) measured[index]?.push(measurement);
      }
      if (round === 0 && !this.#isStopped) checkAnswers(measured, this.#arms);
    }
    const complete = Math.min(...measured.map((rounds) => rounds.length));
    return measured.map((rounds) => rounds.slice(0, complete));
  }

  /** @returns null if it was stopped before it could answer */
  async #measureOnce({ name, plan }: PlannedArm, round: number): Promise<Round | null> {
    this.#onStep({ round, arm: name, progress: null });
    const child = fork(ENTRY, [], {
      serialization: 'advanced',
      env: environmentWithCompiledCode(),
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const tell = (request: RoundRequest): void => {
      if (child.connected) child.send(request, () => {});
    };
    this.#current = { stop: () => tell({ type: 'stop' }) };
    const memory = new MemoryWatch(child.pid ?? 0);
    let reply: RoundReply | null = null;
    let hangs = false;
    const silence = new SilenceWatch(1, this.#longestSilenceMs, () => {
      hangs = true;
      // It may be stopped (SIGSTOP), and would not react to any other signal.
      child.kill('SIGKILL');
    });
    child.on('message', (message) => {
      const said = message as RoundMessage;
      silence.heard(0);
      if (said.type !== 'alive') reply = said;
      else if (said.progress !== null) this.#onStep({ round, arm: name, progress: said.progress });
    });
    child.on('error', () => {});
    tell({ type: 'plan', plan });
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    silence.close();
    this.#current = null;
    const answered = reply as RoundReply | null;
    const cost = memory.close(answered?.type === 'result' ? answered.summary.generator.peakRssBytes : 0);
    if (answered === null) {
      if ((signal === 'SIGINT' || signal === 'SIGTERM') && (await this.#isStopping())) return null;
      throw new VolleyError(
        ERROR_CODES.workerStart,
        hangs
          ? `A round of ${name} was silent for ${msToSeconds(this.#longestSilenceMs)} s and was ended: its process was stopped or hung. Measure again.`
          : `A round of ${name} ended without a result (${signal ?? `exit ${code}`}).`,
      );
    }
    if (answered.type === 'failed') {
      throw new VolleyError(answered.code ?? ERROR_CODES.workerStart, `${name}: ${answered.message}`);
    }
    const { summary, latencies } = answered;
    return { summary, latencies, cost };
  }

  /**
   * Whether the signal that has ended a round was for this process too, as Ctrl-C is for the whole group: a round that is
   * still loading its code cannot ignore it yet, and its end may be heard of first.
   */
  async #isStopping(): Promise<boolean> {
    if (!this.#isStopped) await setTimeout(SIGNAL_MS);
    return this.#isStopped;
  }
}

/**
 * Ends the experiment if no target answers, as further rounds would show nothing; failures later on are just counted.
 *
 * @throws VolleyError VOLLEY_NO_ANSWER if no request of any arm succeeded
 */
function checkAnswers(measured: readonly (readonly Round[])[], arms: readonly PlannedArm[]): void {
  const firsts = measured.flatMap(([first]) => first ?? []);
  if (firsts.length < arms.length || firsts.some(({ summary }) => summary.requests.ok > 0)) return;
  const [first] = firsts;
  if (first === undefined) return;
  const { errors, plan } = first.summary;
  const [error] = errors;
  const why = error === undefined ? 'nothing was answered in time' : `${error.kind}: ${error.example}`;
  throw new VolleyError(
    ERROR_CODES.noAnswer,
    `${arms[0]?.name}: no request to ${plan.target.url} succeeded (${why})${arms.length > 1 ? ', nor any to another arm' : ''}: there is nothing to measure.`,
  );
}
