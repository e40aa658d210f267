import { z } from 'zod';

const text = z.string();
const quantity = z.union([z.string(), z.number()]);
const flag = z.boolean();
const list = z.union([z.string(), z.array(z.string())]);
const headers = z.union([
  z.string(),
  z.array(z.string()),
  z.record(z.string(), z.union([z.string(), z.number()])),
]);
const jsonText = z.union([z.string(), z.number(), z.record(z.string(), z.unknown()), z.array(z.unknown())]);

/** What a plan may say of one request: the options of the same names. */
const REQUEST = {
  method: text.optional(),
  header: headers.optional(),
  body: text.optional(),
  'body-file': text.optional(),
  'data-urlencode': list.optional(),
  form: list.optional(),
  user: text.optional(),
  'bearer-env': text.optional(),
  cookie: text.optional(),
  'user-agent': text.optional(),
  'no-keepalive': flag.optional(),
  'expect-status': quantity.optional(),
  'expect-body': list.optional(),
  'expect-json': list.optional(),
  'max-body': quantity.optional(),
};

/** One of the requests of a plan. */
export const MIX_ENTRY = z.strictObject({
  name: text.min(1),
  weight: quantity.optional(),
  url: text.min(1),
  ...REQUEST,
  json: jsonText.optional(),
  location: z.union([z.number(), z.boolean()]).optional(),
});

/** A plan file: every option under its long name, and what options cannot say. */
export const PLAN = z.strictObject({
  $schema: text.optional(),
  variables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  mix: z.array(MIX_ENTRY).min(1).optional(),
  url: text.optional(),
  workers: quantity.optional(),
  concurrency: quantity.optional(),
  requests: quantity.optional(),
  duration: quantity.optional(),
  mode: text.optional(),
  client: text.optional(),
  rate: quantity.optional(),
  every: quantity.optional(),
  stages: text.optional(),
  arrivals: text.optional(),
  'max-in-flight': quantity.optional(),
  pacing: text.optional(),
  ...REQUEST,
  json: jsonText.optional(),
  location: z.union([z.number(), z.boolean()]).optional(),
  urls: text.optional(),
  curl: text.optional(),
  'curl-file': text.optional(),
  har: text.optional(),
  'har-hosts': text.optional(),
  rows: text.optional(),
  'rows-mode': text.optional(),
  timeout: quantity.optional(),
  warmup: quantity.optional(),
  'cpu-work': quantity.optional(),
  percentiles: quantity.optional(),
  threshold: list.optional(),
  'abort-on': list.optional(),
  seed: quantity.optional(),
  insecure: flag.optional(),
  cacert: text.optional(),
  cert: text.optional(),
  key: text.optional(),
  sni: text.optional(),
  'tls-min': quantity.optional(),
  resolve: list.optional(),
  addresses: text.optional(),
  'connect-to': list.optional(),
  'unix-socket': text.optional(),
  proxy: text.optional(),
  http2: flag.optional(),
  h2c: flag.optional(),
  streams: quantity.optional(),
  repeat: quantity.optional(),
  output: text.optional(),
  out: text.optional(),
  samples: text.optional(),
  'step-summary': flag.optional(),
});

/** The value of one option in a plan. */
export type PlanEntry = string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;

/** The JSON Schema of a plan, for editors. */
export function planJsonSchema(): unknown {
  return { ...z.toJSONSchema(PLAN), title: 'volley plan' };
}
