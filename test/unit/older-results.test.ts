import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { isComparison, readSaved } from '../../src/main/files/result-file.ts';
import { withAllLatencies } from '../../src/main/files/saved-latencies.ts';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { REPORTERS } from '../../src/main/reporters/reporters.ts';
import { FIRST_LATENCY_KINDS, LATENCY_KINDS } from '../../src/protocol/latency.ts';
import { RESULT_FORMS } from '../../src/protocol/result-forms.ts';
import { useFolder } from '../support/folder.ts';
import { summaryWith } from '../support/summary.ts';

const inFolder = useFolder();

/** A result as it was before codes: sentences alone, and rules as expressions. */
const OLDER: Summary = summaryWith({
  degraded: true,
  degradedReasons: ['9 requests were never started.'],
  notes: ['Response time is 3.0 times service time.'],
  thresholds: [{ expression: 'p99<1ms', measured: 12.5, isLowerBound: false, ok: false }],
});
/** The same with what is new. */
const NEWER: Summary = {
  ...OLDER,
  findings: {
    degraded: [{ code: 'requests-not-started', figures: { notStarted: 9 } }],
    notes: [{ code: 'response-beyond-service', figures: { responseMs: 30, serviceMs: 10 } }],
  },
  generator: {
    ...OLDER.generator,
    finding: { code: 'kept-up', figures: {}, nextStep: null },
    caveats: [{ code: 'shared-machine', figures: {} }],
  },
  thresholds: OLDER.thresholds.map((rule) => ({
    ...rule,
    figure: 'p99',
    latency: 'service',
    request: null,
    operator: '<',
    limit: 1,
  })),
};
const COMPARISON = {
  schemaVersion: 1,
  kind: 'compare',
  tool: OLDER.tool,
  startedAt: OLDER.startedAt,
  interrupted: false,
  metric: 'p50',
  margin: 0.03,
  arms: [
    {
      name: 'A',
      url: 'http://a/',
      mode: 'threads',
      workers: 1,
      concurrency: 1,
      figures: {},
      rounds: [{ ...OLDER, cost: { peakMemoryBytes: 1, memoryKind: 'resident' } }],
    },
  ],
  pairs: [],
  conclusions: ['B and A: no p50 to compare.'],
  notes: ['A is a.json'],
};

async function readBack(name: string, saved: object): ReturnType<typeof readSaved> {
  const path = inFolder(name);
  writeFileSync(path, JSON.stringify(saved));
  return readSaved(path);
}

test('a saved result lacks no latency that has always been measured, and has no values of a later one', async () => {
  for (const kind of FIRST_LATENCY_KINDS) {
    const { [kind]: _, ...others } = OLDER.latencyMs;
    await expect(readBack('lacking.json', { ...OLDER, latencyMs: others })).rejects.toThrow(
      `it lacks latencyMs.${kind}`,
    );
  }
  expect(withAllLatencies(OLDER)).toBe(OLDER);
  const { latencyMs } = withAllLatencies(OLDER, [...LATENCY_KINDS, 'later']);
  expect(latencyMs).toEqual({
    ...OLDER.latencyMs,
    later: expect.objectContaining({ count: 0, mean: null, max: null, atLeast: [] }),
  });
  const { percentiles } = (latencyMs as unknown as Record<string, { percentiles: object }>)['later']!;
  expect(Object.keys(percentiles)).toEqual(Object.keys(latencyMs.service.percentiles));
});

describe('a saved result', () => {
  test.each(RESULT_FORMS.filter((form) => form !== 'json'))(
    'without codes is read and shown as one with them: %s',
    async (form) => {
      const [older, newer] = [await readBack('older.json', OLDER), await readBack('newer.json', NEWER)];
      if (isComparison(older) || isComparison(newer)) throw new Error('these are runs');
      expect(older).not.toHaveProperty('findings');
      expect(REPORTERS[form](older)).toBe(REPORTERS[form](newer));
      expect(REPORTERS.text(older).replaceAll(/\s+/g, ' ')).toMatch(
        /DEGRADED: 9 requests were never started\. .* p99<1ms .* Response time is 3\.0 times .* The target kept up\./,
      );
    },
  );

  test('of a comparison without codes is read and shown', async () => {
    const older = await readBack('older-comparison.json', COMPARISON);
    if (!isComparison(older)) throw new Error('this is a comparison');
    const text = COMPARISON_REPORTERS.text(older);
    expect(text).toContain('B and A: no p50 to compare.');
    expect(text).toContain('note: A is a.json');
  });
});
