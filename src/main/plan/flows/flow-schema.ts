import { z } from 'zod';
import { STREAM_PARTS } from '../../../protocol/flow.ts';
import { METRIC_KINDS, ROW_DEALS } from '../../../protocol/scenario-words.ts';
import { giving, headers, text } from '../plan-schema.ts';

export const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;
const OTHER_KINDS = [
  ...([
    'think',
    'group',
    'repeat',
    'for',
    'while',
    'if',
    'parallel',
    'call',
    'check',
    'add',
    'fail',
  ] as const),
];
/** The kinds of steps; every step has exactly one. */
export const STEP_KINDS = [...METHODS, ...OTHER_KINDS] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** Words of other tools for them. */
export const OTHER_WORDS: ReadonlyMap<string, StepKind> = new Map([
  ...(['pause', 'sleep', 'wait', 'delay'] as const).map((word) => [word, 'think'] as const),
  ['loop', 'repeat'],
  ['foreach', 'for'],
  ['request', 'get'],
  ['transaction', 'group'],
  ['function', 'call'],
  ['assert', 'check'],
]);

const count = z.number(giving('a whole number')).int('give a whole number').min(1, 'give a number from 1');
const expression = z.union(
  [z.string(), z.boolean()],
  giving("an expression in quotes, such as 'status == 202'"),
);
const time = z.union([z.string(), z.number()], giving('a time such as 2s, or 1s..3s'));
const scalar = z.union(
  [z.string(), z.number(), z.boolean()],
  giving('text, a number, true or false, or leave it out'),
);
const checks = z
  .record(
    z.string(),
    expression,
    giving("a map of names and expressions, as in { 'has items': size(ids) > 0 }"),
  )
  .describe('Conditions by name; the iteration goes on if one does not hold');

const CAPTURE_KINDS = ['json', 'css', 'header', 'cookie', 'regex', 'stream', 'status'] as const;
/** Parts of an answer that can be captured. */
export type CaptureKind = (typeof CAPTURE_KINDS)[number];
export { CAPTURE_KINDS };

const captureMap = z.strictObject({
  json: z.string().describe('A JSON path').optional(),
  css: z
    .string()
    .describe('A CSS selector: the text of the first element of the HTML that it matches')
    .optional(),
  attribute: z.string().describe('With css: this attribute in place of the text').optional(),
  header: z.string().optional(),
  cookie: z.string().optional(),
  regex: z.string().describe('A pattern; its first group, or all of it').optional(),
  stream: z.enum(STREAM_PARTS).describe('A part of a stream of tokens').optional(),
  status: z.literal(true).optional(),
  all: z.boolean().describe('All values, as a list').optional(),
  default: z.unknown().describe('The value if nothing is found; without it, the iteration fails').optional(),
});
const captures = z
  .record(
    z.string(),
    z.union([z.string(), captureMap]),
    giving("a map of names and what they are, as in { token: json token, next: { regex: 'id=(\\d+)' } }"),
  )
  .describe('Values of the answer that become variables');

const pairs = z.record(
  z.string(),
  z.union(
    [scalar, z.array(scalar)],
    giving('text, a number, true or false, or a list of them, or leave it out'),
  ),
  giving('a map of names and values'),
);
const timeout = z
  .union([z.string(), z.number()], giving("a time such as '30s'"))
  .describe("How long it may take in all; by default the plan's timeout");
const status = z.union(
  [z.number(), z.string(), z.array(z.number())],
  giving("a status such as 204, [200, 404], '2xx' or any"),
);

/** The fields of each kind of step; `steps` is the schema of a list of nested steps. */
function schemasWith(steps: z.ZodType): Readonly<Record<StepKind, z.ZodObject>> {
  const request = {
    name: text.describe('Its name in the result').optional(),
    header: headers.optional(),
    query: pairs.optional(),
    json: z.unknown().describe('A body: a map, a list, or JSON as text').optional(),
    form: pairs.optional(),
    body: text.optional(),
    'expect-status': status.describe('By default any below 400').optional(),
    'expect-body': text.describe('Text that the body has').optional(),
    'expect-json': z
      .record(z.string(), z.unknown(), giving('a map of paths and values'))
      .describe('Values at paths of the JSON')
      .optional(),
    redirects: z.number().int().min(0).describe('How many redirects are followed; 10').optional(),
    timeout: timeout.optional(),
    cookies: z.boolean(giving('true or false')).optional(),
    stream: z
      .boolean(giving('true or false'))
      .describe('Its answer is a stream of tokens, read as streams says')
      .optional(),
    capture: captures.optional(),
    check: checks.optional(),
  };
  const flow = steps.describe('Steps');
  const of = (method: (typeof METHODS)[number]): z.ZodObject =>
    z.strictObject({ [method]: text.min(1, 'give a path or a URL'), ...request });
  return {
    get: of('get'),
    head: of('head'),
    post: of('post'),
    put: of('put'),
    patch: of('patch'),
    delete: of('delete'),
    options: of('options'),
    think: z.strictObject({ think: time }),
    group: z.strictObject({ group: text.min(1, 'give a name'), flow }),
    repeat: z.strictObject({ repeat: count, flow }),
    for: z.strictObject({
      for: text.describe('The name of each'),
      in: z.union([expression, z.array(z.unknown())], giving('a list, or an expression that gives one')),
      flow,
    }),
    while: z.strictObject({ while: expression, most: count.optional(), flow }),
    // biome-ignore lint/suspicious/noThenProperty: it is a field of a schema, which is never awaited
    if: z.strictObject({ if: expression, then: flow, else: flow.optional() }),
    parallel: z.strictObject({ parallel: flow }),
    call: z.strictObject({
      call: text.describe('./module.ts#name'),
      sets: z.union([z.string(), z.array(z.string())], giving('a name, or a list of names')).optional(),
    }),
    check: z.strictObject({ check: checks }),
    add: z.strictObject({
      add: text.describe('A metric'),
      value: z.union([z.number(), expression], giving('a number, or an expression')).optional(),
    }),
    fail: z.strictObject({ fail: text.describe('Why') }),
  };
}

