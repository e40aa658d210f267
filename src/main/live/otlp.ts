import { randomUUID } from 'node:crypto';
import { urlToHttpOptions } from 'node:url';
import { diag, type HrTime } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { reasonOf } from '../../protocol/errors.ts';
import type { RunPlan } from '../../protocol/plan.ts';
import type { Summary } from '../../protocol/summary.ts';
import { MS_PER_SECOND, NANOS_PER_MS } from '../../protocol/units.ts';
import { visible } from '../../requests/visible.ts';
import type { Snapshot } from '../collect/snapshot.ts';
import { type Family, type Labels, resultFamilies } from '../reporters/prometheus.ts';
import { counted } from '../text/format.ts';
import { cut, quotedUrl } from '../text/quoted.ts';
import { VERSION } from '../text/version.ts';
import { otlpHistograms } from './otlp-histogram.ts';
import { otlpMetrics } from './otlp-metrics.ts';
import { liveFamilies, liveLabels } from './prometheus-live.ts';

const EVERY_MS = 5_000;
/** OpenTelemetry's own variable for it, in milliseconds. */
const INTERVAL_VARIABLE = 'OTEL_METRIC_EXPORT_INTERVAL';
const SHORTEST_MS = 100;
const LONGEST_MS = 3_600_000;
/** Timeout of a push; while it lasts, a collector that is unreachable is retried. */
const TIMEOUT_MS = 2_000;
/** Where collectors accept metrics, unless the URL has a path. */
const DEFAULT_PATH = 'v1/metrics';

/**
 * Pushes a run's counts so far to an OpenTelemetry collector, as JSON over HTTP, and its result at the end.
 * No push starts while another is in flight, so that a slow collector costs the run nothing.
 */
export class OtlpPusher {
  readonly #plan: RunPlan;
  readonly #snapshot: () => Snapshot | null;
  readonly #say: (sentence: string) => void;
  readonly #shown: string;
  readonly #exporter: OTLPMetricExporter;
  readonly #resource = resourceFromAttributes({
    'service.name': 'volley',
    'service.version': VERSION,
    'service.instance.id': randomUUID(),
  }).merge(detectResources({ detectors: [envDetector] }));
  readonly #timer: NodeJS.Timeout;
  readonly #startTime: HrTime = timeNow();
  #underWay: Promise<void> | null = null;
  #hasTold = false;

  /** @param say is called with the first problem only; the run goes on */
  constructor(to: URL, plan: RunPlan, snapshot: () => Snapshot | null, say: (sentence: string) => void) {
    this.#plan = plan;
    this.#snapshot = snapshot;
    this.#say = say;
    const { url, headers } = endpointOf(to);
    this.#shown = quotedUrl(url.replace(/\?.*/s, ''));
    const told = (...words: readonly unknown[]): void => this.#tellOf(words);
    // What a collector says of a push that it took is reported only here.
    diag.setLogger({ error: told, warn: told, info: () => {}, debug: () => {}, verbose: () => {} });
    this.#exporter = new OTLPMetricExporter({ url, headers, timeoutMillis: TIMEOUT_MS });
    this.#timer = setInterval(() => this.#pushSoFar(), intervalMs());
    this.#timer.unref();
  }

  /** Pushes the result, or the counts so far without one, and ends; takes at most twice the timeout. */
  async end(result: Summary | null): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
    if (result === null) this.#pushSoFar();
    else {
      const { method, url } = result.plan.target;
      this.#push(resultFamilies(result), { method, url }, this.#snapshot());
    }
    await this.#underWay;
    await this.#exporter.shutdown();
    diag.disable();
  }

  #pushSoFar(): void {
    if (this.#underWay !== null) return;
    const snapshot = this.#snapshot();
    const families = liveFamilies(this.#plan, snapshot).map(withoutUnfinished);
    this.#push(families, liveLabels(this.#plan), snapshot);
  }

  #push(families: readonly Family[], labels: Labels, snapshot: Snapshot | null): void {
    const period = { startTime: this.#startTime, endTime: timeNow() };
    const metrics = otlpMetrics(families, labels, period);
    if (snapshot !== null) metrics.push(otlpHistograms(snapshot, labels, period));
    const scopeMetrics = [{ scope: { name: 'volley', version: VERSION }, metrics }];
    this.#underWay = new Promise((resolve) => {
      this.#exporter.export({ resource: this.#resource, scopeMetrics }, ({ error }) => {
        this.#underWay = null;
        if (error !== undefined) this.#fail(reasonOf(error));
        resolve();
      });
    });
  }

  #tellOf(words: readonly unknown[]): void {
    const partly = partlyTaken(words.at(-1));
    if (partly === null) this.#fail(words.map(String).join(' '));
    else if (partly !== '') this.#tellOnce(`the collector at ${this.#shown} ${partly}`);
  }

  #fail(reason: string): void {
    this.#tellOnce(`metrics do not reach ${this.#shown} (${cut(reason)})`);
  }

  #tellOnce(what: string): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    this.#say(`--otlp: ${visible(what)}; the run goes on.`);
  }
}

/** What a collector says of data that it took only in part, or took with a warning; empty if it took all, null for any other words. */
function partlyTaken(words: unknown): string | null {
  const said = jsonIn(words);
  if (said === null || !('rejectedDataPoints' in said || 'errorMessage' in said)) return null;
  // 64-bit numbers are texts in the protocol's JSON.
  const refused = Number(said['rejectedDataPoints'] ?? 0);
  const why = typeof said['errorMessage'] === 'string' ? cut(said['errorMessage']) : '';
  const because = why === '' ? '' : `: ${why}`;
  if (refused > 0) return `refused ${counted(refused, 'data point')} of a push${because}`;
  return why === '' ? '' : `took a push with a warning${because}`;
}

function jsonIn(words: unknown): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(String(words));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** Without an answer so far: only the result counts them. */
function withoutUnfinished(family: Family): Family {
  if (family.type !== 'counter') return family;
  return { ...family, samples: family.samples.filter(([{ outcome }]) => outcome !== 'unfinished') };
}

function intervalMs(): number {
  const given = Number(process.env[INTERVAL_VARIABLE]);
  return given >= SHORTEST_MS && given <= LONGEST_MS ? given : EVERY_MS;
}

/** A URL without a path is that of a collector; name and password move into a header. */
function endpointOf(to: URL): { readonly url: string; readonly headers: Record<string, string> } {
  const { auth } = urlToHttpOptions(to);
  const url = new URL(to);
  [url.username, url.password] = ['', ''];
  if (url.pathname === '/') url.pathname = DEFAULT_PATH;
  const headers =
    typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  return { url: url.href, headers };
}

function timeNow(): HrTime {
  const nowMs = Date.now();
  return [Math.floor(nowMs / MS_PER_SECOND), (nowMs % MS_PER_SECOND) * NANOS_PER_MS];
}
