import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { microsToMs } from '../../protocol/units.ts';
import { Collector } from '../collect/collector.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { type LivePage, liveRunPage, partsOfResult } from '../reporters/html/live-page.ts';
import { PageServer } from './page-server.ts';
import { summarySoFar } from './summary-so-far.ts';

const SHORTEST_MS = 1_000;
const LONGEST_MS = 5_000;
/** The pause between drawings is this many times what one costs, within the limits above. */
const TIMES_ITS_COST = 100;
/** If the event loop is later than this, drawing is skipped. */
const LATE_MS = 50;
/** But the page is drawn after at most this many skipped updates. */
const MOST_SKIPPED = 4;

/** Serves the page of a running load to readers on this machine; without a reader nothing is drawn. */
export class WebLive {
  readonly #plan: RunPlan;
  readonly #snapshot: () => Snapshot | null;
  readonly #startedAt = new Date();
  #server: PageServer | null = null;
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = SHORTEST_MS;
  #lastCostMs = 0;
  #skipped = 0;
  #drawn: { readonly page: LivePage; readonly atMs: number } | null = null;

  private constructor(plan: RunPlan, snapshot: () => Snapshot | null) {
    this.#plan = plan;
    this.#snapshot = snapshot;
  }

  /**
   * @param port 0 picks a free one
   * @param snapshot null before the load runs
   * @throws VolleyError VOLLEY_LISTEN
   */
  static async open(port: number, plan: RunPlan, snapshot: () => Snapshot | null): Promise<WebLive> {
    const live = new WebLive(plan, snapshot);
    live.#server = await PageServer.open(
      port,
      () => live.#newest().text(),
      () => live.#server?.tell(live.#newest().parts),
    );
    live.#wait();
    return live;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  /** Sends the page of the result, if there is one, to the remaining readers, then stops serving. */
  async end(result: Summary | null): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const hasReaders = this.#server?.hasReaders ?? false;
    await this.#server?.end(hasReaders && result !== null ? partsOfResult(result) : null);
  }

  #wait(): void {
    const dueMs = performance.now() + this.#pauseMs;
    this.#timer = setTimeout(() => {
      const isLate = performance.now() - dueMs > LATE_MS;
      this.#skipped = isLate && this.#skipped < MOST_SKIPPED ? this.#skipped + 1 : 0;
      if (this.#skipped === 0 && this.#server?.hasReaders === true) this.#server.tell(this.#draw().parts);
      this.#wait();
    }, this.#pauseMs);
    this.#timer.unref();
  }

  /** The last drawn page if it is still recent enough, otherwise a new one. */
  #newest(): LivePage {
    const drawn = this.#drawn;
    return drawn !== null && performance.now() - drawn.atMs < this.#pauseMs ? drawn.page : this.#draw();
  }

  #draw(): LivePage {
    const began = process.threadCpuUsage();
    const snapshot = this.#snapshot();
    const summary = summarySoFar(this.#plan, snapshot ?? nothingOf(this.#plan), this.#startedAt);
    const page = liveRunPage(summary, snapshot?.elapsedMs ?? null, snapshot?.agents);
    const { user, system } = process.threadCpuUsage(began);
    const costMs = microsToMs(user + system);
    // The first drawing costs many times as much as later ones.
    const usualMs = Math.min(costMs, this.#lastCostMs);
    this.#lastCostMs = costMs;
    this.#pauseMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, usualMs * TIMES_ITS_COST));
    this.#drawn = { page, atMs: performance.now() };
    return page;
  }
}

/** The state before workers are ready. */
function nothingOf(plan: RunPlan): Snapshot {
  return new Collector(plan, plan.workers, null, 0).snapshot(0);
}
