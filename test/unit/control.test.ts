import { expect, test } from '@jest/globals';
import { batch, compare, modes, render, renderHtml, run, start } from '../../src/api/index.ts';
import { VolleyError } from '../../src/protocol/errors.ts';

const URL = 'http://127.0.0.1:1/';
const BATCH = { url: URL, rows: 'a.csv', out: 'b.csv' };

/** What callers in JavaScript may pass. */
function wrong<T>(control: unknown): T {
  return control as T;
}

test.each<[unknown, string[]]>([
  [null, ['The control is null: give an object with signal and cluster, or nothing.']],
  [5, ["The control is '5': give an object with signal and cluster, or nothing."]],
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

test('of a batch, a comparison and modes', async () => {
  await expect(batch(BATCH, wrong({ onRound: 1 }))).rejects.toThrow("The control has no 'onRound'");
  for (const call of [
    compare(URL, URL, {}, wrong({ onRound: 1 })),
    modes({ url: URL }, wrong({ onRound: 1 })),
  ])
    await expect(call).rejects.toThrow("The control's onRound is '1': give a function.");
});

test('a number of workers that is named twice would only be compared with itself', async () => {
  const refused = modes({ url: URL, requests: 10, workers: wrong('1,2,01') });
  await expect(refused).rejects.toThrow("workers '1,2,01' has 1 more than once: give each number once.");
});

test.each([null, undefined, 5, {}, 'x'])('%j is no result, and told so', async (value) => {
  const result = value as unknown as Parameters<typeof render>[0];
  expect(() => render(result)).toThrow('That is no result');
  await expect(renderHtml(result)).rejects.toMatchObject({ code: 'VOLLEY_USAGE' });
});

test('targets that are none are told together', async () => {
  const [a, b] = [undefined, 5] as unknown as [string, string];
  await expect(compare(a, b)).rejects.toMatchObject({
    problems: [
      { message: "The target a is 'undefined': give a URL, or options." },
      { message: "The target b is '5': give a URL, or options." },
    ],
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, null])('a variable that is %s is refused', async (a) => {
  const refused = run(wrong({ url: `${URL}{{a}}`, requests: 1, variables: { a } }));
  await expect(refused).rejects.toThrow('give an object of texts and finite numbers.');
});
