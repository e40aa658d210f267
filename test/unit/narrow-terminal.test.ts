import { expect, test } from '@jest/globals';
import { COMPARISON_REPORTERS } from '../../src/main/reporters/comparison-text.ts';
import { SWEEP_REPORTERS } from '../../src/main/reporters/sweep-text.ts';
import { renderText } from '../../src/main/reporters/text.ts';
import { PLAIN_VIEW, type View } from '../../src/main/reporters/view.ts';
import { comparisonWith } from '../support/comparisons.ts';
import { longRun, withTokens } from '../support/pages.ts';
import { agentsWith, streamed, visited } from '../support/parts.ts';
import { sweepWith } from '../support/sweeps.ts';

const WIDTH = 40;
const RUN = longRun(180, 1_000);
const REPORTS: Readonly<Record<string, (view: View) => string>> = {
  'a run': (view) => renderText(RUN, view),
  'streams of tokens': (view) =>
    renderText({ ...withTokens(RUN), streams: streamed(RUN.latencyMs.service) }, view),
  users: (view) => renderText({ ...RUN, scenarios: visited(RUN.latencyMs.service) }, view),
  agents: (view) => renderText({ ...RUN, agents: agentsWith('one') }, view),
  'two arms': (view) => COMPARISON_REPORTERS.text(comparisonWith('compare', ['A', 'B'], 8), view),
  modes: (view) =>
    COMPARISON_REPORTERS.text(comparisonWith('modes', ['sequential', 'inline', 'processes'], 8), view),
  rounds: (view) => COMPARISON_REPORTERS.text(comparisonWith('repeat', ['run'], 8), view),
  'a sweep': (view) => SWEEP_REPORTERS.text(sweepWith({}), view),
  'a sweep of streams': (view) => SWEEP_REPORTERS.text(sweepWith({ counts: 'tokens' }), view),
};

test.each(Object.keys(REPORTS))('on 40 columns no line of the report of %s is longer', (name) => {
  for (const isVerbose of [false, true]) {
    const lines = REPORTS[name]!({ ...PLAIN_VIEW, width: WIDTH, isVerbose }).split('\n');
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
  }
});

test('on 40 columns percentiles stand in place of what says less, and bars can be told apart', () => {
  const lines = renderText(RUN, { ...PLAIN_VIEW, width: WIDTH }).split('\n');
  expect(lines.find((line) => line.startsWith('times '))).toMatch(/^times +p50 +p99 +max$/);
  const bars = lines.flatMap((line) => / %s? (█[█▏▎▍▌▋▊▉]*)$/.exec(line)?.[1]?.length ?? []);
  expect(Math.max(...bars)).toBeGreaterThanOrEqual(10);
});
