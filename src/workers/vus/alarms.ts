import type { Clock } from '../../time/clock.ts';

/** Node's longest timer; after an early wake-up the timer is set again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** An action scheduled for a time. */
export interface Alarm {
  readonly dueMs: number;
  /** Called with the current time, which is never before the due time. */
  ring(nowMs: number): void;
  isCancelled: boolean;
}

/** Any number of alarms on one timer, in a heap by due time. None fires early. */
export class Alarms {
  readonly #clock: Clock;
  readonly #heap: Alarm[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** When the timer fires. */
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param dueMs time on the clock */
  set(dueMs: number, ring: (nowMs: number) => void): Alarm {
    const alarm = { dueMs, ring, isCancelled: false };
    this.add(alarm);
    return alarm;
  }

  add(alarm: Alarm): void {
    this.#heap.push(alarm);
    this.#rise(this.#heap.length - 1);
    if (alarm.dueMs < this.#timerAtMs) this.#arm(this.#clock.nowMs());
  }

  /** Cancels an alarm; no effect if it has fired. */
  cancel(alarm: Alarm): void {
    alarm.isCancelled = true;
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#heap.length = 0;
  }

  #ringDue(): void {
    this.#timer = null;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    let nowMs = this.#clock.nowMs();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.isCancelled && first.dueMs > nowMs) break;
      this.#takeFirst();
      if (first.isCancelled) continue;
      first.ring(nowMs);
      nowMs = this.#clock.nowMs();
    }
    this.#arm(nowMs);
  }

  #arm(nowMs: number): void {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs >= this.#timerAtMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAtMs = first.dueMs;
    const delayMs = Math.max(0, Math.ceil(first.dueMs - nowMs));
    this.#timer = setTimeout(() => this.#ringDue(), Math.min(LONGEST_TIMER_MS, delayMs));
  }

  #takeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const alarm = heap[from];
    if (alarm === undefined) return;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.dueMs <= alarm.dueMs) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = alarm;
  }

  #sink(): void {
    const heap = this.#heap;
    const alarm = heap[0];
    if (alarm === undefined) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const leftAlarm = heap[left];
      if (leftAlarm === undefined) break;
      const rightAlarm = heap[left + 1];
      const isRight = rightAlarm !== undefined && rightAlarm.dueMs < leftAlarm.dueMs;
      const child = isRight ? rightAlarm : leftAlarm;
      if (child.dueMs >= alarm.dueMs) break;
      heap[at] = child;
      at = isRight ? left + 1 : left;
    }
    heap[at] = alarm;
  }
}
