import { METRICS } from '../../protocol/comparison-finding.ts';
import { EVENT_TIME_KINDS } from '../../protocol/event-times.ts';
import { FIRST_LATENCY_KINDS, LATENCY_KINDS } from '../../protocol/latency.ts';
import { ITERATION_COUNTS } from '../../protocol/scenario.ts';
import { STREAM_TIME_KINDS } from '../../protocol/stream.ts';
import { VERDICTS } from '../../protocol/summary.ts';
import { SWEPT } from '../../protocol/sweep.ts';
import { arePackedCells } from './saved-cells.ts';

/** A field that a saved result may lack because earlier versions did not write it. */
interface Optional {
  readonly optional: Shape;
}

/** A map with any names. */
interface Each {
  readonly each: Shape;
}

/** The required shape of a part of a saved result. */
type Shape =
  | 'text'
  | 'time'
  | 'flag'
  | 'number'
  /** A count, a time or a size: not below zero, and no more than can be counted exactly. */
  | 'amount'
  | 'cells'
  | 'number or null'
  | 'null'
  | { readonly oneOf: readonly (string | number)[] }
  | { readonly either: readonly Shape[]; readonly name: string }
  | readonly [element: Shape]
  | Each
  | { readonly fields: Readonly<Record<string, Shape | Optional>> };

const optional = (shape: Shape): Optional => ({ optional: shape });
const fields = (of: Readonly<Record<string, Shape | Optional>>): Shape => ({ fields: of });
const numbers = (...names: readonly string[]): Readonly<Record<string, Shape>> =>
  Object.fromEntries(names.map((name) => [name, 'amount']));

const orNull = (shape: Shape): Shape => ({ either: ['null', shape], name: 'what it should be, or null' });

const COUNTS = {
  ...numbers('sent', 'ok', 'failed', 'unfinished', 'dropped'),
  cancelled: optional('amount'),
  interrupted: optional('amount'),
};
const LATENCY = fields({
  ...numbers('count', 'censored'),
  min: 'number or null',
  mean: 'number or null',
  stdev: 'number or null',
  max: 'number or null',
  maxMinusMean: 'number or null',
  percentiles: { each: 'number or null' },
  atLeast: ['text'],
  precision: 'text',
  cells: optional('cells'),
});

const STREAMS = fields({
  timesMs: fields(Object.fromEntries(STREAM_TIME_KINDS.map((kind) => [kind, LATENCY]))),
  ...numbers('answers', 'notStreamed'),
  tokens: fields({
    ...numbers('total', 'events', 'countedAnswers', 'countedByServer'),
    perEvent: 'number or null',
    perSecond: 'number or null',
    perUserPerSecond: 'number or null',
  }),
  gaps: fields({ count: 'number', coalescedShare: 'number or null' }),
  goodput: orNull(
    fields({
      objectives: [fields({ latency: 'text', name: 'text', limitMs: 'number' })],
      ...numbers('good', 'perSecond'),
      share: 'number or null',
    }),
  ),
});

const BASELINE = fields({
  source: 'text',
  startedAt: 'time',
  otherMachine: optional(orNull('text')),
  latency: { oneOf: ['response', 'service'] },
  p50Ms: 'number or null',
  baselineP50Ms: 'number or null',
  ratio: 'number or null',
  scatter: orNull(fields(numbers('runs', 'lowMs', 'highMs'))),
  failsMore: 'flag',
  ...numbers('failedShare', 'baselineFailedShare'),
  answersDiffer: optional(orNull(fields({ statuses: 'text', ...numbers('aShare', 'bShare') }))),
  outcome: { oneOf: ['slower', 'within-scatter', 'not-slower', 'unknown'] },
  isFailure: 'flag',
});

const ITERATIONS = fields({
  name: 'text',
  ...numbers(...ITERATION_COUNTS, 'thinkMs'),
  responseMs: LATENCY,
  durationMs: LATENCY,
  startLagMs: LATENCY,
  errors: [fields({ kind: 'text', code: 'text', count: 'amount', example: 'text' })],
});
const SCENARIOS = fields({
  total: ITERATIONS,
  scenarios: [ITERATIONS],
  groups: [
    fields({ name: 'text', ...numbers('entered', 'left', 'failed', 'interrupted'), responseMs: LATENCY }),
  ],
  checks: [fields({ name: 'text' })],
  metrics: [fields({ name: 'text', kind: 'text' })],
  teardownFailure: orNull('text'),
  users: fields({ ...numbers('ever', 'max'), series: [fields(numbers('atMs', 'users'))] }),
});

