import type { WorkerChannel } from '../protocol/messages.ts';
import type { OnceOutcome, OncePart, OnceStep, UserPart } from '../protocol/once.ts';
import { Interrupted } from '../protocol/scenario-errors.ts';
import type { Shard } from '../protocol/shard.ts';
import type { Supplies } from '../protocol/supplies.ts';
import type { Once, ScenarioDefinition, TestDefinition, VU } from '../protocol/test-definition.ts';
import { secretsInData } from '../requests/data-secrets.ts';
import { secretsInExchange } from '../requests/exchange-secrets.ts';
import { secretsInHeaders } from '../requests/secret-headers.ts';
import { type Hide, hiding } from '../requests/secrets.ts';
import { type Clock, createMonotonicClock } from '../time/clock.ts';
import { loadClient } from './clients/http-client.ts';
import type { Exchange } from './exchange/exchange.ts';
import { type RequestWatch, VuLoad } from './loads/vu-load.ts';
import { ShardRun } from './run-shard.ts';
import { loadTokens } from './streams/loaded-tokens.ts';
import { doubtOn, toldOf } from './told-exchange.ts';
import { type Failed, failureOf, shownCode, shownExample, toldWithPlace } from './vus/failure-of.ts';
import { importTest } from './vus/import-test.ts';
import { uncaughtFailure } from './vus/last-ended.ts';
import { isA } from './vus/script-place.ts';
import { watchedView } from './vus/watched-view.ts';

type Scenario = ScenarioDefinition;
type Tell = (step: OnceStep) => void;
/** Does a part of a test; `of` is null outside of users. */
type Act = (body: (vu: VU) => unknown, vu: VU, of: UserPart | null) => Promise<void>;
type Exchanged = Extract<OnceStep, { type: 'exchange' }>;

/** Bytes that came unasked throw doubt on the answers that code has worked with. */
const SURPLUS = {
  kind: 'request',
  code: 'protocol UNREQUESTED',
  example: doubtOn('an answer'),
} as const;

/** Of so many of the last exchanges an error shows no secret. */
const MOST_SEEN = 16;

/**
 * Runs one part of a test once, in this process, as the user that a worker would create for it. Nothing is recorded.
 *
 * @param shard one user with one iteration of the scenario named like the part
 * @param tell called with each step; null if steps are not reported
 * @param signal aborts it
 * @param hearUncaught reports uncaught exceptions until the function returned is called
 */
export async function actOnce(
  shard: Shard,
  supplies: Supplies,
  part: OncePart,
  tell: Tell | null,
  signal: AbortSignal,
  hearUncaught: (hear: (error: unknown) => void) => () => void,
): Promise<OnceOutcome> {
  if (shard.scenarios === undefined) throw new Error('there are no scenarios');
  const clock = createMonotonicClock();
  const definition = await importTest(shard.scenarios);
  const seen: Exchanged[] = [];
  const hide: Hide = (text) => hiding([...supplies.secrets, ...seen.flatMap(secretsInStep)])(text);
  const noting: Tell = (step) => {
    if (step.type === 'exchange' && seen.push(step) > MOST_SEEN) seen.shift();
    tell?.(step);
  };
  const acted = new Acted(part, clock, tell, hide);
  const watch = watchOf(shard, clock, noting, acted.failed);
  const users = { Users: VuLoad, definition: withOne(definition, part, supplies, acted.act, tell), watch };
  const create = await loadClient(shard.client, shard.settings.protocol);
  const Tokens = await loadTokens(shard.stream);
  const run = new ShardRun(shard, nowhere(), clock, { supplies, create, Rows: null, Tokens, users });
  const fromMs = clock.nowMs();
  const stop = (): void => run.stop(0);
  signal.addEventListener('abort', stop);
  const stopHearing = hearUncaught((error) => {
    acted.failed(uncaughtFailure(error, hide));
    stop();
  });
  if (signal.aborted) stop();
  await run.prepare();
  run.start(fromMs, fromMs);
  await run.finished;
  signal.removeEventListener('abort', stop);
  stopHearing();
  const { isDone, value, tookMs = clock.nowMs() - fromMs } = acted;
  const isInterrupted = signal.aborted || (!isDone && acted.failure === null);
  const unrequested = isInterrupted ? 0 : await run.readRest();
  run.release();
  if (unrequested > 0) acted.failed({ ...SURPLUS, hide });
  return { failure: acted.failure, isInterrupted, tookMs, value };
}

/** What became of the code. */
class Acted {
  failure: OnceOutcome['failure'] = null;
  isDone = false;
  value: unknown;
  /** Of a user only its iteration; undefined if none came to its end. */
  tookMs: number | undefined = undefined;
  readonly #part: OncePart;
  readonly #clock: Clock;
  readonly #tell: Tell | null;
  readonly #hide: Hide;
  /** The one that is being done. */
  #userPart: UserPart | null = null;

