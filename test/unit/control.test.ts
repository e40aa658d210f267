import { expect, test } from '@jest/globals';
import { batch, compare, modes, readResult, render, renderHtml, run, start } from '../../src/api/index.ts';
import { VolleyError } from '../../src/protocol/errors.ts';
import { summaryWith } from '../support/summary.ts';

const URL = 'http://127.0.0.1:1/';
const BATCH = { url: URL, rows: 'a.csv', out: 'b.csv' };

const THROWS = (): never => {
  throw new Error('SECRETPW');
};
const THROWING = new Proxy({}, { get: THROWS, has: THROWS, ownKeys: THROWS, getPrototypeOf: THROWS });

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What callers in JavaScript may pass. */
function wrong<T>(control: unknown): T {
  return control as T;
}

test.each<[unknown, string[]]>([
  [null, ['The control is null: give an object with signal and cluster, or leave it out.']],
  [5, ["The control is '5': give an object with signal and cluster, or leave it out."]],
  [[], ['The control is a list: give an object with signal and cluster, or leave it out.']],
  [new Map(), ['The control is an object: give an object with signal and cluster, or leave it out.']],
  [
    { signal: 5, sginal: 1, cluster: null, x: 1 },
    [
      "The control's signal is '5': give an AbortSignal.",
      "The control has no 'sginal': did you mean signal?",
      "The control's cluster is 'null': give an object.",
      "The control has no 'x': it has signal and cluster.",
    ],
  ],
])('a control of a run: %j', async (control, sentences) => {
  for (const call of [run, start]) {
    const error: unknown = await call({ url: URL }, wrong(control)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VolleyError);
    expect((error as VolleyError).problems.map(({ message }) => message)).toEqual(sentences);
  }
});

const UNREADABLE = 'cannot be read, since a getter or a proxy of it throws: give plain values.';

test('a control that cannot be read', async () => {
  const throwing = {
    get cluster() {
      throw new Error('mine');
    },
  };
  for (const control of [throwing, new Proxy(throwing, {})])
    await expect(start({ url: URL }, wrong(control))).rejects.toMatchObject({
      code: 'VOLLEY_USAGE',
      message: `Of the control 'cluster' ${UNREADABLE}`,
    });
});

const BROKER = 'redis://127.0.0.1:1';
const CLUSTER = { broker: BROKER, agents: 2 };

test.each<[string, unknown, (string | RegExp)[]]>([
  [
    'nothing',
    {},
    ['cluster.agents is missing: give the number of agents.', /^cluster\.broker is missing: start one with/],
  ],
  ['a list', [], ['cluster is a list: give an object.']],
  [
    'other types',
    { broker: 5, agents: null, pool: {}, key: [], minAgents: true, joinTimeout: {}, maxLost: 5 },
    [
      "cluster.broker is '5': give text such as redis://host:6379.",
      "cluster.agents is 'null': give a number.",
      'cluster.pool is an object: give text.',
      'cluster.key is a list: give text.',
      "cluster.minAgents is 'true': give a number.",
      'cluster.joinTimeout is an object: give a number of milliseconds, or text such as 10s.',
      "cluster.maxLost is '5': give text such as 5%.",
    ],
  ],
  ['no plain text', { ...CLUSTER, key: Buffer.alloc(32) }, ['cluster.key is an object: give text.']],
  [
    'unknown keys',
    { ...CLUSTER, agnets: 3, x: 1 },
    [
      "cluster has no 'agnets': did you mean agents?",
      "cluster has no 'x': choose from broker, agents, pool, key, minAgents, joinTimeout, maxLost.",
    ],
  ],
  [
    'values out of bounds',
    {
      broker: 'http://me:hidden@x/',
      agents: 1.5,
      minAgents: 3,
      joinTimeout: Number.NaN,
      maxLost: '101%',
      pool: 'a b',
      key: 'k',
    },
    [
      "cluster.agents '1.5': give a whole number from 1 to 10,000.",
      "cluster.joinTimeout 'NaN': give a time such as 500ms, 10s, 2m or 1h, more than zero and at most 1h.",
      "cluster.maxLost '101%': give a share of the load from 0% to 100%, such as 5%.",
      /^cluster\.broker 'http:\/\/…@x\/': give it as redis:/,
      /^cluster\.pool 'a b': give up to 64 letters/,
      /^The cluster key has 1 character: give at least 16/,
    ],
  ],
  [
    'more than all',
    { ...CLUSTER, minAgents: 3 },
    ["cluster.minAgents '3': give a whole number from 1 to 2."],
  ],
  [
    'getters that throw',
    {
      ...CLUSTER,
      get key() {
        throw new Error('hidden');
      },
    },
    ['cluster cannot be read, since a getter or a proxy of it throws: give a plain object.'],
  ],
  [
    'a proxy that throws',
    new Proxy(
      CLUSTER,
      new Proxy(
        {},
        {
          get: () => () => {
            throw new Error('hidden');
          },
        },
      ),
    ),
    ['cluster cannot be read, since a getter or a proxy of it throws: give a plain object.'],
  ],
  [
    'a proxy of what is wrong',
    new Proxy({ ...CLUSTER, agents: 0 }, {}),
    ["cluster.agents '0': give a whole number from 1 to 10,000."],
  ],
])('of agents: %s', async (_name, cluster, sentences) => {
  const error: unknown = await start({ url: URL }, wrong({ cluster })).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(VolleyError);
  const { code, problems } = error as VolleyError;
  expect([code, problems.map(({ message }) => message)]).toEqual([
    'VOLLEY_USAGE',
    sentences.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
  ]);
});

