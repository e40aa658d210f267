import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { Collector } from '../../src/main/collect/collector.ts';
import { OtlpPusher } from '../../src/main/live/otlp.ts';
import { BOUNDARIES_SECONDS, otlpHistogramOf } from '../../src/main/live/otlp-histogram.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { Histogram } from '../../src/metrics/histogram.ts';
import { RunningMoments } from '../../src/metrics/moments.ts';
import { fc } from '../support/properties.ts';
import { blockOf } from '../support/samples.ts';

interface HistogramPoint {
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly bucketCounts: readonly number[];
  readonly explicitBounds: readonly number[];
}

/** What is pushed to a collector with this answer, and what is told of it. */
async function pushedTo(answer: string): Promise<{ bodies: string[]; told: string[]; to: URL }> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.setHeader('content-type', 'application/json').end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', duration: '9s', workers: 1, concurrency: 1 });
  const collector = new Collector(plan, 1, 9_000, 1_000);
  collector.take(0, blockOf(Array.from({ length: 13 }, () => ({ serviceMs: 4, status: 200 }))), []);
  const told: string[] = [];
  const { port } = server.address() as AddressInfo;
  const to = new URL(`http://127.0.0.1:${port}`);
  const snapshot = (): ReturnType<Collector['snapshot']> => collector.snapshot(1_000);
  await new OtlpPusher(to, plan, snapshot, (sentence) => told.push(sentence)).end(null);
  server.close();
  return { bodies, told, to };
}

test.each([
  [{ rejectedDataPoints: 2, errorMessage: 'too old' }, 'refused 2 data points of a push: too old'],
  // 64-bit numbers are texts in the protocol's JSON.
  [{ rejectedDataPoints: '1' }, 'refused 1 data point of a push'],
  [{ errorMessage: 'slow \u001b[2Jdown' }, 'took a push with a warning: slow \\x1b[2Jdown'],
  [{ rejectedDataPoints: '0', errorMessage: '' }, null],
  [{}, null],
])('a collector that answers %j', async (partialSuccess, said) => {
  const { told, to } = await pushedTo(JSON.stringify({ partialSuccess }));
  expect(told).toEqual(
    said === null ? [] : [`--otlp: the collector at '${to.href}v1/metrics' ${said}; the run goes on.`],
  );
});

test('what answers and is no collector is told, but for a body that is empty', async () => {
  const { told } = await pushedTo('<html>welcome</html>');
  expect(told).toEqual([
    expect.stringMatching(/^--otlp: metrics do not reach 'http.*<html>.*; the run goes on\.$/),
  ]);
  expect((await pushedTo('')).told).toEqual([]);
});

test('latencies arrive as a histogram', async () => {
  const { bodies, told } = await pushedTo('{}');
  expect(told).toEqual([]);
  expect(bodies).toHaveLength(1);
  const [{ scopeMetrics }] = JSON.parse(bodies[0]!).resourceMetrics;
  const { unit, histogram } = scopeMetrics[0].metrics.find(
    ({ name }: { name: string }) => name === 'volley.latency.histogram',
  );
  const points = histogram.dataPoints as HistogramPoint[];
  const service = points.find(({ attributes }) =>
    attributes.some(({ value }) => value.stringValue === 'service'),
  );
  expect(unit).toBe('s');
  expect(points).toHaveLength(3);
  expect(service).toMatchObject({ count: 13, min: 0.004, max: 0.004 });
  // 4 ms is just where a bucket ends, so it begins the next one.
  expect(service?.bucketCounts[service.explicitBounds.findIndex((bound) => bound > 0.004)]).toBe(13);
});

test('every value is in the bucket whose ends enclose it', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1e-6, max: 1e7, noNaN: true }), { maxLength: 50 }), (valuesMs) => {
      const observed = new Histogram();
      const moments = new RunningMoments();
      for (const valueMs of valuesMs) {
        observed.add(valueMs);
        moments.add(valueMs);
      }
      const { buckets, count } = otlpHistogramOf({ moments, observed, bounds: new Histogram() });
      const expected = new Array(BOUNDARIES_SECONDS.length + 1).fill(0);
      const boundsMs = BOUNDARIES_SECONDS.map((seconds) => seconds * 1_000);
      for (const valueMs of valuesMs) {
        const at = boundsMs.findIndex((boundMs) => valueMs < boundMs);
        expected[at < 0 ? boundsMs.length : at]++;
      }
      expect(buckets.counts).toEqual(expected);
      expect(count).toBe(valuesMs.length);
    }),
  );
});
