import type { RunPlan } from '../../protocol/plan.ts';
import { msToSeconds } from '../../protocol/units.ts';
import { hiding } from '../../requests/secrets.ts';
import { visible } from '../../requests/visible.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import {
  counter,
  type Family,
  gauge,
  quantileFamilies,
  renderFamily,
  type Sample,
} from '../reporters/prometheus.ts';
import { summarizeLatency } from '../summary/latency-summary.ts';
import { statusesOf } from './figures.ts';

const QUANTILES = ['50', '90', '99'];
const LATENCIES = ['response', 'service', 'wait'] as const;

/** A run under way in Prometheus' text format: counts and latencies since the measured window began. */
export function renderLiveMetrics(plan: RunPlan, snapshot: Snapshot | null): string {
  const hide = hiding(plan.supplies.secrets);
  const { url = '', method = '' } = plan.mix[0]?.message ?? {};
  const common = { method, url: visible(hide(url)) };
  if (snapshot === null) return renderFamily(running(0), common);
  const { elapsedMs, ok, failed, sent, ended } = snapshot;
  const outcomes = Object.entries({ ok, failed, unfinished: sent - ok - failed, dropped: ended - sent });
  const families: Family[] = [
    running(1),
    gauge('run_window_seconds', 'Length of the measured window so far.', [
      {},
      msToSeconds(Math.max(0, elapsedMs)),
    ]),
    counter(
      'requests',
      'Requests of the window by outcome.',
      ...outcomes.map(([outcome, count]): Sample => [{ outcome }, count]),
    ),
    counter(
      'responses',
      'Complete responses by status.',
      ...statusesOf(snapshot).map(({ status, count }): Sample => [{ status: String(status) }, count]),
    ),
    counter(
      'errors',
      'Failed requests by kind and code.',
      ...[...snapshot.errors.values()].map(
        ({ kind, code, count }): Sample => [{ kind, code: visible(hide(code)) }, count],
      ),
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
  return families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => renderFamily(family, common))
    .join('');
}

function running(value: 0 | 1): Family {
  return gauge('run_running', '1 once the load runs.', [{}, value]);
}
