import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from '@jest/globals';
import type { Summary } from '../../src/protocol/summary.ts';
import { startVolley } from '../support/cli.ts';
import { closedPort } from '../support/target.ts';

const RATE = ['--rate', '50', '-d', '2s', '-c', '2', '--mode', 'inline', '-o', 'json'];
/** OpenTelemetry's own variables. */
const env = {
  OTEL_METRIC_EXPORT_INTERVAL: '200',
  OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=load',
  OTEL_RESOURCE_ATTRIBUTES: 'test.id=7',
};

/** As the protocol has it in JSON; whole numbers may be texts. */
interface Point {
  readonly attributes: readonly { key: string; value: { stringValue?: string } }[];
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly startTimeUnixNano: string;
}
interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { aggregationTemporality: number; isMonotonic: boolean; dataPoints: Point[] };
  readonly gauge?: { dataPoints: Point[] };
}
interface Pushed {
  readonly resourceMetrics: readonly {
    resource: { attributes: Point['attributes'] };
    scopeMetrics: { metrics: Metric[] }[];
  }[];
}

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const attribute = ({ attributes }: Pick<Point, 'attributes'>, name: string): string | undefined =>
  attributes.find(({ key }) => key === name)?.value.stringValue;

/** Values of a metric by an attribute of theirs. */
function valuesOf({ resourceMetrics }: Pushed, name: string, by: string): Record<string, number> {
  const metric = resourceMetrics[0]?.scopeMetrics[0]?.metrics.find((one) => one.name === name);
  const points = metric?.sum?.dataPoints ?? metric?.gauge?.dataPoints ?? [];
  return Object.fromEntries(
    points.map((point) => [attribute(point, by) ?? '', Number(point.asInt ?? point.asDouble)]),
  );
}

test('a collector gets exactly the counts of the result, growing; one that is away or silent changes nothing and is told once', async () => {
  let number = 0;
  const target = await listening((_request, response) => {
    response.writeHead(++number % 4 === 0 ? 503 : 200).end('ok');
  });
  const heads: string[] = [];
  const pushed: Pushed[] = [];
  const collector = await listening(async (request, response) => {
    heads.push(
      `${request.method} ${request.url} ${request.headers.authorization} ${request.headers['x-tenant']}`,
    );
    pushed.push(JSON.parse(await text(request)) as Pushed);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  // It takes what comes, and says nothing.
  const silent = await listening((request) => void request.resume());
  const away = `127.0.0.1:${await closedPort()}`;
  const url = `http://${target}/a?k=%1B%22`;
  const given = ['-u', 'me:pushed-secret', '-H', 'x-api-key: key-of-plan'];
  const run = (otlp: string): ReturnType<typeof startVolley>['ended'] =>
    startVolley([url, ...RATE, ...given, '--otlp', otlp], { env }).ended;
  const [told, quiet, lost] = await Promise.all([
    run(`http://who:collector-word@${collector}`),
    run(`http://who:collector-word@${silent}/in?key=collector-key`),
    run(`http://${away}/`),
  ]);
  const result = JSON.parse(told.stdout) as Summary;

  expect(new Set(heads)).toEqual(
    new Set([`POST /v1/metrics Basic ${Buffer.from('who:collector-word').toString('base64')} load`]),
  );
  expect(pushed.length).toBeGreaterThan(2);
  const last = pushed.at(-1)!;
  const { ok, failed, unfinished, dropped, notStarted } = result.requests;
  expect(valuesOf(last, 'volley.requests', 'outcome')).toEqual({
    ...{ ok, failed, unfinished, dropped },
    not_started: notStarted,
  });
  expect(ok + failed + unfinished + dropped + notStarted).toBe(100);
  expect(valuesOf(last, 'volley.responses', 'status')).toEqual(result.statuses);
  expect(valuesOf(last, 'volley.errors', 'kind')).toEqual({ status: failed });
  expect(valuesOf(last, 'volley.latency', 'quantile')['0.5']).toBeGreaterThan(0);
  expect(valuesOf(last, 'volley.latency.count', 'latency')['response']).toBe(result.latencyMs.response.count);

  // While it runs: counts never fall, each of them is a sum from one beginning, and units are told.
  const grown = pushed.map((one) => valuesOf(one, 'volley.requests', 'outcome')['ok'] ?? 0);
  expect(grown).toEqual(grown.toSorted((a, b) => a - b));
  expect(grown.some((count) => count > 0 && count < ok)).toBe(true);
  expect(pushed.some((one) => valuesOf(one, 'volley.run_running', 'none')[''] === 1)).toBe(true);
  const metrics = last.resourceMetrics[0]!.scopeMetrics[0]!.metrics;
  const units = Object.fromEntries(metrics.map(({ name, unit }) => [name, unit]));
  expect(units).toMatchObject({ 'volley.requests': '', 'volley.latency': 's', 'volley.received': 'By' });
  const sums = metrics.flatMap(({ sum }) => sum ?? []);
  expect(new Set(sums.map((sum) => `${sum.aggregationTemporality} ${sum.isMonotonic}`))).toEqual(
    new Set(['2 true']),
  );
  const starts = pushed.flatMap(({ resourceMetrics }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ metrics: all }) =>
        all.flatMap(({ sum }) => sum?.dataPoints.map((point) => point.startTimeUnixNano) ?? []),
      ),
    ),
  );
  expect(new Set(starts).size).toBe(1);
  const instances = pushed.map(({ resourceMetrics }) =>
    attribute(resourceMetrics[0]!.resource, 'service.instance.id'),
  );
  expect(new Set(instances).size).toBe(1);
  const { resource } = last.resourceMetrics[0]!;
  expect([attribute(resource, 'service.name'), attribute(resource, 'test.id')]).toEqual(['volley', '7']);
  expect(JSON.stringify(pushed)).not.toMatch(/pushed-secret|key-of-plan|collector-word/);

  for (const [ended, why] of [
    [told, ''],
    [
      quiet,
      `volley: --otlp: metrics do not reach 'http://${silent}/in' (Request timed out); the run goes on.\n`,
    ],
    [
      lost,
      `volley: --otlp: metrics do not reach 'http://${away}/v1/metrics' (ECONNREFUSED); the run goes on.\n`,
    ],
  ] as const) {
    const { requests } = JSON.parse(ended.stdout) as Summary;
    expect(requests.ok + requests.failed).toBeGreaterThan(90);
    expect(ended.code).toBe(told.code);
    expect(ended.stderr.match(/^volley: --otlp.*\n/gm)?.join('') ?? '').toBe(why);
    expect(ended.stdout + ended.stderr).not.toMatch(/collector-word|collector-key/);
  }
});