  constructor(part: OncePart, clock: Clock, tell: Tell | null, hide: Hide) {
    this.#part = part;
    this.#clock = clock;
    this.#tell = tell;
    this.#hide = hide;
  }

  readonly act: Act = async (body, vu, of) => {
    this.isDone = false;
    this.#userPart = of;
    const fromMs = this.#clock.nowMs();
    try {
      this.value = await body(this.#tell === null ? vu : watchedView(vu, this.#tell));
      this.isDone = true;
    } catch (error) {
      const hide: Hide = (text) => hiding(keptBy(vu))(this.#hide(text));
      if (!isA(error, Interrupted)) this.failed(failureIn(this.#part, error, hide));
      throw error;
    } finally {
      if (of === null || of === 'iteration') this.tookMs = this.#clock.nowMs() - fromMs;
      this.#userPart = null;
    }
  };

  readonly failed = (found: Failed): void => {
    const { kind } = found;
    this.failure ??= { part: this.#userPart, kind, code: shownCode(found), example: shownExample(found) };
  };
}

function secretsInStep({ exchange, secrets }: Exchanged): string[] {
  return [...secrets, ...secretsInExchange(exchange)];
}

/** What the code has kept for its user may be anything, such as getters that throw. */
function keptBy({ vars, row }: VU): string[] {
  return [vars, row].flatMap((kept) => {
    try {
      return typeof kept === 'object' ? secretsInData(kept) : [];
    } catch {
      return [];
    }
  });
}

/** Of a setup or teardown only the example is shown. */
function failureIn(part: OncePart, error: unknown, hide: Hide): Failed {
  const failed = failureOf(error, hide);
  return typeof part === 'string' ? { ...failed, example: toldWithPlace(error) } : failed;
}

/** The test reduced to one scenario, whose code reports its outcome. */
function withOne(
  definition: TestDefinition,
  part: OncePart,
  { scenarioData }: Supplies,
  act: Act,
  tell: Tell | null,
): TestDefinition {
  const { setup, teardown } = definition;
  switch (part) {
    case 'setup':
      return only(definition, part, {
        vuSetup: (vu) => act(() => setup?.(onceOf(vu)), vu, null),
        exec: () => {},
      });
    case 'teardown':
      return only(definition, part, {
        vuSetup: (vu) => act(() => teardown?.(scenarioData, onceOf(vu)), vu, null),
        exec: () => {},
      });
    default: {
      const own = definition.scenarios[part.scenario];
      if (own === undefined) throw new Error(`the module has no scenario '${part.scenario}' any more`);
      const { vuSetup, vuTeardown } = own;
      const told = (of: UserPart, body: (vu: VU) => unknown, vu: VU): Promise<void> => {
        if (vuSetup !== undefined || vuTeardown !== undefined) tell?.({ type: 'part', part: of });
        return act((watched) => body.call(own, watched), vu, of);
      };
      return only(definition, part.scenario, {
        ...own,
        exec: (vu) => told('iteration', own.exec, vu),
        ...(vuSetup === undefined ? {} : { vuSetup: (vu) => told('setup', vuSetup, vu) }),
        ...(vuTeardown === undefined ? {} : { vuTeardown: (vu) => told('teardown', vuTeardown, vu) }),
      });
    }
  }
}

function only(definition: TestDefinition, name: string, scenario: Scenario): TestDefinition {
  return { ...definition, scenarios: { [name]: scenario } };
}

/** The part of a user that makes sense outside iterations. */
function onceOf(vu: VU): Once {
  return {
    http: vu.http,
    cookies: vu.cookies,
    sleep: (time, upTo) => vu.sleep(time, upTo),
    random: () => vu.random(),
    get signal() {
      return vu.signal;
    },
  };
}

function watchOf(shard: Shard, clock: Clock, tell: Tell, failed: RequestWatch['failed']): RequestWatch {
  const say = (exchange: Exchange, endMs: number): void => {
    const secrets = secretsInHeaders(exchange.request?.firstHeaders ?? []);
    tell({ type: 'exchange', exchange: toldOf(exchange, endMs, exchange.failure, shard), secrets });
  };
  return {
    connection: (exchange) => {
      exchange.keepsFields = true;
      const goOn = exchange.goOn.bind(exchange);
      exchange.goOn = (next) => {
        exchange.failure = null;
        say(exchange, clock.nowMs());
        goOn(next);
      };
    },
    ended: say,
    failed,
  };
}

/** A wire without a listener; buffers come back at once. */
function nowhere(): WorkerChannel {
  return { post: () => {}, onMessage: () => {}, close: () => {} };
}
