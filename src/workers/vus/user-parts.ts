import { LATE_AFTER_TIMES } from '../../protocol/report.ts';
import type { CutOff, ScenarioReport, UserFailures } from '../../protocol/scenario.ts';
import type { Discreet } from './discreet-user.ts';
import { toldWithPlace } from './failure-of.ts';

/** How long a setup had taken when it was interrupted; null if nobody is to blame. */
export interface InterruptedSetup {
  readonly afterMs: number | null;
}

/** What became of the setups and teardowns of a worker's users. */
export class UserParts {
  #setupFailures: UserFailures | null = null;
  #teardownFailures: UserFailures | null = null;
  #cutOff: CutOff[] = [];
  #longestSetupMs = 0;
  #sessions = 0;
  #isStopped = false;

  /** The load is stopped before its end: from now on nobody is to blame for what is cut off. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Also of a user that has none: its session begins. */
  setupSucceeded(tookMs: number): void {
    this.#sessions++;
    this.#longestSetupMs = Math.max(this.#longestSetupMs, tookMs);
  }

  setupFailed(user: Discreet, error: unknown): void {
    this.#setupFailures = oneMore(this.#setupFailures, user, error);
  }

  /** A setup is interrupted: whether that was a stop shows now, and not when its code ends or is given up. */
  interruptedSetup(afterMs: number): InterruptedSetup {
    return { afterMs: this.#isStopped ? null : afterMs };
  }

  /** It was interrupted. One that took far longer than others is not one that began too late. */
  setupCutOff(user: Discreet, { afterMs }: InterruptedSetup): void {
    if (afterMs === null || afterMs < LATE_AFTER_TIMES * this.#longestSetupMs) return;
    const after = `${Math.round(afterMs)} ms`;
    this.setupFailed(user, new Error(`it had not ended after ${after}, when the time for it was over`));
  }

  teardownFailed(user: Discreet, error: unknown): void {
    this.#teardownFailures = oneMore(this.#teardownFailures, user, error);
  }

  /** A part of a user that had not ended is interrupted. */
  cutOff(scenario: number, part: CutOff['part']): void {
    const isSame = (one: CutOff): boolean => one.scenario === scenario && one.part === part;
    const { users } = this.#cutOff.find(isSame) ?? { users: 0 };
    this.#cutOff = [...this.#cutOff.filter((one) => !isSame(one)), { scenario, part, users: users + 1 }];
  }

  get report(): Pick<ScenarioReport, 'users' | 'setupFailures' | 'teardownFailures' | 'cutOff'> {
    return {
      users: this.#sessions,
      setupFailures: this.#setupFailures,
      teardownFailures: this.#teardownFailures,
      cutOff: this.#cutOff,
    };
  }
}

function oneMore(failures: UserFailures | null, user: Discreet, error: unknown): UserFailures {
  return failures === null
    ? { count: 1, example: user.hiding()(toldWithPlace(error)) }
    : { ...failures, count: failures.count + 1 };
}