test('what is wrong with a run over agents is told with what is wrong with its plan', async () => {
  const both = start(
    wrong({ url: URL, rate: -1, mode: 'inline' }),
    wrong({ cluster: { ...CLUSTER, agents: 0 } }),
  );
  await expect(both).rejects.toMatchObject({
    problems: [
      { message: 'mode with cluster: each agent sets that itself: leave one of them out.' },
      { message: "cluster.agents '0': give a whole number from 1 to 10,000." },
      { message: expect.stringMatching(/^rate '-1'/) },
    ],
  });
  for (const options of [null, 5])
    await expect(start(wrong(options), { cluster: CLUSTER })).rejects.toThrow(/^The options/);
});

test('of a batch, a comparison and modes', async () => {
  await expect(batch(BATCH, wrong({ onRound: 1 }))).rejects.toThrow("The control has no 'onRound'");
  for (const call of [
    compare(URL, URL, {}, wrong({ onRound: 1 })),
    modes({ url: URL }, wrong({ onRound: 1 })),
  ])
    await expect(call).rejects.toThrow("The control's onRound is '1': give a function.");
});

test.each<[unknown, string]>([
  [null, "The options are 'null': give an object, such as { url: 'http://localhost:8080/' }."],
  [[], "The options are a list: give an object, such as { url: 'http://localhost:8080/' }."],
  [URL, "The options are text: give an object, such as { url: 'http://localhost:8080/' }."],
  [
    new globalThis.URL('http://user:SECRETPW@127.0.0.1/'),
    "The options are a URL: give an object, such as { url: 'http://localhost:8080/' }.",
  ],
  [
    revoked(),
    "The options are a Proxy that was revoked: give an object, such as { url: 'http://localhost:8080/' }.",
  ],
  [THROWING, `The options ${UNREADABLE}`],
  [Object.defineProperty({}, 'url', { enumerable: true, get: THROWS }), `Of the options 'url' ${UNREADABLE}`],
  [
    { url: URL, headers: Object.defineProperty({}, 'x-a', { enumerable: true, get: THROWS }) },
    `Of the options 'headers' ${UNREADABLE}`,
  ],
  [{ mix: [{ name: 'a', url: URL }, THROWING] }, `Of the options 'mix' ${UNREADABLE}`],
])('options that are none, or cannot be read: %#', async (options, sentence) => {
  for (const call of [run, start, batch, modes, (given: object) => compare(URL, URL, given)]) {
    const error: unknown = await call(wrong(options)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VolleyError);
    expect((error as VolleyError).problems.map(({ message }) => message)).toEqual([sentence]);
    expect((error as VolleyError).stack).not.toContain('SECRETPW');
  }
});

test('a getter is asked once, and what it says then is what is checked and done', async () => {
  let asked = 0;
  const options = {
    requests: 1,
    get url() {
      asked++;
      return asked === 1 ? 'no://url' : URL;
    },
  };
  await expect(run(options)).rejects.toThrow("'no://url'");
  expect(asked).toBe(1);
});

