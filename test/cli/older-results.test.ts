import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReferenceServer, type ReferenceServer } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const keptVolley = useKeptProcess();
const folder = mkdtempSync(join(tmpdir(), 'volley-older-'));
const servers: ReferenceServer[] = [];
let plain = '';
let http2 = '';

const ROWS = 'id,name\n1,a\n2,b\n3,c\n';
const mix = (): string => `
concurrency: 2
requests: 44
mode: inline
client: undici
seed: 7
timeout: 300ms
threshold: ['p50{good}<10s', 'error-rate<90%']
mix:
  - {name: good, url: '${plain}headers', weight: 8}
  - {name: lost, url: '${plain}fault/reset', weight: 1}
  - {name: late, url: '${plain}fault/hang', weight: 1}
  - {name: cut, url: '${plain}fault/truncate', weight: 1}
`;

/** The command lines that wrote `fixtures/older-results`, before findings, event times, streams and scenarios. */
const COMMANDS: Readonly<Record<string, () => { readonly line: string; readonly code: number }>> = {
  closed: () => ({
    line: `${plain} -n 200 -c 4 -w 2 --mode threads --client undici --seed 1 --threshold p50<10s`,
    code: 0,
  }),
  open: () => ({
    line: `${plain}delay/20 -r 100 -n 60 -w 2 --mode processes --client wire --seed 1 --percentiles 50,90 --max-in-flight 40`,
    code: 0,
  }),
  failing: () => ({
    line: `${plain}status/500 -n 20 -c 2 --mode inline --client wire --seed 1 --threshold p50<10s`,
    code: 1,
  }),
  h2c: () => ({
    line: `${http2} --h2c --streams 4 -n 80 -c 2 --mode inline --client undici --seed 1`,
    code: 0,
  }),
  stages: () => ({
    line: `${plain}delay/5 --stages 400ms:50..100,1200ms:100 --warmup 200ms --mode inline --client undici --seed 1 --max-in-flight 20 --abort-on p50<1ms --arrivals poisson`,
    code: 1,
  }),
  mix: () => ({ line: `run ${join(folder, 'mix.yaml')}`, code: 0 }),
  modes: () => ({
    line: `modes ${plain} -n 40 -c 2 -w 2 --rounds 2 --warmup 0s --percentiles 50,99 --client undici --seed 1`,
    code: 0,
  }),
  compare: () => ({
    line: `compare ${plain} ${plain}delay/5 -n 40 -c 2 -w 1 --rounds 2 --warmup 0s --client wire --seed 1 --metric p50`,
    code: 0,
  }),
  repeat: () => ({
    line: `${plain} -n 40 -c 2 --mode inline --client wire --seed 1 --warmup 0s --repeat 2`,
    code: 0,
  }),
  batch: () => ({
    line: `batch ${join(folder, 'rows.csv')} ${plain}headers?id={{id}}&name={{name}} --out ${join(folder, 'out.csv')} -c 2 --mode inline --client wire --retries 0 --seed 1 --select m=method`,
    code: 0,
  }),
};

/** What the same run says twice; everything else is measured, and has a type. */
const TOLD = new RegExp(
  `^(arms\\.\\d+\\.)?(rounds\\.\\d+\\.)?(${[
    '(schemaVersion|kind|metric|margin|name|url|mode|workers|concurrency|interrupted|degraded)$',
    '(plan|requests|statuses|rows|stoppedBy\\.expression)(\\.|$)',
    'thresholds\\.\\d+\\.(expression|ok|implied|isLowerBound)$',
    'errors\\.\\d+\\.(kind|code|count)$',
    'mix\\.\\d+\\.(name|method|url|weight|sent|ok|failed|unfinished|dropped)$',
    'workers\\.\\d+\\.(index|kind|connections|sent|lost)$',
    'latencyMs\\.(headline$|\\w+\\.(precision|censored)$)',
    'rate\\.targetPerSecond$',
    'connections\\.opened$',
    'tool\\.(name|platform)$',
  ].join('|')})`,
);
/**
 * How long an aborted run lasted, and with it its counts, is measured; so is whether a connection that ended with a failure
 * has another request left to be opened again for.
 */
const MEASURED: Readonly<Record<string, RegExp>> = {
  mix: /^connections\.opened$/,
  stages: /^requests\.|^statuses\.|^connections\.|^workers\.|censored|isLowerBound|^rate\./,
};

