/** One thing that an experiment must report. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly measured: string;
  readonly holds: boolean;
  /** A machine that is disturbed may spoil it; counts, order and identities must hold every time. */
  readonly isTiming: boolean;
}

const shown = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));

/** Collects the checks of one experiment. */
export class Checks {
  readonly list: Check[] = [];

  exact<T extends string | number | boolean>(what: string, expected: T, measured: T): void {
    this.#add(what, String(expected), String(measured), expected === measured, false);
  }

  /** A time, or a rate, within a tolerance on either side. */
  near(what: string, expected: number, tolerance: number, measured: number): void {
    const holds = Math.abs(measured - expected) <= tolerance;
    this.#add(what, `${shown(expected)} ± ${shown(tolerance)}`, shown(measured), holds, true);
  }

  /** A time between two bounds, both included. */
  between(what: string, low: number, high: number, measured: number): void {
    this.#add(
      what,
      `${shown(low)} … ${shown(high)}`,
      shown(measured),
      measured >= low && measured <= high,
      true,
    );
  }

  below(what: string, bound: number, measured: number): void {
    this.#add(what, `< ${shown(bound)}`, shown(measured), measured < bound, true);
  }

  /** A figure for the reader that nothing is asked of. */
  reported(what: string, measured: number): void {
    this.#add(what, '–', shown(measured), true, true);
  }

  #add(what: string, expected: string, measured: string, holds: boolean, isTiming: boolean): void {
    this.list.push({ what, expected, measured, holds, isTiming });
  }
}

export interface Experiment {
  readonly name: string;
  /** `isShort`: at most about 5 s. */
  run(isShort: boolean): Promise<readonly Check[]>;
}
