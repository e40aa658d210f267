import type { LatencyKind } from '../../protocol/latency.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import { awaitedOf } from '../../protocol/report.ts';
import { MS_PER_SECOND } from '../../protocol/units.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';
import { Schedule } from '../../time/schedule.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { namingOf } from '../plan/terms.ts';
import { planText } from '../reporters/plan-text.ts';
import { rulesSoFar } from '../run/so-far.ts';
import { isOfIterations } from '../summary/mix-summary.ts';
import { summarizePlan } from '../summary/plan-summary.ts';
import { CoarseLatency } from './coarse-latency.ts';
import type { LiveState, ShownLatency, Span } from './live-state.ts';
import { joined, spanLatency } from './spans.ts';
import { failuresOf, requestSoFar, silentMsOf, statusesOf, usersSoFar } from './state-parts.ts';

/** The longest delay of records: workers send them four times a second. */
const LONGEST_DELAY_MS = 500;
/** More spans are wider than any terminal. */
const MOST_SPANS = 500;
/** No screen has more rows. */
const MOST_LOOKED_AT = 24;

/** Looks at a run periodically and computes what a view of it shows. */
export class Sampler {
  readonly #plan: RunPlan;
  readonly #schedule: Schedule | null;
  readonly #hide: Hide;
  readonly #title: string;
  readonly #planText: string;
  readonly #spans: Span[] = [];
  readonly #pairs: Span[] = [];
  #taken = 0;
  #last = { elapsedMs: 0, ended: 0, ok: 0, failed: 0, cancelled: 0 };
  #lastLatencies: Readonly<Record<ShownLatency, CoarseLatency>> | null = null;
  #rules: LiveState['rules'] = [];
  #mix: LiveState['mix'] = [];

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#schedule = plan.load.model === 'open' ? new Schedule(plan.load, plan.warmupMs) : null;
    this.#hide = hiding(plan.supplies.secrets);
    const [first] = plan.mix;
    const target = first === undefined ? '' : `${first.message.method} ${first.message.url}`;
    this.#title = this.#hide(
      plan.scenarios !== undefined
        ? `${plan.scenarios.file} against ${first?.message.url ?? 'its targets'}`
        : plan.mix.length > 1
          ? `${plan.mix.length} requests, the first ${target}`
          : target,
    );
    this.#planText = this.#hide(planText({ ...summarizePlan(plan), agents: plan.agents }, null));
  }

  /** Takes a look, and returns the state to show. */
  look(snapshot: Snapshot): LiveState {
    const { elapsedMs, ended, sent, ok, failed, headline } = snapshot;
    const coarse = (kind: LatencyKind): CoarseLatency =>
      new CoarseLatency(snapshot.tallies.map(({ latencies }) => latencies[kind]));
    const response = coarse('response');
    const service = coarse('service');
    if (elapsedMs > this.#last.elapsedMs) this.#addSpan(snapshot, { response, service });
    // The percentiles of rules take several times as long as all the rest: they are renewed every second time.
    if (this.#taken % 2 === 1) {
      this.#rules = rulesSoFar(this.#plan, snapshot);
      this.#mix = this.#mixSoFar(snapshot);
    }
    const { stop, load } = this.#plan;
    return {
      title: this.#title,
      plan: this.#planText,
      durationMs: stop.durationMs,
      requests: stop.requests,
      ...{ elapsedMs, ended, sent, ok, failed, headline },
      awaited: awaitedOf(snapshot),
      askedPerSecond: this.#askedPerSecond(elapsedMs),
      latencies: {
        response: response.soFar(),
        service: service.soFar(),
        startLag: coarse('startLag').soFar(),
        wait: coarse('wait').soFar(),
      },
      silentMs: silentMsOf(snapshot),
      isOutstandingAbout: load.model === 'open' && load.arrivals === 'poisson',
      rules: this.#rules,
      mix: this.#mix,
      agents: snapshot.agents,
      users:
        snapshot.scenarios === null
          ? null
          : usersSoFar(snapshot.scenarios, this.#plan.scenarios?.pools ?? [], this.#hide),
      failures: failuresOf(snapshot, this.#hide, namingOf(this.#plan.writtenIn)),
      statuses: statusesOf(snapshot),
      spans: [...this.#spans],
      pairs: [...this.#pairs],
    };
  }

  #addSpan(snapshot: Snapshot, latencies: Readonly<Record<ShownLatency, CoarseLatency>>): void {
    const { elapsedMs, ended, ok, failed, cancelled } = snapshot;
    const last = this.#last;
    const before = this.#lastLatencies;
    const span: Span = {
      fromMs: last.elapsedMs,
      toMs: elapsedMs,
      ended: ended - last.ended,
      ok: ok - last.ok,
      failed: failed - last.failed,
      cancelled: cancelled - last.cancelled,
      latencies: {
        response: spanLatency(latencies.response.since(before?.response ?? null)),
        service: spanLatency(latencies.service.since(before?.service ?? null)),
      },
      outstanding: this.#outstanding(snapshot),
    };
    const first = this.#taken++ % 2 === 0 ? undefined : this.#pairs.pop();
    keep(this.#spans, span);
    keep(this.#pairs, first === undefined ? span : joined(first, span));
    this.#last = { elapsedMs, ended, ok, failed, cancelled };
    this.#lastLatencies = latencies;
  }

  /** As of long enough ago that everything that had ended by then has been recorded. */
  #outstanding(snapshot: Snapshot): number | null {
    if (this.#schedule === null) return null;
    const { atMs, ended, before } = snapshot.endedBy(snapshot.oldestMs - LONGEST_DELAY_MS);
    return Math.max(0, Math.ceil(this.#dueBy(this.#schedule, atMs)) + before - ended);
  }

  #dueBy(schedule: Schedule, atMs: number): number {
    const { durationMs, requests } = this.#plan.stop;
    const due = schedule.dueBefore(Math.min(atMs, durationMs ?? atMs)) - schedule.dueBefore(0);
    return Math.min(due, requests ?? due);
  }

  #askedPerSecond(elapsedMs: number): number | null {
    if (this.#schedule === null || elapsedMs <= 0) return null;
    const { durationMs } = this.#plan.stop;
    const untilMs = Math.min(elapsedMs, durationMs ?? elapsedMs);
    const fromMs = Math.max(0, untilMs - MS_PER_SECOND);
    const due = this.#dueBy(this.#schedule, untilMs) - this.#dueBy(this.#schedule, fromMs);
    return untilMs === fromMs ? null : (due * MS_PER_SECOND) / (untilMs - fromMs);
  }

  /** Every request of the mix; latencies only for the most frequent ones, as many as fit on a screen. */
  #mixSoFar({ mix: planned, scenarios }: Snapshot): LiveState['mix'] {
    const requests = scenarios?.requests.filter(isOfIterations);
    const names = (requests ?? this.#plan.mix).map(({ name }) => name);
    const mix = requests?.map(({ tally }) => tally) ?? planned;
    const longestOkMs = scenarios?.longestOkMs ?? 0;
    const order = mix.map(({ sent }, index) => ({ sent, index })).sort((a, b) => b.sent - a.sent);
    const looked = new Set(order.slice(0, MOST_LOOKED_AT).map(({ index }) => index));
    return mix.map((tally, index) =>
      requestSoFar(
        this.#hide(names[index] ?? ''),
        tally,
        looked.has(index),
        tally.cutOff.interrupted(longestOkMs),
      ),
    );
  }
}

function keep(spans: Span[], span: Span): void {
  spans.push(span);
  if (spans.length > MOST_SPANS) spans.shift();
}
