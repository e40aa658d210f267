import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readCurl } from '../../src/main/plan/curl/curl.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { readPlanFile } from '../../src/main/plan/plan-file.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { ERROR_CODES, VolleyError } from '../../src/protocol/errors.ts';
import { fc } from '../support/properties.ts';

const folder = mkdtempSync(join(tmpdir(), 'volley-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RUNS = 80;
/** Many times what any of them takes. */
const LONGEST_MS = 5_000;
const SECRET = 'hunter2secret';

/** What texts of some form are made of, and what breaks them. */
const textOf = (...pieces: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...pieces) },
        {
          weight: 2,
          arbitrary: fc.constantFrom(
            '"',
            "'",
            '\\',
            '{{',
            '}}',
            '\0',
            '\u001b[2J',
            '\u009b',
            '\r\n',
            '\ud800',
            '\u202e',
            '&a',
            '*a',
          ),
        },
        { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
        {
          weight: 1,
          arbitrary: fc
            .nat(400)
            .chain((count) =>
              fc.constantFrom('[', '{', '(', '{{', "'", ' ').map((piece) => piece.repeat(count)),
            ),
        },
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''));

const inFile = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const resolved = (options: RunOptions): Promise<unknown> =>
  resolvePlan({ url: 'http://127.0.0.1/', ...options });

/** Taken, or refused with sentences for people; in time, and without what is secret. */
async function expectSentences(read: () => unknown): Promise<void> {
  const before = process.cpuUsage();
  try {
    await read();
  } catch (error) {
    if (!(error instanceof VolleyError)) throw error;
    expect(error.message).not.toMatch(/\n\s+at /);
    for (const line of error.message.split('\n')) {
      expect(line).not.toContain(SECRET);
      expect(line.length).toBeLessThan(5_000);
    }
  }
  // Of the processor: another program on this machine is no hang.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(LONGEST_MS);
}

test.each<[string, fc.Arbitrary<string>, (text: string) => unknown]>([
  [
    'curl commands',
    textOf(
      'curl ',
      'http://127.0.0.1/',
      ' -u me:',
      ' -H "',
      'authorization: ',
      ' -d ',
      ' -F a=',
      ' --data-urlencode ',
      ' -X ',
      "$'\\x",
      ' \\\n',
      '[1-9999999]',
      '{a,b}',
      ' -K -',
      ' --json @',
      ';type=',
    ),
    (text) => {
      const problems = new Problems();
      readCurl(`curl http://127.0.0.1/ -u me:${SECRET} ${text}`, problems);
      if (problems.sentences.length > 0) throw new VolleyError(ERROR_CODES.usage, problems.sentences);
    },
  ],
  [
    'recordings',
    textOf(
      '{"log":{"entries":[',
      ']}}',
      '{"request":{',
      '"method":"GET",',
      '"url":"http://127.0.0.1/"',
      ',"headers":[{"name":"a","value":',
      '"}]',
      '}',
      ',',
      'null',
      '1e999',
      '"postData":{"text":',
    ),
    (text) => resolved({ url: undefined, har: inFile('x.har', text) }),
  ],
  [
    'rows',
    textOf('id,name\n', '1,2\n', '1,2,3\n', '"', '""', ',', '\n', '{"a":1}\n', '__proto__', 'volley_error'),
    (text) => resolved({ url: 'http://127.0.0.1/{{id}}', rows: inFile('x.csv', text) }),
  ],
  [
    'lines of JSON',
    textOf('{"id":1}\n', '{"id":', '[', '"__proto__":', '}\n', '1e400', 'null\n', '\n'),
    (text) => resolved({ url: 'http://127.0.0.1/{{id}}', rows: inFile('x.jsonl', text) }),
  ],
  [
    'plans',
    textOf(
      'url: http://127.0.0.1/\n',
      'mix:\n',
      '- ',
      '  url: http://127.0.0.1/\n',
      '  weight: ',
      '&a ',
      '*a ',
      '<<: ',
      '{',
      '}',
      '!!binary ',
      'thresholds: [',
      ']',
      '? ',
      '|\n',
      `bearer: ${SECRET}\n`,
      '__proto__: 1\n',
      'stages: ',
    ),
    (text) => readPlanFile(inFile('x.yaml', text)),
  ],
  [
    'templates',
    textOf('{{id}}', '{{random 1 ', '{{uuid', '{{env A}}', '{{raw x}}', '{{now', 'a', ' ', '}}'),
    (text) => resolved({ body: text, headers: [`a: ${text.replaceAll(/[\r\n]/g, '')}`] }),
  ],
  [
    'JSON paths',
    textOf(
      '$',
      '..',
      '[',
      ']',
      '*',
      'a',
      '?',
      '@.a',
      '==',
      '(',
      ')',
      "['",
      "']",
      '-1',
      ':',
      'match(',
      'length(',
      '&&',
      '!',
      '"x"',
    ),
    (text) => resolved({ expectJson: [`${text}=1`] }),
  ],
  [
    'rules',
    textOf('p99', '<', '>=', '50ms', '%', 'error-rate', '(service)', '1e999', '.', '99', ' ', 'NaN'),
    (text) => resolved({ thresholds: [text], duration: text, rate: text }),
  ],
])('%s of any kind are taken or refused with sentences, in time', async (_name, texts, read) => {
  await fc.assert(
    fc.asyncProperty(texts, (text) => expectSentences(() => read(text))),
    { numRuns: RUNS },
  );
});
