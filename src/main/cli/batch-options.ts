import type { Options } from 'yargs';
import type { BatchOptions } from '../batch/options.ts';
import type { Parsed } from './parsed.ts';
import { givenOften, RUN_OPTIONS, runOptionsFrom } from './run-options.ts';

/** Options of a run that mean the same for a batch, in the order of the help. */
const OF_A_RUN = [
  'workers',
  'concurrency',
  'mode',
  'client',
  'method',
  'header',
  'body',
  'body-file',
  'json',
  'data-urlencode',
  'form',
  'user',
  'bearer-env',
  'cookie',
  'user-agent',
  'no-keepalive',
  'location',
  'curl',
  'curl-file',
  'expect-status',
  'expect-body',
  'expect-json',
  'max-body',
  'timeout',
  'percentiles',
  'seed',
  'insecure',
  'output',
] as const;

/** Options of a batch that a run has not, or that mean something else there. */
const OWN_OPTIONS = {
  out: text('The answered rows: CSV, or JSONL by its name; their journal lies beside it', 'stdout'),
  select: text('A value of each JSON answer, as name=path; repeatable', 'none'),
  'save-body': text("Each answer's body as a file: a folder, or 'folder/{{id}}.jpg'", 'none'),
  default: text('What stands where an answer has no such value', 'nothing'),
  order: text('Rows as they were (input) or as they were answered (completion)', 'input'),
  chunk: text('Rows that a worker is given at a time', 'as many as take it 20 ms'),
  retries: text('Attempts beyond the first, after connection errors, timeouts, 429 and 5xx', '2'),
  'retry-unsafe': { type: 'boolean', describe: 'Retry also POST and PATCH, which may then be done twice' },
  'idempotency-key': text("A header of this name with this value: '{{uuid}}'", 'none'),
  resume: { type: 'boolean', describe: 'Go on after what is in the journal' },
  'csv-safe': { type: 'boolean', describe: 'No cell of the output is a formula for a spreadsheet' },
  'allow-failures': { type: 'boolean', describe: 'Rows that failed are no reason for exit code 1' },
} as const satisfies Record<string, Options>;

/** The options of `volley batch`. */
export const BATCH_OPTIONS: Readonly<Record<string, Options>> = {
  ...OWN_OPTIONS,
  rate: {
    ...RUN_OPTIONS.rate,
    describe: 'Starts a second at most (200, 50/s, 3000/m)',
    defaultDescription: 'no limit',
  },
  every: {
    ...RUN_OPTIONS.every,
    describe: 'The same, as the time between two starts',
    defaultDescription: 'no limit',
  },
  ...Object.fromEntries(OF_A_RUN.map((name) => [name, RUN_OPTIONS[name]])),
};

const ONCE = Object.keys(OWN_OPTIONS).filter((name) => name !== 'select');

/** Options of a batch from what was parsed, with the problems that only the command line can have. */
export function batchOptionsFrom(parsed: Parsed, problems: string[]): BatchOptions {
  const [rows, url] = parsed.positionals;
  for (const name of ONCE) {
    const given = parsed.all(name);
    // The options of a run are looked at below.
    if (given.length > 1 && !(name in RUN_OPTIONS)) problems.push(givenOften(name, given));
  }
  return {
    rows,
    run: { ...runOptionsFrom(parsed, problems), url },
    out: parsed.last('out'),
    select: parsed.all('select'),
    saveBody: parsed.last('save-body'),
    byDefault: parsed.last('default'),
    order: parsed.last('order'),
    chunk: parsed.last('chunk'),
    retries: parsed.last('retries'),
    retryUnsafe: parsed.flag('retry-unsafe'),
    idempotencyKey: parsed.last('idempotency-key'),
    resume: parsed.flag('resume'),
    isCsvSafe: parsed.flag('csv-safe'),
  };
}

function text(describe: string, defaultDescription: string): Options {
  return { type: 'string', describe, defaultDescription };
}
