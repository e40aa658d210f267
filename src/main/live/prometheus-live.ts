import type { RunPlan } from '../../protocol/plan.ts';
import { msToSeconds } from '../../protocol/units.ts';
import { hiding } from '../../requests/secrets.ts';
import { visible } from '../../requests/visible.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import {
  endedFamilies,
  type Family,
  gauge,
  type Labels,
  quantileFamilies,
  renderFamilies,
} from '../reporters/prometheus.ts';
import { summarizeLatency } from '../summary/latency-summary.ts';
import { statusesOf } from './state-parts.ts';

const QUANTILES = ['50', '90', '99'];
const LATENCIES = ['response', 'service', 'wait'] as const;

/** A running load in Prometheus' text format: counts and latencies since the measured window began. */
export function renderLiveMetrics(plan: RunPlan, snapshot: Snapshot | null): string {
  return renderFamilies(liveFamilies(plan, snapshot), liveLabels(plan));
}

/** Labels from the first request, without secrets. */
export function liveLabels(plan: RunPlan): Labels {
  const { url = '', method = '' } = plan.mix[0]?.message ?? {};
  return { method, url: visible(hiding(plan.supplies.secrets)(url)) };
}

/** A running load in numbers. */
export function liveFamilies(plan: RunPlan, snapshot: Snapshot | null): Family[] {
  if (snapshot === null) return [running(0)];
  const hide = hiding(plan.supplies.secrets);
  const { elapsedMs, ok, failed, sent, ended, cancelled, interrupted } = snapshot;
  const hasUsers = plan.scenarios !== undefined;
  const unfinished = sent - ok - failed - cancelled - interrupted;
  const outcomes = {
    ok,
    failed,
    ...(hasUsers ? {} : { unfinished }),
    ...(plan.stream?.cancel == null ? {} : { cancelled }),
    dropped: ended - sent,
  };
  const statuses = Object.fromEntries(statusesOf(snapshot).map(({ status, count }) => [status, count]));
  const errors = [...snapshot.errors.values()].map((error) => ({
    ...error,
    code: visible(hide(error.code)),
  }));
  return [
    running(1),
    gauge('run_window_seconds', 'Length of the measured window so far.', [
      {},
      msToSeconds(Math.max(0, elapsedMs)),
    ]),
    ...endedFamilies({ outcomes, statuses, errors }),
    gauge(
      'requests_cut_off',
      'Requests that ended with their iterations, by the outcome that they have as of now.',
      ...(hasUsers ? cutOffSamples({ unfinished, interrupted }) : []),
    ),
    ...quantileFamilies(
      'latency',
      'Latencies of the window so far.',
      LATENCIES.map((latency) => ({
        labels: { latency },
        ...summarizeLatency(snapshot.latency(latency), QUANTILES),
      })),
    ),
  ];
}

/** No counters: the next good answer may turn the one outcome into the other, in either direction. */
function cutOffSamples(counts: Readonly<Record<'unfinished' | 'interrupted', number>>): Family['samples'] {
  return Object.entries(counts).map(([outcome, count]) => [{ outcome }, count]);
}

function running(value: 0 | 1): Family {
  return gauge('run_running', '1 once the load runs.', [{}, value]);
}
