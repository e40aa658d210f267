import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import type { Sweep } from '../../src/protocol/sweep.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { type LoggedAnswer, type LoggingModel, SOUND, startLoggingModel } from '../support/logging-model.ts';
import { besideLog } from '../support/streams-beside-log.ts';

const volley = useKeptProcess();
const inFolder = useFolder();

const GOOD = ['--slo', 'ttft<170ms'];
const READ = ['--preset', 'openai-chat'];
const ASKED = [...READ, '--json', '{"id":"{{n}}","stream":true}', ...GOOD, '--timeout', '60s'];
const INLINE = ['--mode', 'inline'];
const GOOD_MS = 170;
/** On a busy machine a read may be late by seconds; none is early by more than a clock's resolution. */
const LATE_MS = 10_000;
const EARLY_MS = 0.05;

/** Counts are those of the log, and times are those of the log and what lies between the two. */
function expectLogged(summary: Summary, log: readonly LoggedAnswer[]): void {
  const { counts, laterMs, apartMs, missing, slackMs } = besideLog(summary, log, GOOD_MS);
  for (const [what, [logged, measured]] of Object.entries(counts))
    expect([what, measured]).toEqual([what, logged]);
  for (const [what, ms] of Object.entries(laterMs)) {
    expect([what, ms, ms > -EARLY_MS && ms < LATE_MS]).toEqual([what, ms, true]);
  }
  for (const [what, ms] of Object.entries(apartMs))
    expect([what, ms, Math.abs(ms) < LATE_MS]).toEqual([what, ms, true]);
  // None is good that the log says is late; the others are, but for as many as all that is later can make late.
  expect(missing).toBeGreaterThanOrEqual(0);
  expect(missing * slackMs).toBeLessThanOrEqual((laterMs['ttft, sum'] ?? 0) + EARLY_MS);
}

const idsOf = (log: readonly LoggedAnswer[]): number[] => log.map(({ id }) => id).sort((a, b) => a - b);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

describe.each([
  ['wire', 'HTTP/1.1'],
  ['undici', 'HTTP/1.1'],
  ['wire', 'HTTP/2'],
  ['undici', 'HTTP/2'],
] as const)('figures of streams beside the log of their server: %s, %s', (client, version) => {
  let model: LoggingModel;
  beforeAll(async () => {
    model = await startLoggingModel(version);
  });
  afterAll(() => model.close());

  const how = ['--client', client, ...(version === 'HTTP/2' ? ['--h2c'] : [])];
  const ask = async (...words: string[]): Promise<Summary> => {
    const { stdout, stderr } = await volley(...words, ...how, '-o', 'json');
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Summary;
  };

  test('a closed load', async () => {
    const workers = client === 'wire' ? ['--mode', 'threads', '-w', '2'] : INLINE;
    const summary = await ask(model.url, ...ASKED, ...workers, '-n', '24', '-c', '6');
    const log = model.take();
    expect(idsOf(log)).toEqual(upTo(24));
    expectLogged(summary, log);
  });

  test('an open load', async () => {
    const summary = await ask(model.url, ...ASKED, ...INLINE, '-n', '24', '-r', '100');
    const log = model.take();
    expect(idsOf(log)).toEqual(upTo(24));
    expectLogged(summary, log);
  });

  test('the levels of a sweep', async () => {
    const words = ['-c', '2..4', '-n', '8', '--warmup', '0s', ...INLINE];
    const { levels } = (await ask('sweep', `${model.url}${SOUND}`, ...ASKED, ...words)) as unknown as Sweep;
    const log = model.take();
    // On a machine that has no core for it, a level is measured once more, or ends the sweep.
    const measured = Array.from({ length: log.length / 8 }, (_, at) => log.slice(8 * at, 8 * at + 8));
    const tokensOf = (all: readonly LoggedAnswer[]): number =>
      all.reduce((sum, { tokens }) => sum + tokens, 0);
    for (const { summary } of levels) {
      const at = measured.findIndex((all) => tokensOf(all) === summary.streams?.tokens.total);
      expect(at).toBeGreaterThanOrEqual(0);
      expectLogged(summary, measured.splice(0, at + 1)[at] as LoggedAnswer[]);
    }
  });

  test('a scenario', async () => {
    const plan = inFolder('talk.yaml');
    const { origin, pathname } = new URL(model.url);
    const step = `{ post: ${pathname}, json: { id: '1', stream: true }, stream: true }`;
    const load = '{ executor: shared-iterations, vus: 4, iterations: 16 }';
    writeFileSync(
      plan,
      `url: ${origin}\nstreams: { preset: openai-chat, slo: 'ttft<${GOOD_MS}ms' }\nscenarios: { talk: { load: ${load}, flow: [${step}] } }\n`,
    );
    const summary = await ask('run', plan, ...INLINE);
    expectLogged(summary, model.take());
  });

  test('the rows of a batch, each beside its answer', async () => {
    const [rows, out] = [
      inFolder('rows.csv'),
      inFolder(`out-${client}-${version.replaceAll('/', '')}.jsonl`),
    ];
    writeFileSync(rows, `id\n${upTo(16).join('\n')}\n`);
    const body = '{"id":"{{id}}","stream":true}';
    await volley(
      'batch',
      rows,
      model.url,
      ...READ,
      '--json',
      body,
      '--out',
      out,
      '-c',
      '4',
      ...INLINE,
      ...how,
    );
    const log = model.take();
    expect(idsOf(log)).toEqual(upTo(16));
    const written = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(written).toHaveLength(16);
    const kinds = {
      ok: /^null$/,
      error: /^stream: no more memory$/,
      cut: /^truncated: /,
      refused: /^status 503: no room$/,
    };
    for (const row of written) {
      const { fate, tokens, eventsMs, arrivedMs } = log.find(
        ({ id }) => id === Number(row['id']),
      ) as LoggedAnswer;
      expect(String(row['volley_error'])).toMatch(kinds[fate]);
      const isOk = fate === 'ok';
      expect(row['volley_tokens']).toBe(isOk ? tokens : null);
      if (!isOk) continue;
      const laterMs = Number(row['volley_ttft_ms']) - ((eventsMs[0] as number) - arrivedMs);
      expect(laterMs).toBeGreaterThan(-EARLY_MS);
      expect(laterMs).toBeLessThan(LATE_MS);
      expect(row['volley_tpot_ms'] === null).toBe(eventsMs.length === 1);
    }
  });
});
