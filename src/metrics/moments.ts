/** Count, extremes, mean and the sum of squared deviations from it. */
export interface Moments {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

export const NO_MOMENTS: Moments = {
  count: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  mean: 0,
  squares: 0,
};

/** Welford's running mean and deviation: no sum of squares that could cancel (Technometrics 4, 1962). */
export class RunningMoments implements Moments {
  count = 0;
  min = NO_MOMENTS.min;
  max = NO_MOMENTS.max;
  mean = 0;
  squares = 0;

  add(value: number): void {
    this.count++;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    const delta = value - this.mean;
    this.mean += delta / this.count;
    this.squares += delta * (value - this.mean);
  }

  /** Many values, as one group that joins those before it (Chan, Golub and LeVeque, 1979). */
  addAll(values: Float64Array): void {
    const { length } = values;
    if (length === 0) return;
    let { min, max } = NO_MOMENTS;
    let sum = 0;
    for (let at = 0; at < length; at++) {
      const value = values[at] as number;
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const mean = sum / length;
    let squares = 0;
    for (let at = 0; at < length; at++) {
      const deviation = (values[at] as number) - mean;
      squares += deviation * deviation;
    }
    this.addGroup({ count: length, min, max, mean, squares });
  }

  /** Values of which only this is known. */
  addGroup(group: Moments): void {
    if (group.count === 0) return;
    const delta = group.mean - this.mean;
    const count = this.count + group.count;
    this.squares += group.squares + (delta * delta * this.count * group.count) / count;
    this.mean += (delta * group.count) / count;
    this.count = count;
    this.min = Math.min(this.min, group.min);
    this.max = Math.max(this.max, group.max);
  }

  /** As they are now. */
  get plain(): Moments {
    const { count, min, max, mean, squares } = this;
    return { count, min, max, mean, squares };
  }
}
