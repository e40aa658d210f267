import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceServer, type WorkerMode } from '../../src/api/index.ts';
import { idsOf, idsTo, readAnswered, withoutLatencies, writeIds } from '../support/batch.ts';
import { startVolley } from '../support/cli.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { eventually } from '../support/processes.ts';

const KILLS = 10;
const KILLED_ROWS = 20_000;
const FEW = 10_000;
const MANY = 1_000_000;
const MB = 1_000_000;
const CONNECTIONS = 20;

/** What is too long for every test run: memory of a million rows, and ten kills at random moments. */
const folder = mkdtempSync(join(tmpdir(), 'volley-batch-full-'));
const server = await createReferenceServer();
try {
  for (const mode of MODES) {
    const [few, many] = [await memoryOf(mode, FEW), await memoryOf(mode, MANY)];
    say(
      `${mode}: ${FEW} rows ${few / MB} MB, ${MANY} rows ${many / MB} MB, difference`,
      (many - few) / MB,
      50,
    );
  }
  for (const mode of MODES) await killAndResume(mode);
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}

/** Peak resident bytes of the whole process tree. */
async function memoryOf(mode: WorkerMode, rows: number): Promise<number> {
  const { child, ended } = startVolley(
    [
      ...['batch', '-', `${server.url}delay/0?{{id}}`, '--mode', mode, '-w', '1', '-c', String(CONNECTIONS)],
      ...['-o', 'json', '--out', join(folder, 'memory.csv'), '--force'],
    ],
    {},
    null,
  );
  await feed(child.stdin!, rows);
  const { code, stdout } = await ended;
  const { rows: counts, generator } = JSON.parse(stdout);
  if (code !== 0 || counts.done !== rows)
    throw new Error(`${mode}: ended with ${code} after ${counts.done} rows`);
  return generator.peakRssBytes;
}

async function feed(stdin: NodeJS.WritableStream, rows: number): Promise<void> {
  stdin.write('id,name\n');
  for (let from = 1; from <= rows; from += 1_000) {
    const lines = idsTo(1_000).map((id) => `${from + id - 1},name ${from + id - 1}\n`);
    if (!stdin.write(lines.join(''))) await once(stdin, 'drain');
  }
  stdin.end();
}

async function killAndResume(mode: WorkerMode): Promise<void> {
  const rows = writeIds(join(folder, 'rows.csv'), KILLED_ROWS);
  const options = [
    '--mode',
    mode,
    '-w',
    String(workersIn(mode, 2)),
    '-c',
    String(CONNECTIONS),
    '--retries',
    '0',
  ];
  const words = [
    'batch',
    rows,
    `${server.url}flaky/{{id}}?${mode}`,
    '--timeout',
    '1s',
    '--allow-failures',
    ...options,
  ];
  const out = join(folder, `${mode}.csv`);
  const first = server.stats().requests;
  let allowed = 0;
  let resume: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const { child, ended } = startVolley([...words, '--out', out, ...resume]);
    const before = server.stats().requests;
    const until = before + 200 + Math.floor((Math.random() * KILLED_ROWS) / (KILLS + 2));
    const seen: { atMs: number; requests: number }[] = [];
    await eventually(() => {
      seen.push({ atMs: performance.now(), requests: server.stats().requests });
      return server.stats().requests > until;
    }, 'rows are sent');
    const killedAtMs = performance.now();
    child.kill('SIGKILL');
    await ended;
    await eventually(() => server.stats().connectionsOpen === 0, 'the connections are gone');
    const earlier = seen.findLast(({ atMs }) => atMs < killedAtMs - 100)?.requests ?? before;
    allowed += server.stats().requests - earlier + CONNECTIONS;
    resume = ['--resume'];
  }
  const last = await startVolley([...words, '--out', out, '--resume']).ended;
  const extra = server.stats().requests - first - KILLED_ROWS;
  const undisturbed = join(folder, 'undisturbed.csv');
  await startVolley([...words, '--out', undisturbed]).ended;
  const [a, b] = [readAnswered(out), readAnswered(undisturbed)];
  const isSame = JSON.stringify(withoutLatencies(a)) === JSON.stringify(withoutLatencies(b));
  const isWhole = JSON.stringify(idsOf(a)) === JSON.stringify(idsTo(KILLED_ROWS));
  say(
    `${mode}: ${KILLS} kills, code ${last.code}, same output ${isSame}, each row once ${isWhole}, sent again`,
    extra,
    allowed,
  );
  if (!isSame || !isWhole) process.exitCode = 1;
  const without = withoutLatencies(b);
  const differing = withoutLatencies(a).flatMap((row, index) => {
    const other = without[index];
    return JSON.stringify(row) === JSON.stringify(other)
      ? []
      : [`${JSON.stringify(row)} ≠ ${JSON.stringify(other)}\n`];
  });
  process.stdout.write(differing.slice(0, 5).join(''));
}

function say(what: string, value: number, limit: number): void {
  process.stdout.write(`${what}: ${value} (limit ${limit}) ${value <= limit ? 'ok' : 'TOO MUCH'}\n`);
  if (value > limit) process.exitCode = 1;
}