const file = (name: string): string => join(ROOT, 'test/fixtures/older-results', `${name}.json`);

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

/** Where today's result lacks a field of the older one, or has another kind of value, or says something else. */
function changes(older: unknown, today: unknown, measured: RegExp, path = ''): string[] {
  const kinds = [kindOf(older), kindOf(today)];
  // A short run may have a figure or not.
  if (kinds.includes('null') && !TOLD.test(path)) return today === undefined ? [`${path} is gone`] : [];
  if (kinds[0] !== kinds[1]) return [`${path} was ${kinds[0]}, and is ${kinds[1]}`];
  if (Array.isArray(older) && Array.isArray(today)) {
    const isTold = /(^|\.)(arms|rounds|mix|thresholds|workers|errors|stages)$/.test(path);
    if (isTold && older.length !== today.length)
      return [`${path} had ${older.length}, and has ${today.length}`];
    const [first] = older as unknown[];
    return (today as unknown[]).flatMap((element, index) => {
      const before = isTold ? (older as unknown[])[index] : first;
      return before === undefined
        ? []
        : changes(before, element, measured, `${path}.${index}`.slice(path === '' ? 1 : 0));
    });
  }
  if (kinds[0] === 'object')
    return Object.entries(older as object).flatMap(([name, value]) =>
      changes(
        value,
        (today as Record<string, unknown>)[name],
        measured,
        path === '' ? name : `${path}.${name}`,
      ),
    );
  if (TOLD.test(path) && !measured.test(path) && older !== today)
    return [`${path} was ${String(older)}, and is ${String(today)}`];
  return [];
}

/** A result without what differs each time: ports, and folders. */
const parsed = (text: string): unknown =>
  JSON.parse(
    text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1').replaceAll(/"[^"]*\/rows\.csv"/g, '"rows.csv"'),
  );

beforeAll(async () => {
  servers.push(await createReferenceServer(), await createReferenceServer({ h2c: true }));
  [plain, http2] = servers.map(({ url }) => url) as [string, string];
  writeFileSync(join(folder, 'mix.yaml'), mix());
  writeFileSync(join(folder, 'rows.csv'), ROWS);
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  rmSync(folder, { recursive: true });
});

describe('a result that an earlier version wrote', () => {
  test.each(Object.keys(COMMANDS))(
    'has no field that the same command does not write today, with the same meaning: %s',
    async (name) => {
      const { line, code } = COMMANDS[name]!();
      const ended = await keptVolley(...line.split(' '), '-o', 'json');
      expect({ code: ended.code, stderr: ended.code === code ? '' : ended.stderr }).toEqual({
        code,
        stderr: '',
      });
      const older = parsed(readFileSync(file(name), 'utf8'));
      expect(changes(older, parsed(ended.stdout), MEASURED[name] ?? /^$/)).toEqual([]);
    },
  );

  test('this comparison sees what is gone, of another kind, or says something else', () => {
    const older = { requests: { sent: 1, ok: 1 }, rate: { a: 1 }, mix: [{ name: 'x' }], notes: ['n'] };
    const today = { requests: { sent: 2 }, rate: { a: 'b' }, mix: [], notes: ['other', 1] };
    expect(changes(older, today, /^$/)).toEqual([
      'requests.sent was 1, and is 2',
      'requests.ok was number, and is undefined',
      'rate.a was number, and is string',
      'mix had 1, and has 0',
      'notes.1 was string, and is number',
    ]);
  });

  test('is read by report and compare', async () => {
    const shown = async (...words: string[]): Promise<string> => {
      const { code, stdout, stderr } = await keptVolley(...words);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' });
      return stdout;
    };
    expect(await shown('report', file('closed'))).toMatch(/200 sent.*200 ok/);
    expect(await shown('report', file('mix'), '-o', 'markdown')).toContain('truncated');
    expect(await shown('report', file('modes'))).toContain('sequential');
    expect(await shown('report', file('compare'), '-o', 'html')).toContain('delay/5');
    expect(await shown('report', file('open'), '-o', 'prometheus')).toContain('volley_');
    const { code, stdout } = await keptVolley(
      'compare',
      file('closed'),
      file('repeat'),
      '--force',
      '-o',
      'json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      arms: [{ rounds: [{ requests: { sent: 200 } }] }, { rounds: [{}, { requests: { sent: 40 } }] }],
    });
  });
});
