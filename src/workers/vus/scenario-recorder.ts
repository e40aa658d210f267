import type { WorkerChannel } from '../../protocol/messages.ts';
import type { IterationErrorTally, NamedCount, UsersAt } from '../../protocol/scenario.ts';
import type { IterationBlock, NamedValues, StuckIteration } from '../../protocol/scenario-records.ts';
import type { MetricKind } from '../../protocol/scenario-words.ts';
import { type Failed, shownCode, shownExample } from './failure-of.ts';

const ROWS_PER_BLOCK = 1_024;
const MOST_VALUES = 4_096;
const FLUSH_INTERVAL_MS = 250;
/** Limit on distinct errors: a test may generate any number of reasons. */
const MOST_ERRORS = 200;

/** A finished iteration; in milliseconds, with times relative to the window. */
interface EndedIteration {
  readonly scenario: number;
  readonly outcome: number;
  readonly intendedMs: number;
  readonly startLagMs: number;
  readonly durationMs: number;
  readonly thinkMs: number;
}

interface Tally {
  readonly of: NamedCount['of'];
  readonly number: number;
  good: number;
  bad: number;
  interrupted: number;
}

/** Collects a worker's records of scenarios and sends them to the coordinator, when full or every quarter of a second. */
export class ScenarioRecorder {
  /** Number of iterations recorded so far. */
  iterations = 0;
  readonly #channel: Pick<WorkerChannel, 'post'>;
  readonly #timer: NodeJS.Timeout;
  readonly #errors = new Map<string, { readonly said: string; readonly tally: IterationErrorTally }>();
  readonly #values = new Map<string, { of: NamedValues['of']; number: number; values: number[] }>();
  readonly #plainCodes = new Set<string>();
  readonly #counts = new Map<string, Tally>();
  #users: UsersAt[] = [];
  #stuck: StuckIteration[] = [];
  #block = emptyBlock(ROWS_PER_BLOCK);
  #rows = 0;
  #valueCount = 0;

  constructor(channel: Pick<WorkerChannel, 'post'>) {
    this.#channel = channel;
    this.#timer = setInterval(() => this.flush(), FLUSH_INTERVAL_MS);
  }

  ended({ scenario, outcome, intendedMs, startLagMs, durationMs, thinkMs }: EndedIteration): void {
    const row = this.#rows++;
    this.iterations++;
    const block = this.#block;
    block.scenario[row] = scenario;
    block.outcome[row] = outcome;
    block.intendedMs[row] = intendedMs;
    block.startLagMs[row] = startLagMs;
    block.durationMs[row] = durationMs;
    block.thinkMs[row] = thinkMs;
    if (this.#rows === ROWS_PER_BLOCK) this.flush();
  }

  stuck(one: StuckIteration): void {
    this.#stuck.push(one);
  }

  failed(scenario: number, failure: Failed): void {
    const { kind, example: said } = failure;
    const isKnown = this.#errors.size < MOST_ERRORS;
    const code = isKnown ? this.#shownCode(failure) : 'others';
    const key = isKnown ? `${scenario} ${kind} ${code}` : `${scenario} ${kind}`;
    const known = this.#errors.get(key) ?? {
      said,
      tally: { scenario, kind, code, count: 0, example: shownExample(failure) },
    };
    const differs = known.said === said ? {} : ({ varies: true } as const);
    this.#errors.set(key, {
      said: known.said,
      tally: { ...known.tally, count: known.tally.count + 1, ...differs },
    });
  }

  /** What has no secret once needs not be looked through again: mostly there are few. */
  #shownCode(failure: Failed): string {
    const { code } = failure;
    if (this.#plainCodes.has(code)) return code;
    const shown = shownCode(failure);
    if (shown === code && this.#plainCodes.size < MOST_ERRORS) this.#plainCodes.add(code);
    return shown;
  }

  value(of: NamedValues['of'], number: number, value: number): void {
    const key = `${of}${number}`;
    let known = this.#values.get(key);
    if (known === undefined) {
      known = { of, number, values: [] };
      this.#values.set(key, known);
    }
    known.values.push(value);
    if (++this.#valueCount >= MOST_VALUES) this.flush();
  }

  group(number: number, how: 'good' | 'bad' | 'interrupted'): void {
    this.#tally('group', number)[how]++;
  }

  check(number: number, isGood: boolean): void {
    const tally = this.#tally('check', number);
    if (isGood) tally.good++;
    else tally.bad++;
  }

  /** Records a value of one of the test's own metrics, given by index. */
  metric(kind: MetricKind, number: number, value: number): void {
    if (kind === 'trend') {
      this.value('trend', number, value);
      return;
    }
    const tally = this.#tally(kind, number);
    if (kind === 'gauge') tally.good = value;
    else if (kind === 'counter') tally.good += value;
    else if (value === 0) tally.bad++;
    else tally.good++;
  }

  users(atMs: number, users: number): void {
    const last = this.#users.at(-1);
    // Users of a ramp may begin in the same millisecond: keep only the last count.
    if (last !== undefined && atMs - last.atMs < 1) this.#users[this.#users.length - 1] = { ...last, users };
    else this.#users.push({ atMs, users });
  }

  flush(): void {
    const isEmpty =
      this.#rows === 0 &&
      this.#errors.size === 0 &&
      this.#valueCount === 0 &&
      this.#counts.size === 0 &&
      this.#users.length === 0;
    if (isEmpty) return;
    const iterations = cutBlock(this.#block, this.#rows);
    const values = [...this.#values.values()].map(({ of, number, values: list }) => ({
      of,
      number,
      values: Float64Array.from(list),
    }));
    const records = {
      iterations,
      values,
      errors: Array.from(this.#errors.values(), ({ tally }) => tally),
      stuck: this.#stuck,
      counts: [...this.#counts.values()],
      users: this.#users,
    };
    this.#rows = 0;
    this.#valueCount = 0;
    this.#errors.clear();
    this.#values.clear();
    this.#counts.clear();
    this.#users = [];
    this.#stuck = [];
    this.#channel.post({ type: 'scenario-records', records }, []);
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }

  #tally(of: NamedCount['of'], number: number): Tally {
    const key = `${of}${number}`;
    const known = this.#counts.get(key) ?? { of, number, good: 0, bad: 0, interrupted: 0 };
    this.#counts.set(key, known);
    return known;
  }
}

function emptyBlock(rows: number): Omit<IterationBlock, 'count'> {
  return {
    scenario: new Uint16Array(rows),
    outcome: new Uint8Array(rows),
    intendedMs: new Float64Array(rows),
    startLagMs: new Float64Array(rows),
    durationMs: new Float64Array(rows),
    thinkMs: new Float64Array(rows),
  };
}

/** A copy of the first `count` rows. */
function cutBlock(block: Omit<IterationBlock, 'count'>, count: number): IterationBlock {
  return {
    count,
    scenario: block.scenario.slice(0, count),
    outcome: block.outcome.slice(0, count),
    intendedMs: block.intendedMs.slice(0, count),
    startLagMs: block.startLagMs.slice(0, count),
    durationMs: block.durationMs.slice(0, count),
    thinkMs: block.thinkMs.slice(0, count),
  };
}
