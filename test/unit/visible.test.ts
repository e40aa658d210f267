import { describe, expect, test } from '@jest/globals';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { OUTPUT_FORMS, REPORTERS } from '../../src/main/reporters/reporters.ts';
import type { Comparison } from '../../src/protocol/comparison.ts';
import { visible, visibleJson } from '../../src/requests/visible.ts';
import { MIX, summaryWith } from '../support/summary.ts';

/** ESC, BEL, C1, a line end, the change of direction, a zero-width blank, a lone surrogate, U+FFFE. */
const EVIL = 'a\u001b[2J\u0007\u009b31m\r\nb\u202ec\u200bd\ud800\ufffe`|<b>&"]]>';
/** What no report may have; line ends and tabs are its own. */
const OBEYED = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe]/u;

const RESULT = summaryWith({
  plan: { ...summaryWith().plan, target: { url: EVIL, method: EVIL } },
  degradedReasons: [EVIL],
  notes: [EVIL],
  mix: MIX.map((row) => ({ ...row, name: EVIL, url: EVIL })),
  errors: [{ kind: 'reset', code: EVIL, count: 1, example: EVIL }],
  statuses: { [EVIL]: 1 },
  generator: { ...summaryWith().generator, reasons: [EVIL] },
  thresholds: [{ expression: `p99{${EVIL}}<1s`, measured: 1, isLowerBound: false, ok: false }],
});

describe('texts from outside', () => {
  test.each([
    ['\u001b[31m', '\\x1b[31m'],
    ['a\r\nb\tc', 'a\\r\\nb\\tc'],
    ['\u009b', '\\x9b'],
    ['\u202e', '\\u202e'],
    ['\ud800', '\\ud800'],
    ['\u{e0041}', '\\u{e0041}'],
    ['naïve 日本', 'naïve 日本'],
  ])('%j is shown as %s', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('are bounded', () => {
    expect(visible('x'.repeat(1e6)).length).toBeLessThan(3_000);
  });

  test.each(OUTPUT_FORMS)('reach no %s as what is obeyed', (form) => {
    const text = REPORTERS[form](RESULT);
    expect(text).toContain('b');
    expect(text).not.toMatch(OBEYED);
  });

  test('stay what they are in JSON', () => {
    expect(JSON.parse(REPORTERS.json(RESULT))).toEqual(JSON.parse(JSON.stringify(RESULT)));
    expect(JSON.parse(visibleJson('"\u202e\u{e0041}"'))).toBe('\u202e\u{e0041}');
  });

  test('are no Markdown and no HTML', () => {
    const text = REPORTERS.markdown(RESULT);
    expect(text.replaceAll(/`` .*? ``/g, '')).not.toMatch(/(?<!\\)`|<b>/);
  });

  test('reach no comparison', () => {
    const round = { ...RESULT, cost: { peakMemoryBytes: 1, memoryKind: 'resident' } } as const;
    const comparison: Comparison = {
      schemaVersion: 1,
      kind: 'repeat',
      tool: RESULT.tool,
      startedAt: RESULT.startedAt,
      interrupted: false,
      metric: 'p50',
      margin: 0.03,
      arms: [
        { name: EVIL, url: EVIL, mode: 'threads', workers: 1, concurrency: 1, figures: {}, rounds: [round] },
      ],
      pairs: [],
      conclusions: [EVIL],
      notes: [EVIL],
    };
    for (const render of Object.values(COMPARISON_REPORTERS)) expect(render(comparison)).not.toMatch(OBEYED);
  });
});
