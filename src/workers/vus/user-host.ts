import type { TokenCount } from '../../protocol/stream.ts';
import type { Metrics, ScenarioDefinition, VU } from '../../protocol/test-definition.ts';
import type { Hide } from '../../requests/secrets.ts';
import type { Clock } from '../../time/clock.ts';
import type { Alarms } from './alarms.ts';
import type { CodeMeter } from './code-meter.ts';
import type { Discreet } from './discreet-user.ts';
import type { Failed } from './failure-of.ts';
import type { Names } from './name-numbers.ts';
import type { RequestMaker } from './request-maker.ts';
import type { ScenarioRecorder } from './scenario-recorder.ts';
import type { Connector } from './user-connections.ts';

/** A scenario, for its users. */
export interface UserScenario {
  readonly index: number;
  /** Its index in the module, counting scenarios that do not run: random numbers depend on it. */
  readonly place: number;
  readonly name: string;
  readonly newConnection: boolean;
  readonly hasCookies: boolean;
  /** Whether cookies are kept from one iteration to the next. */
  readonly keepsCookies: boolean;
  readonly definition: ScenarioDefinition;
}

/** An iteration to be started. */
export interface Start {
  readonly scenario: UserScenario;
  /** Its number within its scenario, from 1. */
  readonly n: number;
  /** Time on the shared clock. */
  readonly intendedMs: number;
  readonly row: unknown;
}

/** One of a scenario's three parts. */
export type Part = 'exec' | 'vuSetup' | 'vuTeardown';

/** What a scenario's code has thrown, which may be anything, `null` too. */
export interface Thrown {
  readonly thrown: unknown;
}

/** A finished iteration; times on the shared clock. */
export interface Ended {
  readonly outcome: number;
  readonly intendedMs: number;
  readonly startedMs: number;
  readonly endMs: number;
  readonly thinkMs: number;
  /** If it was interrupted: the longest that its own code is known to have taken at a time, and the request before it. */
  readonly ownMs: number;
  readonly after: string | null;
}

/** What users use of their worker. */
export interface UserHost extends Connector {
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly meter: CodeMeter;
  readonly maker: RequestMaker;
  readonly records: ScenarioRecorder;
  readonly groups: Names;
  readonly checks: Names;
  readonly metrics: VU<unknown, Metrics>['metrics'];
  /** How the tokens of streams are counted. */
  readonly tokenCount: TokenCount;
  readonly seed: number;
  /** The data returned by the setup. */
  readonly data: unknown;
  /** Removes the run's secrets from a text. */
  readonly hide: Hide;
  /** Whether an event due at that time counts: not in the warm-up, and not after the window. */
  isMeasured(intendedMs: number): boolean;
  /** A promise of a user's code was rejected, and nothing awaits it. */
  unawaited(user: Discreet, promise: Promise<unknown>, reason: unknown): void;
  /** It is awaited after all. */
  awaited(promise: Promise<unknown>): void;
  /** A user's code threw where nothing catches it. */
  uncaught(user: Discreet, error: unknown): void;
  ended(user: object, scenario: UserScenario, ended: Ended, failure: Failed | null): void;
  /** A user's setup or teardown had not ended, and was interrupted. */
  cutOff(scenario: UserScenario, part: 'vuSetup' | 'vuTeardown'): void;
}
