/** One thing that an experiment must report. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly measured: string;
  readonly holds: boolean;
  /** A machine that is disturbed may spoil it; counts, order and identities must hold every time. */
  readonly isTiming: boolean;
  /**
   * Within bounds that a machine keeps while it is busy with other things. A lower bound of what a server took keeps
   * its place: no disturbance makes an answer quicker.
   */
  readonly holdsRoughly: boolean;
}

/** How much further from the expected a busy machine may put a time: many times, and some turns of its scheduler. */
const roughly = (tolerance: number): number => tolerance * 10 + 50;

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));

/** Collects the checks of one experiment. */
export class Checks {
  readonly list: Check[] = [];

  exact<T extends string | number | boolean>(what: string, expected: T, measured: T): void {
    this.#fact(what, String(expected), String(measured), expected === measured);
  }

  /** What no clock has a part in. */
  atMost(what: string, bound: number, measured: number): void {
    this.#fact(what, `≤ ${shown(bound)}`, shown(measured), measured <= bound);
  }

  /** A time, or a rate, within a tolerance on either side. */
  near(what: string, expected: number, tolerance: number, measured: number): void {
    const error = Math.abs(measured - expected);
    this.#timing(`${shown(expected)} ± ${shown(tolerance)}`, {
      what,
      measured,
      holds: error <= tolerance,
      holdsRoughly: error <= roughly(tolerance),
    });
  }

  /** A time between two bounds, both included. */
  between(what: string, low: number, high: number, measured: number): void {
    this.#timing(`${shown(low)} … ${shown(high)}`, {
      what,
      measured,
      holds: measured >= low && measured <= high,
      holdsRoughly: measured >= low && measured <= low + roughly(high - low),
    });
  }

  /** A time. */
  below(what: string, bound: number, measured: number): void {
    this.#timing(`< ${shown(bound)}`, {
      what,
      measured,
      holds: measured < bound,
      holdsRoughly: measured < roughly(bound),
    });
  }

  /** What follows from times, and is another where the machine had no core for the experiment. */
  judged(what: string, expected: string, measured: string): void {
    const holds = measured === expected;
    this.list.push({ what, expected, measured, holds, isTiming: true, holdsRoughly: holds });
  }

  /** A figure for the reader that nothing is asked of. */
  reported(what: string, measured: number): void {
    this.#timing('–', { what, measured, holds: true, holdsRoughly: true });
  }

  #fact(what: string, expected: string, measured: string, holds: boolean): void {
    this.list.push({ what, expected, measured, holds, isTiming: false, holdsRoughly: holds });
  }

  #timing(
    expected: string,
    check: Pick<Check, 'what' | 'holds' | 'holdsRoughly'> & { measured: number },
  ): void {
    this.list.push({ ...check, expected, measured: shown(check.measured), isTiming: true });
  }
}

export interface Experiment {
  readonly name: string;
  /** `isShort`: at most about 5 s. */
  run(isShort: boolean): Promise<readonly Check[]>;
}
