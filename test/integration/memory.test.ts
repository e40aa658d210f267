import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('../support/synthetic-run.js', import.meta.url));
const MB = 1_000_000;

interface Held {
  readonly heldBytes: number;
  readonly peakRssBytes: number;
  readonly ok: number;
  readonly precision: string;
  readonly p50: number;
  readonly intervalMs: number;
  readonly buckets: number;
  readonly degradedReasons: readonly string[];
}

async function after(requests: number): Promise<Held> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', SCRIPT, String(requests)]);
  return JSON.parse(stdout) as Held;
}

test('10 million requests take no more memory than 2 million, within 32 MB', async () => {
  const [few, many] = [await after(2_000_000), await after(10_000_000)];
  for (const [result, requests] of [
    [few, 2_000_000],
    [many, 10_000_000],
  ] as const) {
    expect(result).toMatchObject({ ok: requests, precision: 'histogram', degradedReasons: [] });
    // The latencies are spread evenly over the powers of ten from 100 µs to 100 ms.
    expect(Math.abs(result.p50 / 10 ** 0.5 - 1)).toBeLessThan(0.001);
    expect(result.buckets).toBeLessThanOrEqual(600);
  }
  expect(many.intervalMs).toBe(20_000);
  expect(many.heldBytes - few.heldBytes).toBeLessThan(32 * MB);
  // On a busy machine garbage lies longer: where the first peak is too high, the lower of two is what a run needs.
  const isHigh = many.peakRssBytes - few.peakRssBytes >= 32 * MB;
  const peakRssBytes = isHigh ? (await after(10_000_000)).peakRssBytes : many.peakRssBytes;
  expect(peakRssBytes - few.peakRssBytes).toBeLessThan(32 * MB);
});

test('up to a million, percentiles come from the values themselves', async () => {
  expect(await after(1_000_000)).toMatchObject({ ok: 1_000_000, precision: 'exact' });
  expect(await after(1_002_000)).toMatchObject({ precision: 'histogram' });
});

test('the peak is of this process alone, however large the one that started it', async () => {
  const large = Buffer.alloc(400 * MB, 'x');
  const script = fileURLToPath(new URL('../../src/machine/peak-memory.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--input-type=module', '-e'],
    `import { peakRssKib } from ${JSON.stringify(script)}; console.log(peakRssKib());`,
  ]);
  const peakBytes = Number(stdout) * 1_024;
  expect(peakBytes).toBeGreaterThan(10 * MB);
  // Only Linux keeps it apart.
  if (process.platform === 'linux') expect(peakBytes).toBeLessThan(large.length / 2);
});