const anySteps = z.array(z.unknown(), giving('a list of steps'));
/** The fields of each kind of step; nested steps are checked one by one. */
export const STEP_SCHEMAS = schemasWith(anySteps);

function scenarioWith<Steps extends z.ZodType>(steps: Steps) {
  return z.strictObject(
    {
      load: z.record(z.string(), z.unknown(), giving('a map with executor')).optional(),
      weight: z.number(giving('a whole number')).optional(),
      rows: text
        .describe('A CSV file, or one with a JSON value on each line, in the folder of the plan')
        .optional(),
      'rows-mode': z.enum(ROW_DEALS, `choose one of ${ROW_DEALS.join(', ')}`).optional(),
      'keep-cookies': z.boolean(giving('true or false')).optional(),
      cookies: z.boolean(giving('true or false')).optional(),
      'new-connection': z.boolean(giving('true or false')).optional(),
      'vu-setup': steps.describe('Once for each user, before its first iteration').optional(),
      flow: steps,
      'vu-teardown': steps.describe('Once for each user, after its last iteration').optional(),
    },
    giving('a map with flow'),
  );
}

const options = z.union([text, z.array(text)], giving('text, or a list of texts'));
const streams = z
  .strictObject(
    {
      preset: text.describe('A preset for the API of a model server').optional(),
      stream: text.describe('sse, ndjson, chunks or auto').optional(),
      'token-path': options.optional(),
      'usage-path': options.optional(),
      tokens: text.describe('How tokens are counted: auto, usage or events').optional(),
      'stall-timeout': time.optional(),
      slo: text.describe('What a good answer is, as in ttft<1s').optional(),
      'slo-target': text.describe('The share that has to be good, such as 99%').optional(),
    },
    giving('a map such as { preset: openai-chat }'),
  )
  .describe('How the answers of steps with stream: true are read');
export const STREAMS_FIELDS = Object.keys(streams.shape);

function fieldsWith<Steps extends z.ZodType>(steps: Steps) {
  return {
    scenarios: z.record(z.string(), scenarioWith(steps), giving('a map of names and scenarios')).optional(),
    load: z
      .record(z.string(), z.unknown(), giving('a map with executor'))
      .describe('Shared, by their weights, by all scenarios that have none of their own')
      .optional(),
    streams: streams.optional(),
    metrics: z
      .record(z.string(), z.enum(METRIC_KINDS, `choose one of ${METRIC_KINDS.join(', ')}`), giving('a map'))
      .optional(),
    setup: steps.describe('Once before all scenarios, each of which has what it captures').optional(),
    teardown: steps.describe('Once after all scenarios').optional(),
    'setup-timeout': z.union([z.string(), z.number()]).optional(),
  };
}

/** The fields of a plan with scenarios, besides options. */
export const FLOW_PLAN = z.strictObject(fieldsWith(anySteps));
export type FlowPlan = z.infer<typeof FLOW_PLAN>;
export const FLOW_FIELDS = Object.keys(FLOW_PLAN.shape);
export const SCENARIO_FIELDS = Object.keys(scenarioWith(anySteps).shape);

/** The same with every step described, for editors. */
export function describedFlowFields(): ReturnType<typeof fieldsWith<z.ZodType>> {
  const step: z.ZodType = z.lazy(() => {
    const { get, head, post, put, patch, delete: deletion, options, ...others } = schemasWith(steps);
    const request = [head, post, put, patch, deletion, options].reduce(
      (all, one) => all.extend(one.shape),
      get,
    );
    return z.union([request.partial(), ...Object.values(others)]);
  });
  const steps: z.ZodType = z.array(step.meta({ id: 'step' }));
  return fieldsWith(steps);
}