/** The fields of a run's result that the reporters read. */
const SUMMARY = fields({
  tool: fields({ version: 'text' }),
  startedAt: 'time',
  plan: fields({
    name: optional('text'),
    target: fields({ url: 'text', method: 'text' }),
    mode: 'text',
    client: 'text',
    ...numbers('workers', 'concurrency', 'seed', 'warmupMs', 'timeoutMs'),
    protocol: optional('text'),
    streams: optional('number'),
    cpuWork: optional('number'),
    rows: optional(orNull(fields({ mode: 'text', count: 'number' }))),
    requestsDigest: optional('text'),
    routes: optional(
      orNull(
        fields({
          unixSocket: orNull('text'),
          proxy: orNull('text'),
          connectTo: ['text'],
          resolve: ['text'],
        }),
      ),
    ),
    load: {
      either: [
        fields({ model: { oneOf: ['closed'] } }),
        fields({
          model: { oneOf: ['open'] },
          ratePerSecond: 'number or null',
          arrivals: 'text',
          maxInFlight: 'number',
          stages: [fields({ durationMs: 'number or null', ...numbers('fromPerSecond', 'toPerSecond') })],
        }),
      ],
      name: 'a closed or an open model',
    },
    stop: fields({ requests: 'number or null', durationMs: 'number or null' }),
  }),
  baseline: optional(orNull(BASELINE)),
  stoppedBy: optional(orNull(fields({ expression: 'text', measured: 'number', atMs: 'amount' }))),
  rows: optional(
    fields({
      ...numbers('done', 'doneBefore', 'ok', 'failed', 'retries', 'returned', 'rateLimitReplies'),
      total: 'number or null',
      isComplete: 'flag',
      skipped: optional('number'),
      limitPerSecond: optional('number or null'),
      skippedLines: optional(['number']),
      trouble: optional(orNull(fields({ code: 'text' }))),
      statuses: { each: 'amount' },
      errors: { each: 'amount' },
    }),
  ),
  interrupted: 'flag',
  degraded: 'flag',
  degradedReasons: ['text'],
  notes: optional(['text']),
  windowMs: 'amount',
  requests: fields({ ...COUNTS, ...numbers('scheduled', 'notStarted', 'retried') }),
  rate: fields({
    targetPerSecond: 'number or null',
    ...numbers('sentPerSecond', 'throughputPerSecond'),
  }),
  latencyMs: fields({
    headline: { oneOf: ['response', 'service'] },
    intervals: optional(orNull({ each: orNull(fields({ low: 'number or null', high: 'number or null' })) })),
    ...Object.fromEntries(LATENCY_KINDS.map((kind) => [kind, optional(LATENCY)])),
    ...Object.fromEntries(FIRST_LATENCY_KINDS.map((kind) => [kind, LATENCY])),
  }),
  eventTimesMs: optional(fields(Object.fromEntries(EVENT_TIME_KINDS.map((kind) => [kind, LATENCY])))),
  streams: optional(orNull(STREAMS)),
  mix: optional([
    fields({
      ...{ name: 'text', method: 'text', url: 'text', places: optional('number') },
      ...COUNTS,
      latencyMs: LATENCY,
    }),
  ]),
  histogram: [fields(numbers('fromMs', 'toMs', 'count'))],
  connections: fields({
    ...numbers('opened', 'closedByTarget'),
    ...{ unrequested: optional('number'), doubtfulAnswers: optional('number') },
  }),
  addresses: optional([fields({ address: 'text', connections: 'number' })]),
  bytes: fields(numbers('sent', 'received')),
  statuses: { each: 'amount' },
  errors: [fields({ kind: 'text', code: 'text', count: 'number', example: 'text' })],
  workers: [
    fields({
      ...COUNTS,
      ...numbers('index', 'cpuMs', 'eventLoopUtilization'),
      lost: 'flag',
      processorWait: optional('number or null'),
    }),
  ],
  generator: fields({
    verdict: { oneOf: VERDICTS },
    reasons: ['text'],
    pacing: orNull('text'),
    cpuMs: 'number',
    cpuMicrosPerRequest: 'number or null',
    ...numbers('peakRssBytes', 'startupMs', 'startSkewMs'),
  }),
  thresholds: [fields({ expression: 'text', measured: 'number or null', ok: 'flag' })],
  scenarios: optional(SCENARIOS),
  series: fields({
    intervalMs: 'amount',
    cellsPerOctave: optional({ oneOf: [8, 4, 2, 1] }),
    buckets: [
      fields({
        ...numbers('atMs', 'sent', 'ok', 'failed'),
        p50: 'number or null',
        p99: 'number or null',
        cells: optional('cells'),
        gap: optional(fields({ cells: 'cells' })),
      }),
    ],
  }),
});

const SHARE = fields(numbers('sent', 'failed', 'share'));

/** The fields that a round of a comparison has in addition to a run's result, and those that only comparisons show. */
const ROUND = fields({
  cost: fields({ peakMemoryBytes: 'number', memoryKind: 'text' }),
  generator: fields(numbers('mergeMs', 'batchBytes')),
});

