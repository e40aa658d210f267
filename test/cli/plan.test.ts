import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { SCREEN_TABLE } from '../../src/main/cli/command-tables.ts';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { planJsonSchema } from '../../src/main/plan/plan-json-schema.ts';
import { PLAN } from '../../src/main/plan/plan-schema.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();
const folder = mkdtempSync(join(tmpdir(), 'volley-plan-'));

function planOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('a plan file', () => {
  test('says what options say, and several requests; options come before it', async () => {
    const target = await startTarget();
    const plan = planOf(
      'plan.yaml',
      `variables: { base: ${target.url.slice(0, -1)}, size: 7 }
workers: 2
concurrency: 4
requests: 10
no-keepalive: true
header: { X-A: 1 }
threshold: ['p50{small}<10s', error-rate<=50%]
mix:
  - { name: small, url: '{{base}}/bytes/{{size}}', weight: 3 }
  - name: other
    method: PUT
    url: '{{base}}/echo'
    json: { a: ['{{n}}', 1] }
    expect-json: a[1]=1
`,
    );
    const { code, stdout, stderr } = await volley('run', plan, '-n', '40', '--set', 'size=9', '-o', 'json');
    expect([code, stderr]).toEqual([0, '']);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary.requests).toMatchObject({ sent: 40, ok: 40 });
    expect(summary.mix.map(({ name, sent }) => [name, sent])).toEqual([
      ['small', 30],
      ['other', 10],
    ]);
    expect(summary.thresholds.map(({ ok }) => ok)).toEqual([true, true]);
    expect(summary.connections.opened).toBeGreaterThanOrEqual(40);
    expect(target.stats().byPath).toEqual({ '/bytes/9': 30, '/echo': 10 });
  });

  test('advice of its result names its keys, and options that the command line had', async () => {
    const target = await startTarget();
    const plan = planOf('refused.yaml', `url: ${target.url}status/401\nrequests: 5\n`);
    const { stdout } = await volley('run', plan, '--user', 'a:b', '-o', 'json');
    const { generator } = JSON.parse(stdout) as Summary;
    expect(generator.reasons).toContain(
      'Check the credentials (-u, bearer-env, api-key-env, cookie); look at one answer with --once.',
    );
  });

  test('may be JSON, with one request', async () => {
    const target = await startTarget();
    const plan = planOf(
      'plan.json',
      JSON.stringify({ url: `${target.url}delay/1`, requests: 3, concurrency: 1 }),
    );
    const { code, stdout } = await volley('run', plan, '-o', 'json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Summary).plan.target.url).toBe(`${target.url}delay/1`);
    expect(target.stats().requests).toBe(3);
  });

  test.each([
    [
      'a field that there is not',
      'rate: 5\nmixx: []\n',
      [":2:1: 'mixx' is not a field that a plan has here"],
    ],
    [
      'a request without a URL, and a misspelt name, which is not missing too',
      'mix:\n  - nam: a\n',
      [":2:5: 'mix.0.url' is missing.\nvolley: ", ":2:5: 'nam' is not a field that a plan has here"],
    ],
    [
      'two requests of one name',
      "mix:\n  - { name: a, url: 'http://127.0.0.1:9/' }\n  - { name: a, url: 'http://127.0.0.1:9/' }\n",
      [":3:13: Two requests are called 'a': give each a name of its own."],
    ],
    ['no YAML', 'rate: [1\nworkers: 2\n', [':2:1: ']],
    ['a value of another kind', 'insecure: 7\n', [":1:11: 'insecure' '7': give true or false"]],
    [
      'values that cannot be run, with those of the command line',
      'url: http://127.0.0.1:9/\nrate: fast\nworkers: 0\n',
      [":2:7: rate 'fast'", ":3:10: workers '0'", "--timeout 'soon'"],
    ],
  ])('with %s is refused, with the place', async (_name, text, expected) => {
    const plan = planOf('bad.yaml', text);
    const { code, stdout, stderr } = await volley('run', plan, '--timeout', 'soon');
    expect([code, stdout]).toEqual([2, '']);
    for (const part of expected) expect(stderr).toContain(part.startsWith(':') ? plan + part : part);
    expect(stderr).not.toContain('    at ');
  });

  test('the fields that there are stand in one of several sentences on unknown ones', async () => {
    const plan = planOf('unknown.yaml', 'services: 1\nvolumes: 2\nnetworks: 3\nurl: http://127.0.0.1:9/\n');
    const { code, stderr } = await volley('run', plan);
    expect(code).toBe(2);
    expect(stderr.match(/choose from/g)).toHaveLength(1);
    expect(stderr).toContain(`${plan}:2:1: 'volumes' is not a field that a plan has here either.\n`);
    expect(stderr).toContain(`${plan}:3:1: 'networks' is not a field that a plan has here either.\n`);
  });

  test.each([
    ['api.yaml', "openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths: {}\n", 'volley init --openapi FILE'],
    ['old.yaml', "swagger: '2.0'\npaths: {}\n", 'turn it into OpenAPI 3'],
    ['page.json', '{"log":{"entries":[]}}', '--har FILE'],
  ])('%s in its place is told what to do instead', async (name, text, advice) => {
    const file = planOf(name, text);
    const { code, stderr } = await volley('run', file);
    expect(code).toBe(2);
    expect(stderr).toContain(`volley: '${file}' `);
    expect(stderr).toContain('not a plan: ');
    expect(stderr).toContain(advice.replace('FILE', file));
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a setting that the plan does not have is a slip', async () => {
    const plan = planOf('set.yaml', 'url: http://127.0.0.1:9/{{size}}\nvariables:\n  size: 3\n');
    const { code, stderr } = await volley('run', plan, '--set', 'siez=4', '-n', '1');
    expect(code).toBe(2);
    expect(stderr).toBe("volley: --set 'siez': the plan has no variable of that name: did you mean size?\n");
  });

  test('whose number would change says so; as text it is what is sent', async () => {
    const target = await startTarget();
    const plan = (id: string): string =>
      planOf('long.yaml', `url: ${target.url}echo\nvariables:\n  id: ${id}\nbody: '{{id}}'\nrequests: 2\n`);
    const { code, stderr } = await volley('run', plan('9007199254740993'));
    expect([code, target.stats().requests]).toEqual([2, 0]);
    expect(stderr).toContain(':3:7: ');
    expect(stderr).toContain('9007199254740993');
    const quoted = await volley('run', plan("'9007199254740993'"), '--expect-body', '9007199254740993');
    expect([quoted.code, target.stats().requests]).toEqual([0, 2]);
  });

  test('that cannot be read, or is not named', async () => {
    expect((await volley('run', join(folder, 'none.yaml'))).stderr).toMatch(
      /^volley: The plan '.*none.yaml' cannot be read/,
    );
    expect((await volley('run')).stderr).toMatch(/^volley: No plan was given/);
  });

  /** Not in plan files: where and how a run is watched, and what only modules of scenarios take. */
  const ELSEWHERE = [
    ...['set', 'dry-run', 'once', 'live', 'otlp', 'on-port'],
    ...['agents', 'broker', 'pool', 'cluster-key-file', 'min-agents', 'join-timeout', 'max-lost'],
    ...['vus', 'iterations', 'only'],
  ];
  const SCREEN = Object.keys(SCREEN_TABLE);

  test('has every option of a run but those of the moment, and its schema is the one in the documents', () => {
    const fields = Object.keys(PLAN.shape).filter(
      (name) => !['$schema', 'variables', 'presets', 'mix', 'url'].includes(name),
    );
    expect(fields.toSorted()).toEqual(
      Object.keys(COMMANDS['run']!.options)
        .filter((name) => ![...ELSEWHERE, ...SCREEN].includes(name))
        .toSorted(),
    );
    const documented = JSON.parse(readFileSync(join(ROOT, 'docs/plan.schema.json'), 'utf8')) as unknown;
    expect(documented).toEqual(planJsonSchema());
  });

  test('as the documents show it runs', async () => {
    const target = await startTarget();
    const [, example = ''] =
      /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/plans.md'), 'utf8')) ?? [];
    const { code, stdout } = await volley(
      'run',
      planOf('example.yaml', example),
      '--set',
      `base=${target.url.slice(0, -1)}`,
      '-n',
      '400',
      '-o',
      'json',
    );
    const { mix, thresholds } = JSON.parse(stdout) as Summary;
    expect(mix.map(({ sent, ok }) => [sent, ok])).toEqual([
      [300, 300],
      [100, 100],
    ]);
    // A busy machine may be too slow for the example's latencies: then its rules say so, and nothing else does.
    expect(thresholds.map(({ expression }) => expression)).toEqual([
      'p99<200ms',
      'p95{search}<100ms',
      'error-rate<1%',
    ]);
    expect(thresholds[2]?.ok).toBe(true);
    expect(code).toBe(thresholds.every(({ ok }) => ok) ? 0 : 1);
  });
});
