import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { isComparison, isSweep, readReportable, readSaved } from '../../src/main/files/result-file.ts';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { renderHtml } from '../../src/main/reporters/html/html-report.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { SWEEP_REPORTERS } from '../../src/main/reporters/sweep-text.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { fc } from '../support/properties.ts';
import { useTargets } from '../support/target.ts';

const inFolder = useFolder();
const volley = useKeptProcess(false);
const startTarget = useTargets();
const FOLDER = join(ROOT, 'test/fixtures/older-results');
const RESULTS = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), 'utf8'));
beforeAll(async () => {
  const { url } = await startTarget();
  const module = inFolder('users.mjs');
  writeFileSync(
    module,
    `import { scenario } from 'volley';
const options = { executor: 'constant-vus', vus: 3, duration: '300ms', baseURL: '${url}' };
export default scenario(options, async (vu) => {
  await vu.group('g', async () => vu.check(await vu.http.get('/bytes/3'), { ok: () => true }));
  await vu.sleep('10ms');
});`,
  );
  for (const words of [
    ['run', module],
    ['sweep', url, '-c', '1..4', '-d', '300ms'],
  ]) {
    const { stdout } = await volley(...words, '--mode', 'inline', '-o', 'json');
    RESULTS.push(stdout);
  }
});

/** So long no form takes, on a busy machine. */
const LONGEST_MS = 5_000;
const EDITS = [
  -1,
  0,
  0.5,
  1e9,
  -1e9,
  1e15,
  1e300,
  null,
  true,
  '',
  'x',
  [],
  {},
  [1e9, -1e9, 1e9],
  [-5, 1, -1e12, 7],
];

type Holder = Record<string, unknown>;

/** All fields of a result, as the objects and lists that hold them, and their names. */
function fieldsIn(value: unknown, found: [Holder, string][] = []): [Holder, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, inner] of Object.entries(value)) {
    found.push([value as Holder, name]);
    fieldsIn(inner, found);
  }
  return found;
}

function rendered(result: Awaited<ReturnType<typeof readReportable>>): void {
  renderHtml(result);
  if (isSweep(result)) {
    for (const reporter of Object.values(SWEEP_REPORTERS)) reporter(result);
    return;
  }
  if (isComparison(result)) for (const reporter of Object.values(COMPARISON_REPORTERS)) reporter(result);
  else for (const reporter of Object.values(REPORTERS)) reporter(result);
}

test('a result that was changed is shown in every form or refused, and nothing takes long', async () => {
  const path = inFolder('damaged.json');
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: RESULTS.length - 1 }),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(...EDITS)), { minLength: 1, maxLength: 3 }),
      async (index, edits) => {
        const result = JSON.parse(RESULTS[index]!) as Holder;
        for (const [at, value] of edits) {
          const fields = fieldsIn(result);
          const [holder, name] = fields[at % fields.length]!;
          holder[name] = structuredClone(value);
        }
        writeFileSync(path, JSON.stringify(result));
        const before = performance.now();
        try {
          rendered(await readReportable(path));
        } catch {
          // Whoever reads one makes a sentence of what is thrown.
          refused++;
        }
        expect(performance.now() - before).toBeLessThan(LONGEST_MS);
      },
    ),
    { numRuns: 400 },
  );
  expect(refused).toBeGreaterThan(50);
});

test.each<[string, (result: Summary) => void, string]>([
  [
    'cells that lead far away',
    ({ latencyMs }) => Object.assign(latencyMs.service, { cells: [1e9, -1e9, 1e9] }),
    'latencyMs.service.cells is not a histogram',
  ],
  [
    'cells of parts',
    ({ latencyMs }) => Object.assign(latencyMs.service, { cells: [10, 0.5] }),
    'latencyMs.service.cells is not a histogram',
  ],
  [
    'cells below zero',
    ({ latencyMs }) => Object.assign(latencyMs.service, { cells: [-1, 5] }),
    'latencyMs.service.cells is not a histogram',
  ],
  [
    'an unknown verdict',
    ({ generator }) => Object.assign(generator, { verdict: 'great' }),
    "generator.verdict is not 'failing' or 'ok'",
  ],
  [
    'a window before zero',
    (result) => Object.assign(result, { windowMs: -1 }),
    'windowMs is not a number of at least zero',
  ],
  [
    'a count that is too large',
    ({ requests }) => Object.assign(requests, { sent: 1e300 }),
    'requests.sent is not a number of at least zero',
  ],
  [
    'a time beyond all',
    ({ latencyMs }) => Object.assign(latencyMs.service, { max: '1e999' }),
    'latencyMs.service.max is not a number or null',
  ],
])('%s', async (_what, change, sentence) => {
  const result = JSON.parse(readFileSync(join(FOLDER, 'closed.json'), 'utf8')) as Summary;
  change(result);
  const path = inFolder('changed.json');
  writeFileSync(path, JSON.stringify(result).replace('"1e999"', '1e999'));
  await expect(readSaved(path)).rejects.toThrow(`cannot be used: ${sentence}`);
});
