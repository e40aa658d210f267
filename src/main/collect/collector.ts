import type { AgentSoFar } from '../../protocol/agent-so-far.ts';
import type { EventTimesBlock } from '../../protocol/event-times.ts';
import { headlineOf } from '../../protocol/load.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { TimedErrorTally } from '../../protocol/report.ts';
import type { SampleBlock } from '../../protocol/samples.ts';
import type { NumberedName } from '../../protocol/scenario.ts';
import type { ScenarioRecords } from '../../protocol/scenario-records.ts';
import type { StreamBlock } from '../../protocol/stream.ts';
import { Backlog } from './backlog.ts';
import { RequestTally } from './request-tally.ts';
import { ScenarioTally } from './scenario-tally.ts';
import { Series } from './series.ts';
import { Snapshot } from './snapshot.ts';
import { StartRecord } from './start-record.ts';
import { type RunRecords, Tally } from './tally.ts';

/** Takes in what workers record, and provides a snapshot of it at any time. */
export class Collector {
  /** One per worker. */
  readonly tallies: readonly Tally[];
  readonly records: RunRecords;
  /** Of all blocks received. */
  blockBytes = 0;
  readonly #mostExactRequests: number;
  #keepsValues = true;

  /**
   * @param windowEndMs null if only the last request ends the window
   * @param mostExactRequests limit over all workers; beyond it percentiles come from the histograms
   */
  constructor(plan: RunPlan, workers: number, windowEndMs: number | null, mostExactRequests: number) {
    this.tallies = Array.from({ length: workers }, () => new Tally());
    this.#mostExactRequests = mostExactRequests;
    const isOpen = plan.load.model === 'open';
    this.records = {
      windowEndMs: windowEndMs ?? Number.POSITIVE_INFINITY,
      series: new Series(),
      backlog: isOpen && windowEndMs !== null ? new Backlog(windowEndMs) : null,
      headline: headlineOf(plan.load),
      start: plan.warmupMs > 0 ? null : new StartRecord(),
      mix: plan.mix.length > 1 ? plan.mix.map(() => new RequestTally()) : [],
      scenarios:
        plan.scenarios === undefined
          ? null
          : new ScenarioTally(plan.scenarios, Math.max(workers, plan.workers)),
      lastIntendedMs:
        plan.scenarios === undefined ? Number.POSITIVE_INFINITY : (windowEndMs ?? Number.POSITIVE_INFINITY),
    };
  }

  take(worker: number, block: SampleBlock, errors: readonly TimedErrorTally[]): void {
    this.blockBytes += block.buffer.byteLength;
    const { scenarios, lastIntendedMs } = this.records;
    this.tallies[worker]?.fold(block, this.records, scenarios?.requestsOf(worker));
    scenarios?.takeRequests(worker, block, lastIntendedMs);
    this.tallies[worker]?.foldErrors(errors);
    this.#boundMemory();
  }

  takeEventTimes(worker: number, times: readonly EventTimesBlock[]): void {
    this.tallies[worker]?.foldEventTimes(times);
  }

  takeStreams(worker: number, block: StreamBlock): void {
    this.tallies[worker]?.foldStreams(block);
  }

  /** A worker has assigned a number to a name. */
  takeName(worker: number, name: NumberedName): void {
    this.records.scenarios?.takeName(worker, name);
  }

  takeScenarioRecords(worker: number, records: ScenarioRecords): void {
    this.records.scenarios?.take(worker, records);
  }

  /** Ends the window here, unless it ends earlier. */
  endWindowAt(elapsedMs: number): void {
    this.records.windowEndMs = Math.min(this.records.windowEndMs, elapsedMs);
  }

  /** @param elapsedMs since the window began */
  /** @param agents of a run over several machines */
  snapshot(elapsedMs: number, agents: readonly AgentSoFar[] = [], oldestMs = elapsedMs): Snapshot {
    return new Snapshot(this.tallies, this.records, elapsedMs, agents, oldestMs);
  }

  #boundMemory(): void {
    if (!this.#keepsValues) return;
    const requests = this.tallies.reduce((sum, { latencies }) => sum + latencies.response.moments.count, 0);
    if (requests <= this.#mostExactRequests) return;
    this.#keepsValues = false;
    for (const tally of this.tallies) tally.dropValues();
    for (const { latency } of this.records.mix) latency.dropValues();
    this.records.scenarios?.dropValues();
  }
}
