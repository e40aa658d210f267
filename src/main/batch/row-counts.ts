import type { RowAnswer, RowExample } from '../../protocol/batch.ts';

/** Counts of rows by result so far. */
export class RowCounts {
  /** Answered rows; `ok` of them without an error. */
  done = 0;
  ok = 0;
  /** Attempts beyond each row's first. */
  retries = 0;
  /** By the status of each row's last attempt; no entry without an answer. */
  readonly statuses = new Map<number, number>();
  /** By kind: the part of an error before its colon. */
  readonly errors = new Map<string, number>();
  /** Of each column taken from answers: rows without an error whose answer has a value for it. */
  readonly valued: number[] = [];
  /** The first of each kind that came in. */
  readonly examples = new Map<string, RowExample>();

  get failed(): number {
    return this.done - this.ok;
  }

  /** @param line of the row in the input, if known */
  add({ row, status, attempts, error, values }: Omit<RowAnswer, 'latencyMs'>, line?: number): void {
    this.done++;
    this.retries += Math.max(0, attempts - 1);
    if (status > 0) this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (error === '') {
      this.ok++;
      for (const [at, value] of values.entries())
        if (value !== null) this.valued[at] = (this.valued[at] ?? 0) + 1;
      return;
    }
    const kind = error.split(':', 1)[0] ?? error;
    if (!this.examples.has(kind))
      this.examples.set(kind, line === undefined ? { row, error } : { row, line, error });
    this.errors.set(kind, (this.errors.get(kind) ?? 0) + 1);
  }
}
