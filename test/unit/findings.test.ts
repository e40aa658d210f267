import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hiddenFinding } from '../../src/main/summary/hidden-findings.ts';
import { SENTENCES, sentenceOf } from '../../src/main/text/findings.ts';
import type { Finding, FindingCode, FindingFigures } from '../../src/protocol/finding.ts';
import { ROOT } from '../support/cli.ts';

const PAGE = readFileSync(join(ROOT, 'docs/findings.md'), 'utf8');

/** The first cell and the names in another one, of each row of the table under a heading. */
function rowsUnder(heading: string, column: number): [string, string[]][] {
  const section = PAGE.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const cells = row.split('|');
    const names = [...cells[column]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    return [cells[1]!.trim().replaceAll('`', ''), names];
  });
}

/** Figures of each code, and what the report says of them. */
const SAMPLES: { readonly [Code in FindingCode]: readonly [FindingFigures[Code], string] } = {
  'worker-lost': [
    { worker: 1, because: 'it ended with code 9', isBatch: false },
    'Worker 1 was lost: it ended with code 9. What it had not sent yet is missing.',
  ],
  'stood-still': [
    { stoodStillMs: 3_000 },
    'volley itself stood still for 3.00 s, as when its process is stopped: what was under way then may have timed out or taken longer because of that.',
  ],
  'requests-failed-here': [
    { failed: 5, sent: 1_000, codes: ['EMFILE', 'ENOBUFS'] },
    '5 (0.5 %) of 1,000 requests failed because this machine ran out of something (EMFILE, ENOBUFS).',
  ],
  'requests-dropped': [
    { dropped: 7 },
    '7 requests were dropped: they had no connection when the waiting ended.',
  ],
  'requests-unfinished': [
    { unfinished: 8 },
    '8 requests were sent too late to be answered when the waiting ended.',
  ],
  'requests-not-started': [{ notStarted: 9 }, '9 requests were never started.'],
  'identity-violated': [
    { identity: 'errors-by-kind', of: 'status', left: 1, right: 2 },
    'This is a bug in volley, please report it: the errors of kind status are its outcomes, but 1 ≠ 2.',
  ],
  'option-note': [{ text: 'Left out: nothing.' }, 'Left out: nothing.'],
  'response-beyond-service': [
    { responseMs: 30, serviceMs: 10 },
    'Response time is 3.0 times service time: on average a request was sent 20.0 ms after it was due, which a service time hides.',
  ],
  'cold-start': [
    { slow: 30, count: 100, startMs: 100, longestMs: 15, laterP99Ms: 1.5 },
    "30 of the 100 requests due in the first 100 ms took longer than 99 % of the later ones (up to 15.0 ms; later p99 1.50 ms). Without a warm-up volley's own code runs there for the first time, and perhaps the target's: --warmup 1s leaves that out.",
  ],
};

describe('a finding', () => {
  test.each(Object.entries(SAMPLES))('%s becomes a sentence', (code, [figures, sentence]) => {
    expect(sentenceOf({ code, figures } as Finding)).toBe(sentence);
  });

  test('each code is documented, with its figures', () => {
    const known = Object.entries(SAMPLES).map(([code, [figures]]) => [code, Object.keys(figures)]);
    expect(known.map(([code]) => code)).toEqual(Object.keys(SENTENCES));
    expect(rowsUnder('Codes of a run', 3)).toEqual(known);
  });

  test('has no secret in its figures', () => {
    const found: Finding = {
      code: 'requests-failed-here',
      figures: { failed: 1, sent: 1, codes: ['of hunter22'] },
    };
    const hidden = hiddenFinding(found, (text) => text.replace('hunter22', '…'));
    expect(hidden).toEqual({ ...found, figures: { failed: 1, sent: 1, codes: ['of …'] } });
  });
});
