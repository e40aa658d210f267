import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NOT_IN_A_HEADER, withoutBlanks } from '../../src/requests/header-text.ts';
import { ANY_CHARACTER } from '../support/any-text.ts';
import { type Captured, type CapturingServer, startCapturing } from '../support/capturing-server.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { fc } from '../support/properties.ts';

const volley = useKeptProcess();
const inFolder = useFolder();
let server: CapturingServer;
beforeAll(async () => {
  server = await startCapturing();
});
afterAll(() => server.close());

/** What means something in a plan, in YAML, in a URL or to other tools. */
const SPECIAL = [
  ...[
    '{{n}}',
    '{{env HOME}}',
    '{{raw braces}}',
    '{{{',
    '}}',
    '{{',
    '{{ n',
    '{n}',
    '__proto__',
    'constructor',
    '$model',
    '$HOME',
    '@/etc/passwd',
  ],
  ...[
    'a\nb: c',
    'a\r\nX: y',
    '\t',
    '"',
    "'",
    '\\',
    '#',
    ' # x',
    ': ',
    '- a',
    '*a',
    '&a',
    '!t',
    '%',
    '%7B',
    '|',
    '>',
    '~',
  ],
  ...[
    'null',
    'true',
    'no',
    '0x1',
    '1e3',
    '0o7',
    '1_000',
    '---',
    '...',
    '? a',
    '[a',
    '{a',
    '<<',
    '=',
    '&',
    '+',
    ' a ',
    ';',
  ],
  ...[
    '\u0000',
    '\u001b[31m',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u200b',
    'é',
    '漢',
    '😀',
    '..',
    '.',
    '/',
    '?',
    '//',
    '2020-01-01',
  ],
];
const TEXTS = [
  ...SPECIAL,
  ...fc.sample(
    fc.string({ unit: fc.oneof(ANY_CHARACTER, fc.constantFrom(...SPECIAL)), minLength: 1, maxLength: 6 }),
    60,
  ),
];

const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');
const isHeader = (text: string): boolean => !NOT_IN_A_HEADER.test(text);
const headerIn = ({ headers }: Captured, name: string): string | undefined =>
  headers.find((line) => line.startsWith(`${name}: `) || line === `${name}:`)?.slice(name.length + 1);

/** The number of the text that a request is about. */
const numberOf = ({ target }: Captured): number => Number(/^\/(\d+)\//.exec(target)?.[1]);

async function sentBy(plan: string, ...options: string[]): Promise<Captured[]> {
  server.taken();
  const { code, stderr } = await volley('run', plan, '-o', 'json', ...options);
  expect([code, stderr]).toEqual([0, '']);
  return server.taken();
}

test('what an API description has as an example is sent as it stands there', async () => {
  const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain'];
  const paths = TEXTS.flatMap((text, index) =>
    types.map((type, at) => {
      const parameter = { required: true, example: text };
      const example = at === 0 ? { [text]: text, 'x{{n}}': [text] } : at === 1 ? { t: text } : text;
      return [
        `/${index}/${at}/{id}`,
        {
          post: {
            operationId: text,
            parameters: [
              { ...parameter, name: 'id', in: 'path' },
              { ...parameter, name: `q${text}`, in: 'query' },
              { ...parameter, name: 'x-t', in: 'header' },
              { ...parameter, name: text, in: 'header' },
            ],
            requestBody: { content: { [type]: { example } } },
          },
        },
      ];
    }),
  );
  const description = inFolder('texts.json');
  const servers = [{ url: `http://127.0.0.1:${server.port}/` }];
  const title = SPECIAL.join(' ');
  writeFileSync(
    description,
    JSON.stringify({ openapi: '3.1.0', info: { title }, servers, paths: Object.fromEntries(paths) }),
  );
  const plan = inFolder('texts.yaml');
  expect(await volley('init', '--openapi', description, '--out', plan)).toMatchObject({ code: 0 });
  const sent = await sentBy(plan, '-n', String(paths.length), '-c', '1', '--mode', 'inline');
  expect(sent).toHaveLength(paths.length);
  for (const request of sent) {
    const text = TEXTS[numberOf(request)]!;
    const [path = '', query = ''] = request.target.split('?');
    const [, , kind = '', id = ''] = path.split('/');
    expect(decodeURIComponent(id)).toBe(/^\.{1,2}$/.test(text) ? 'example' : text);
    const [name = '', value = ''] = query.split('=');
    expect([decodeURIComponent(name), decodeURIComponent(value)]).toEqual([`q${text}`, text]);
    const header = headerIn(request, 'x-t')?.trim();
    expect([text, header]).toEqual([text, isHeader(text) ? withoutBlanks(text) : undefined]);
    const body = Buffer.from(request.body, 'latin1').toString();
    if (kind === '0') expect(JSON.parse(body)).toEqual({ [text]: text, 'x{{n}}': [text] });
    else if (kind === '1') expect(new URLSearchParams(body).get('t')).toBe(text);
    else expect(request.body).toBe(bytesOf(text));
  }
});

test.each([[[]], [['--scenario']]])(
  'what a recording has is sent as it was, with init %j',
  async (options) => {
    const base = `http://127.0.0.1:${server.port}`;
    const entries = TEXTS.flatMap((text, index) =>
      ['application/json', 'application/x-www-form-urlencoded', 'text/plain'].map((mimeType, at) => ({
        request: {
          method: 'POST',
          url: `${base}/${index}/${at}/x/${encodeURIComponent(text)}?q=${encodeURIComponent(text)}&r={{n}}`,
          headers: [
            ...(isHeader(text) ? [{ name: 'x-t', value: text }] : []),
            { name: 'content-type', value: mimeType },
          ],
          postData: {
            mimeType,
            text:
              at === 0
                ? JSON.stringify({ [text]: text })
                : at === 1
                  ? String(new URLSearchParams({ [text]: text }))
                  : text,
          },
        },
        response: { status: 200, content: { text: '' } },
      })),
    );
    const recording = inFolder('texts.har');
    writeFileSync(recording, JSON.stringify({ log: { entries } }));
    const plan = inFolder(`har${options.length}.yaml`);
    expect(await volley('init', '--har', recording, ...options, '--out', plan)).toMatchObject({ code: 0 });
    const once =
      options.length === 0
        ? ['-n', String(entries.length), '-c', '1', '--mode', 'inline']
        : ['--vus', '1', '--iterations', '1', '--mode', 'inline'];
    const sent = await sentBy(plan, ...once);
    expect(sent).toHaveLength(entries.length);
    for (const request of sent) {
      const text = TEXTS[numberOf(request)]!;
      const [path = '', query = ''] = request.target.split('?');
      const [, , kind = '', , id = ''] = path.split('/');
      // Dots in a path are followed when it is read as a URL.
      if (!/^\.{1,2}$/.test(text)) expect(decodeURIComponent(id)).toBe(text);
      expect(new URLSearchParams(query).get('q')).toBe(text);
      expect(decodeURIComponent(query).endsWith('&r={{n}}')).toBe(true);
      const body = Buffer.from(request.body, 'latin1').toString();
      if (kind === '0') expect(JSON.parse(body)).toEqual({ [text]: text });
      else if (kind === '1') expect([...new URLSearchParams(body)]).toEqual([[text, text]]);
      else expect(request.body).toBe(bytesOf(text));
    }
  },
);