test.each<[object, string[]]>([
  [
    {},
    [
      'The option rows is missing: give the file of rows.',
      'The option out is missing: give the file to write answered rows to.',
      'No URL was given: say where to send requests, for instance http://localhost:8080/.',
    ],
  ],
  [
    { rows: 5, url: 5, out: '' },
    [
      "The option rows is '5': give text.",
      'The option out is empty: give text.',
      "The option url '5': give text or a URL.",
    ],
  ],
  [
    {
      ...BATCH,
      rows: 5,
      select: null,
      saveBody: [],
      chunk: {},
      retries: true,
      force: 1,
      order: 5,
      csvSafe: 'x',
    },
    [
      "The option rows is '5': give text.",
      "The option select is 'null': give an object of paths by column, or a list of text.",
      'The option saveBody is a list: give text.',
      "The option order is '5': give text.",
      'The option chunk is an object: give a whole number.',
      "The option retries is 'true': give a whole number.",
      "The option force is '1': give true or false.",
      'The option csvSafe is text: give true or false.',
    ],
  ],
])('all that a batch lacks is told together: %#', async (options, sentences) => {
  const error: unknown = await batch(wrong(options)).catch((thrown: unknown) => thrown);
  expect((error as VolleyError).problems.map(({ message }) => message)).toEqual(sentences);
});

test('a number of workers that is named twice would only be compared with itself', async () => {
  const refused = modes({ url: URL, requests: 10, workers: wrong('1,2,01') });
  await expect(refused).rejects.toThrow("workers '1,2,01' has 1 more than once: give each number once.");
});

test.each<[string, unknown]>([
  ...[null, undefined, 5, {}, 'x', [], { arms: 5 }, { latencyMs: {} }].map((value): [string, unknown] => [
    JSON.stringify(value) ?? 'nothing',
    value,
  ]),
  ['a Proxy that throws', THROWING],
  ['a Proxy that was revoked', revoked()],
])('%s is no result, and told so', async (_what, value) => {
  const result = value as unknown as Parameters<typeof render>[0];
  expect(() => render(result)).toThrow('That is not a result');
  await expect(renderHtml(result)).rejects.toMatchObject({ code: 'VOLLEY_USAGE' });
});

test.each<[unknown, string]>([
  [5, "The form is '5': give text, such as 'json'."],
  [Symbol('x'), "The form is 'Symbol(x)': give text, such as 'json'."],
  ['xml', "A result of this kind has no form 'xml': choose one of text, json,"],
])('a form that is none', (form, sentence) => {
  expect(() => render(summaryWith(), wrong(form))).toThrow(sentence);
  expect(() => render({ ...summaryWith(), series: wrong(5) })).toThrow('(series is not an object)');
  expect(() => render({ ...summaryWith(), requests: wrong(null) })).toThrow('(requests is not an object)');
});

test.each([undefined, 5, {}])('a path that is none: %j', async (path) => {
  await expect(readResult(wrong(path))).rejects.toMatchObject({ code: 'VOLLEY_RESULT_FILE' });
});

test('targets that are none are told together', async () => {
  const [a, b] = [undefined, 5] as unknown as [string, string];
  await expect(compare(a, b)).rejects.toMatchObject({
    problems: [
      { message: "The target a is 'undefined': give a URL, or options." },
      { message: "The target b is '5': give a URL, or options." },
    ],
  });
  await expect(compare(URL, wrong([]), { url: URL })).rejects.toThrow("The target b is '[]'");
  const target = Object.defineProperty({}, 'url', { enumerable: true, get: THROWS });
  await expect(compare(URL, target)).rejects.toThrow(`Of the target b 'url' ${UNREADABLE}`);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, null])('a variable that is %s is refused', async (a) => {
  const refused = run(wrong({ url: `${URL}{{a}}`, requests: 1, variables: { a } }));
  await expect(refused).rejects.toThrow(`variables["a"] is ${a}: give text, a finite number, true or false.`);
});

test('a misspelt option of a batch or a comparison is told as the one that was meant, with what else is wrong', async () => {
  const wrongCalls: readonly (readonly [() => Promise<unknown>, string[]])[] = [
    [
      () => batch(wrong({ ...BATCH, retires: 1, timeout: -1 })),
      ["The option 'retires' does not exist: did you mean retries?", "timeout '-1': give a time"],
    ],
    [
      () => compare(URL, URL, wrong({ metrc: 'p99', concurency: 5 })),
      [
        "The option 'metrc' does not exist: did you mean metric?",
        "The option 'concurency' does not exist: did you mean concurrency?",
      ],
    ],
    [() => modes(wrong({ url: URL, round: 5 })), ["The option 'round' does not exist: did you mean rounds?"]],
  ];
  for (const [call, sentences] of wrongCalls) {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VolleyError);
    const told = (error as VolleyError).problems.map(({ message }) => message);
    for (const sentence of sentences) expect(told).toContainEqual(expect.stringContaining(sentence));
    expect(told.join()).not.toContain('choose from');
  }
});