/** The fields of several rounds or arms that the reporters read; each round also has the result of a run. */
const COMPARISON = fields({
  tool: fields({ version: 'text' }),
  kind: { oneOf: ['modes', 'compare', 'repeat'] },
  interrupted: 'flag',
  baseline: optional(orNull(BASELINE)),
  metric: { oneOf: METRICS },
  margin: 'number',
  arms: [
    fields({
      name: 'text',
      url: 'text',
      mode: 'text',
      ...numbers('workers', 'concurrency'),
      figures: { each: fields({ median: 'number', low: 'number or null', high: 'number or null' }) },
      failures: optional(SHARE),
      rounds: [ROUND],
    }),
  ],
  pairs: [
    fields({
      a: 'text',
      b: 'text',
      figures: {
        each: fields({
          ...numbers('ratio', 'p', 'rounds', 'margin'),
          low: 'number or null',
          high: 'number or null',
          decision: { oneOf: ['higher', 'lower', 'no-difference', 'undecided'] },
          roundsNeeded: 'number or null',
        }),
      },
      probabilityShorter: 'number or null',
      shifts: [
        fields({
          percentile: 'text',
          ...numbers('aMs', 'bMs'),
          ratio: optional('number or null'),
          low: optional('number or null'),
          high: optional('number or null'),
        }),
      ],
    }),
  ],
  conclusions: ['text'],
  notes: ['text'],
});

const LEVEL = fields({ ...numbers('level', 'throughputPerSecond'), isGood: 'flag', summary: fields({}) });

/** The fields of a sweep that the reporters read; each level also has the result of a run. */
const SWEEP = fields({
  tool: fields({ version: 'text' }),
  target: orNull(fields({ url: 'text', method: 'text' })),
  over: { oneOf: SWEPT },
  ...numbers('from', 'to'),
  counts: { oneOf: ['answers', 'tokens'] },
  levels: [LEVEL],
  generatorLimit: optional(
    orNull(
      fields({ level: 'amount', reasons: ['text'], tries: optional('amount'), measured: optional(LEVEL) }),
    ),
  ),
  conclusions: ['text'],
});

/** The first wrong part of a saved sweep, without the results of its levels; null if there is none. */
export function wrongPartOfSweep(sweep: unknown): string | null {
  return wrongIn(sweep, SWEEP, '');
}

/** The same for a saved result of several rounds or arms, without the results of its rounds. */
export function wrongPartOfComparison(comparison: unknown): string | null {
  return wrongIn(comparison, COMPARISON, '');
}

/** The first wrong part of a run's saved result, in words; null if there is none. */
export function wrongPart(summary: unknown): string | null {
  return wrongIn(summary, SUMMARY, '');
}

function wrongIn(value: unknown, shape: Shape, path: string): string | null {
  const wrong = (kind: string): string => `${path === '' ? 'it' : path} is not ${kind}`;
  if (shape === 'text') return typeof value === 'string' ? null : wrong('text');
  if (shape === 'time')
    return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? null : wrong('a time');
  if (shape === 'flag') return typeof value === 'boolean' ? null : wrong('true or false');
  if (shape === 'number') return Number.isFinite(value) ? null : wrong('a number');
  if (shape === 'amount')
    return Number(value) >= 0 && Number(value) <= Number.MAX_SAFE_INTEGER && typeof value === 'number'
      ? null
      : wrong('a number of at least zero');
  if (shape === 'cells') return arePackedCells(value) ? null : wrong('a histogram');
  if (shape === 'number or null')
    return value === null || Number.isFinite(value) ? null : wrong('a number or null');
  if (shape === 'null') return value === null ? null : wrong('null');
  if (isList(shape)) {
    if (!Array.isArray(value)) return wrong('a list');
    return firstOf(value.map((element, index) => () => wrongIn(element, shape[0], `${path}[${index}]`)));
  }
  if ('oneOf' in shape)
    return shape.oneOf.includes(value as string | number) ? null : wrong(`'${shape.oneOf.join("' or '")}'`);
  if ('either' in shape) {
    if (shape.either.some((one) => wrongIn(value, one, path) === null)) return null;
    const [first, second, ...more] = shape.either;
    // For "null or X", what is wrong with X is the better message.
    const isThing =
      first === 'null' && second !== undefined && more.length === 0 && typeof value === 'object';
    return isThing ? wrongIn(value, second, path) : wrong(shape.name);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object');
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  if ('each' in shape) {
    const { each } = shape;
    return firstOf(
      Object.entries(value).map(
        ([name, part]) =>
          () =>
            wrongIn(part, each, at(name)),
      ),
    );
  }
  return firstOf(
    Object.entries(shape.fields).map(([name, part]) => () => {
      const found: unknown = Object.hasOwn(value, name)
        ? (value as Readonly<Record<string, unknown>>)[name]
        : undefined;
      if (!isOptional(part)) return wrongIn(found, part, at(name));
      return found === undefined ? null : wrongIn(found, part.optional, at(name));
    }),
  );
}

function firstOf(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const wrong = check();
    if (wrong !== null) return wrong;
  }
  return null;
}

function isOptional(part: Shape | Optional): part is Optional {
  return typeof part === 'object' && 'optional' in part;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
