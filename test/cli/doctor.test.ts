import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Bench } from '../../src/main/doctor/bench.ts';
import { exitCodeOf, findingsOf } from '../../src/main/doctor/findings.ts';
import type { Diagnosis } from '../../src/protocol/diagnosis.ts';
import { startVolley, volley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';

const inFolder = useFolder();

test('what earlier experiments have left is collected before the next one, not during it', async () => {
  const [preload, told] = [inFolder('collections.cjs'), inFolder('collections')];
  writeFileSync(
    preload,
    `const { gc } = globalThis; let count = 0;
    globalThis.gc = () => { gc(); require('node:fs').writeFileSync(${JSON.stringify(told)}, String(++count)); };`,
  );
  const bench = new Bench(false, preload, null);
  try {
    for (const run of [1, 2]) {
      const options = { requests: 3, concurrency: 1, workers: 1 };
      await bench.observe({ kind: 'delay', delayMs: 0 }, options, { warmupMs: 0 });
      expect(readFileSync(told, 'utf8')).toBe(String(run));
    }
  } finally {
    await bench.close();
  }
});

describe('volley doctor', () => {
  test('what is known comes out with both clients; code and findings follow from the figures', async () => {
    const env = { HTTP_PROXY: 'http://me:secret-of-a-proxy@127.0.0.1:9', TERM: 'x\u001b[31m\u202e' };
    const { code, stdout, stderr } = await startVolley(['doctor', '-o', 'json'], { env }).ended;
    expect(stderr).toBe('volley: looking at this machine for some ten seconds\n');
    // Nothing of the environment is repeated.
    for (const part of ['secret-of-a-proxy', '[31m', '\u202e']) expect(stdout).not.toContain(part);
    const diagnosis = JSON.parse(stdout) as Diagnosis;
    // Times are what a busy machine may spoil; that each request is answered and counted is not.
    const counts = diagnosis.clients.map(({ client, answers }) => [
      client,
      ...answers.map(({ answer, scriptedMs, expected, ok, recorded, arrived, disordered }) => ({
        ...{ answer, scriptedMs, expected, ok, disordered },
        lost: recorded - arrived,
      })),
    ]);
    const answers = [
      { answer: 'immediate', scriptedMs: 0, expected: 900, ok: 900, disordered: 0, lost: 0 },
      { answer: 'delay', scriptedMs: 10, expected: 400, ok: 400, disordered: 0, lost: 0 },
      { answer: 'stall', scriptedMs: 100, expected: 1_000, ok: 1_000, disordered: 0, lost: 0 },
    ];
    expect(counts).toEqual([
      ['undici', ...answers],
      ['wire', ...answers],
    ]);
    for (const { answers, addedMs, highest } of diagnosis.clients) {
      // No disturbance makes an answer quicker.
      for (const { scriptedMs, knownMs, measuredMs } of answers.slice(0, 2)) {
        expect(knownMs).toBeGreaterThanOrEqual(scriptedMs);
        expect(measuredMs).toBeGreaterThan(knownMs - 0.2);
      }
      expect(addedMs.p50).toBeGreaterThan(0);
      expect(highest.perSecond).toBeGreaterThan(0);
    }
    expect(diagnosis.findings).toEqual(findingsOf(diagnosis));
    expect(code).toBe(exitCodeOf(diagnosis.findings));
    expect(diagnosis.exitCode).toBe(code);
  });

  test('a signal ends it without a result, and with all that it has started', async () => {
    const { child, ended, stderrHas } = startVolley(['doctor']);
    await stderrHas('looking at this machine');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      stdout: '',
      stderr:
        'volley: looking at this machine for some ten seconds\nvolley: interrupted: there is no result.\n',
    });
  });

  test('a form that it has not', async () => {
    const { code, stdout, stderr } = await volley('doctor', '-o', 'csv');
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: "volley: --output 'csv': choose one of text, json.\n",
    });
  });
});
