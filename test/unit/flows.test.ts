import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadFlow } from '../../src/main/plan/flows/load-flow.ts';
import { readPlanFile } from '../../src/main/plan/plan-file.ts';
import { resolveTest } from '../../src/main/plan/scenarios/resolve-test.ts';
import type { FlowTest } from '../../src/protocol/flow.ts';
import { useFolder } from '../support/folder.ts';

const pathOf = useFolder();
writeFileSync(pathOf('users.csv'), 'user,age\nada,36\nbob,7\n');
writeFileSync(pathOf('rows.jsonl'), '{"user":"ada","tags":["a"]}\n');

const LOAD = 'load: { executor: per-vu-iterations, vus: 1, iterations: 1 }';

async function flowOf(text: string): Promise<FlowTest> {
  const path = pathOf('flow.yaml');
  writeFileSync(path, text);
  const plan = readPlanFile(path);
  if (plan.problems.length > 0) throw Object.assign(new Error(), { problems: plan.problems });
  const url = plan.options.get('url');
  const variables = new Map(Object.entries(plan.variables));
  const loaded = await loadFlow(plan.flow!, url === undefined ? undefined : String(url), variables);
  const {
    plan: { scenarios },
  } = await resolveTest(loaded, {}, {});
  if (scenarios?.code.type !== 'flow') throw new Error('it has steps');
  return scenarios.code.flow;
}

/** What is wrong with a plan, its places from the line on. */
async function problemsOf(text: string): Promise<string[]> {
  try {
    await flowOf(text);
    return [];
  } catch (error) {
    const { problems } = error as { problems?: readonly object[] };
    if (problems === undefined) throw error;
    return problems.map((problem) => String(problem).replace(/^.*?flow\.yaml:/, ''));
  }
}

/** Steps of one scenario, from line 3 on. */
const steps = (...lines: readonly string[]): string =>
  [
    `${LOAD}\nscenarios: { one: { rows: users.csv, flow: [`,
    ...lines.map((line) => `  ${line},`),
    ' ]}}',
  ].join('\n');

const GET = '{ get: http://a/ }';

describe('steps that are wrong', () => {
  test.each([
    ['an unknown step', ['{ gte: /a }'], ["3:10: 'gte' is not a kind of step: did you mean get?"]],
    ['a step with nothing in it', ['{}'], ['3:3: an empty step: give one such as { get: /items }']],
    ["another tool's word", ['{ pause: 2 }'], ["3:12: 'pause' is not a kind of step: did you mean think?"]],
    [
      'two kinds',
      ['{ get: http://a/, think: 2s }'],
      ['3:3: a step does one thing, and this one has get and think'],
    ],
    ['text', ['get'], ["3:3: 'get' is not a step: give a map such as { get: /items }"]],
    [
      'an unknown field',
      ['{ get: http://a/, headers: {} }'],
      ["3:21: 'headers' is not a field here: did you mean header?"],
    ],
    [
      'a field of another kind',
      ['{ think: 2s, flow: [] }'],
      ["3:16: 'flow' is not a field here: choose from think."],
    ],
    ['a field that is missing', ['{ repeat: 2 }'], ["3:3: 'flow' is missing."]],
    ['no step', ['{ group: a, flow: [] }'], ['3:21: there is no step']],
    [
      'a time',
      ['{ think: soon }', '{ think: 3s..1s }'],
      ["3:12: think 'soon': give a time such as 2s", "4:12: think '3s..1s'"],
    ],
    [
      'a port',
      ['{ get: "http://a:99999/x" }', '{ get: "http://a:99999{{n}}/" }', '{ get: "https://a:70000/{{n}}" }'],
      [
        "3:10: The URL 'http://a:99999' has port 99999, which is too high",
        "5:10: The URL 'https://a:70000' has port 70000",
      ],
    ],
    [
      'an expectation that can never hold',
      [
        "{ get: http://a/, check: { ok: 'n > 1 && !(status == \"a\")', two: '\"200\" != status', three: 'status == 200' } }",
      ],
      [
        '3:34: the expression \'n > 1 && !(status == "a")\': status is a number, and "a" a text: they are never equal',
        '3:68: the expression',
      ],
    ],
    ['a path', ['{ get: items }'], ["3:10: 'items': give a path that begins with /"]],
    [
      'two bodies',
      ['{ post: http://a/, json: {}, body: x }'],
      ['3:3: a request has one body, and this has json and body'],
    ],
    [
      'a status',
      ["{ get: http://a/, expect-status: '2x' }"],
      ["3:36: expect-status '2x': give one such as 204"],
    ],
    [
      'a variable that nobody sets',
      ["{ get: 'http://a/{{usr}}/{{order}}' }", '{ if: user == "a" && sie > 2, then: [{ fail: no }] }'],
      [
        "3:10: {{usr}}: nothing sets 'usr': did you mean user?",
        "3:10: {{order}}: nothing sets 'order': capture it in an earlier step",
        "4:9: the expression 'user == \"a\" && sie > 2': nothing sets 'sie'",
      ],
    ],
    [
      'a variable that only a later step sets',
      [
        "{ get: 'http://a/{{id}}', check: { a: id == 1 } }",
        '{ get: http://a/, capture: { id: json id }, check: { a: id == 1 } }',
        "{ repeat: 2, flow: [{ get: 'http://a/{{token}}{{ide}}' }, { get: http://a/, capture: { token: json t } }] }",
        "{ get: 'http://a/{{id}}/{{token}}/{{late}}/{{lat}}' }",
        '{ get: http://a/, capture: { late: json t } }',
      ],
      [
        "3:10: {{id}}: 'id' is set by a later step (4:36): use it after that step, or set it before.",
        "3:41: the expression 'id == 1': 'id' is set by a later step (4:36): use it after that step, or set it before.",
        "5:30: {{ide}}: nothing sets 'ide': did you mean id?",
        "6:10: {{late}}: 'late' is set by a later step (7:38): use it after that step, or set it before.",
        "6:10: {{lat}}: nothing sets 'lat': capture it in an earlier step",
      ],
    ],
    [
      'a capture that nothing uses',
      ['{ get: http://a/, capture: { token: json token, id: header id } }', "{ get: 'http://a/{{id}}' }"],
      ["3:39: nothing uses 'token', which is captured here: use it as {{token}}, or leave it out."],
    ],
    [
      'a name that expressions have for the last answer',
      [
        '{ get: http://a/, capture: { status: json id, service: json x } }',
        "{ get: 'http://a/{{service}}', check: { a: status == 1 } }",
      ],
      [
        "3:40: 'status': expressions have this name for the last answer's status: give the variable another one.",
        "3:58: 'service': expressions have this name for the last answer's service: give the variable another one.",
      ],
    ],
    [
      'what only expressions have',
      ["{ get: 'http://a/{{service}}/{{status}}' }"],
      [
        '3:10: {{service}}: only expressions have the service of the last answer.',
        '3:10: {{status}}: only expressions have the status of the last answer: capture it, as in capture: { code: status }.',
      ],
    ],
    [
      'values that are none',
      [
        '{ get: http://a/, query: { n: null } }',
        '{ get: http://a/, query: { n: { a: 1 } } }',
        '{ get: http://a/, header: { a: null } }',
        '{ post: http://a/, form: { a: null } }',
      ],
      [
        "3:33: 'query.n': give text, a number, true or false, or a list of them, or leave it out.",
        "4:33: 'query.n': give text, a number, true or false, or a list of them, or leave it out.",
        "5:34: 'header.a': give text or a number.",
        "6:33: 'form.a': give text, a number, true or false, or a list of them, or leave it out.",
      ],
    ],
    [
      'captures that cannot be',
      [
        '{ get: http://a/, capture: { a: josn x, b: json, c: "json $[", d: "regex (", e: { json: a, header: b } } }',
        '{ fail: "{{a}}{{b}}{{c}}{{d}}{{e}}" }',
      ],
      [
        "3:35: the capture 'josn x': write it as 'json PATH'",
        "3:46: the capture 'json': write it as",
        "3:55: the path '$[' cannot be read",
        "3:69: the pattern '(' cannot be read",
        '3:83: a capture takes one of json',
      ],
    ],
    [
      'expressions',
      [
        '{ if: n >, then: [{ fail: a }] }',
        '{ while: 1 + 1, flow: [{ think: 1s }] }',
        '{ check: { a: size(n) + "b" } }',
        '{ if: n === 2, then: [{ fail: a }] }',
        '{ if: n = "===", then: [{ fail: a }] }',
        '{ if: n >= "=" && n !== 1, then: [{ fail: a }] }',
      ],
      [
        "3:9: the expression 'n >': Unexpected token: EOF.",
        "4:12: '1 + 1' is of type int",
        '5:17: the expression \'size(n) + "b"\': no such overload: int + string.',
        "6:9: the expression 'n === 2': '===' is not an operator of expressions: write ==.",
        "7:9: the expression 'n = \"===\"': '=' is not an operator of expressions: write ==.",
        "8:9: the expression 'n >= \"=\" && n !== 1': '!==' is not an operator of expressions: write !=.",
      ],
    ],
    [
      'a name that expressions have for themselves',
      [
        '{ get: http://a/, capture: { list: json a, int: json b, n: json c } }',
        '{ if: n > 1, then: [{ get: "http://a/{{list}}" }] }',
        '{ if: list == "a", then: [{ fail: a }] }',
        '{ for: int, in: n, flow: [{ fail: "{{int}}" }] }',
      ],
      [
        "5:9: the expression 'list == \"a\"': 'list' has a meaning of its own in expressions: give the value another name",
      ],
    ],
    [
      'a metric that is not there',
      ['{ add: orders }'],
      ["3:10: there is no metric 'orders': define it under metrics"],
    ],
    [
      'an environment variable',
      ["{ fail: '{{env VOLLEY_NOWHERE}}' }"],
      ['3:11: {{env VOLLEY_NOWHERE}} names an environment variable that is not set'],
    ],
    [
      'selectors, attributes and timeouts',
      [
        "{ get: http://a/, timeout: soon, capture: { a: 'css input[', b: { regex: x, attribute: y }, c: { css: a, attribute: href } } }",
        "{ fail: '{{a}}{{b}}{{c}}' }",
        '{ get: http://a/, timeout: 0 }',
      ],
      [
        "3:30: timeout 'soon': give a time from 1ms to 168h, such as '30s'.",
        "3:50: the selector 'input[' cannot be read: Expected name, found.",
        "3:90: attribute 'y': only css captures have one.",
        "5:30: timeout '0': give a time",
      ],
    ],
    ['text that is no JSON', ["{ post: http://a/, json: '{a' }"], ['3:28: json: the text is not JSON']],
  ])('%s', async (_what, lines, expected) => {
    const found = await problemsOf(steps(...lines));
    expect(found).toEqual(expected.map((beginning) => expect.stringContaining(beginning)));
    for (const [index, beginning] of expected.entries())
      expect(found[index]!.startsWith(beginning)).toBe(true);
  });

  test.each([
    [
      'a load',
      `scenarios: { a: { load: { executor: constant-vu, vus: 0, duration: 1s }, flow: [${GET}] } }`,
      [
        "1:37: scenarios.a.load.executor 'constant-vu': choose one of",
        "1:55: scenarios.a.load.vus '0': give a whole number",
      ],
    ],
    ['no load', `scenarios: { a: { flow: [${GET}] } }`, ['1:17: scenarios.a.load: there is none']],
    [
      'random limits that are reversed or missing',
      `${LOAD}\nscenarios: { a: { flow: [{ get: '/{{random 6 1}}/{{random}}' }] } }`,
      [
        '{{random 6 1}} needs two whole numbers, the lower one first: {{random 1 6}}.',
        '{{random}} needs two whole numbers',
      ],
    ],
    [
      'rows that are too few',
      `load: { executor: constant-vus, vus: 3, duration: 1s }\nscenarios: { a: { rows: users.csv, rows-mode: per-vu, flow: [${GET}] } }`,
      ['2:25: scenarios.a.rows: there are 2 rows for 3 users'],
    ],
    [
      'rows that are too few for the users of arrivals',
      `load: { executor: constant-arrival-rate, rate: 5, duration: 1s, maxVUs: 9 }\nscenarios: { a: { rows: users.csv, rows-mode: per-vu, flow: [${GET}] } }`,
      [
        '2:25: scenarios.a.rows: there are 2 rows for 9 users, who have one each: give more rows, fewer users (maxVUs), or',
      ],
    ],
    [
      'a field of scenarios',
      `${LOAD}\nscenarios: { a: { flows: [${GET}] } }`,
      ["2:19: 'flows' is not a field here: did you mean flow?"],
    ],
    [
      'a name that is there twice is listed once',
      `${LOAD}\nvariables: { age: '1' }\nscenarios: { a: { rows: users.csv, flow: [{ get: 'http://a/{{nobody}}' }] } }`,
      ['; there are user, age, n, vu, iteration.'],
    ],
    [
      'the form of scenarios, their loads, and steps together',
      [
        "metrics: { orders: conter, 'bad name': counter }",
        'load: { executor: constant-vu, vus: 0, duration: 1s }',
        'setup: [{ gett: /x }]',
        'scenarios:',
        '  a:',
        '    row: users.csv',
        '    rows-mode: sometimes',
        "    flow: [{ repeat: -3, flow: [] }, { get: 'http://a/{{user}}{{nobody}}' }]",
        '  b: { weight: many }',
      ].join('\n'),
      [
        "2:19: load.executor 'constant-vu'",
        "2:37: load.vus '0'",
        '1:10: metrics.bad name',
        "7:16: 'scenarios.a.rows-mode': choose one of",
        "6:5: 'row' is not a field here: did you mean rows?",
        "9:16: 'scenarios.b.weight': give a whole number",
        "9:6: 'scenarios.b.flow' is missing.",
        "1:20: 'metrics.orders': choose one of",
        "8:22: 'repeat': give a number from 1",
        '8:45: {{nobody}}: nothing sets',
        "3:17: 'gett' is not a kind of step",
      ],
    ],
    [
      'the form of parts that set names, and more',
      [
        LOAD,
        'setup: { get: /login }',
        'scenarios:',
        '  a:',
        '    rows: 7',
        '    vu-setup: nothing',
        '    vu-teardown: { think: 1s }',
        "    flow: [{ gte: '/{{row}}' }, { get: 'http://a/{{any}}', check: { ok: 'token == ' } }, { think: soon }]",
      ].join('\n'),
      [
        "5:11: 'scenarios.a.rows'",
        "6:15: 'scenarios.a.vu-setup': give a list of steps",
        "7:18: 'scenarios.a.vu-teardown': give a list of steps",
        "2:8: 'setup': give a list of steps",
        "8:19: 'gte' is not a kind of step",
        "8:73: the expression 'token == '",
        "8:99: think 'soon'",
      ],
    ],
    [
      'counts without an iteration',
      `${LOAD}\nsetup: [{ group: a, flow: [${GET}] }]\nscenarios: { a: { flow: [${GET}] } }`,
      ['2:9: setup and teardown are not iterations'],
    ],
    [
      'fields of scenarios without any',
      'load: 1',
      ["1:1: 'load' is not a field that a plan has here: it belongs to scenarios"],
    ],
  ])('%s', async (_what, text, expected) => {
    expect(await problemsOf(text)).toEqual(expected.map((beginning) => expect.stringContaining(beginning)));
  });
});

test('users have columns of their own with a row of their own alone', async () => {
  const plan = (...mode: readonly string[]): string =>
    [
      LOAD,
      'scenarios:',
      '  one:',
      '    rows: users.csv',
      ...mode,
      "    vu-setup: [{ post: 'http://127.0.0.1:1/{{user}}' }]",
      "    flow: [{ get: 'http://127.0.0.1:1/{{age}}' }]",
      "    vu-teardown: [{ get: 'http://127.0.0.1:1/', check: { old: 'age > 7' } }]",
    ].join('\n');
  const only = 'is a column of rows, and a user has a row of its own only with rows-mode: per-vu.';
  expect(await problemsOf(plan())).toEqual([
    expect.stringContaining(`{{user}}: 'user' ${only}`),
    expect.stringContaining(`'age' ${only}`),
  ]);
  expect(await problemsOf(plan('    rows-mode: per-vu'))).toEqual([]);
});

test('names are columns, captures, variables, and what an iteration is', async () => {
  const flow = await flowOf(
    [
      LOAD,
      "variables: { shop: 'a b' }",
      'url: http://127.0.0.1:1/',
      'setup: [{ get: /, capture: { key: json k } }]',
      'scenarios:',
      '  one:',
      '    rows: rows.jsonl',
      '    vu-setup: [{ get: /, capture: { mine: status } }]',
      '    flow: [{ get: \'/{{shop}}/{{user}}?{{mine}}&{{key}}&{{n}}\', json: \'{"tags": {{raw tags}}, "n": {{n}}}\' }]',
    ].join('\n'),
  );
  const value = (type: string, name?: string) => ({
    encoding: 'url',
    source: { type, ...(name === undefined ? {} : { name }) },
  });
  expect(flow.scenarios['one']).toMatchObject({
    hasJsonRows: true,
    exec: [
      {
        at: '9:12',
        method: 'GET',
        name: null,
        pattern: '/a%20b/{}?{}&{}&{}',
        url: [
          '/a%20b/',
          value('column', 'user'),
          '?',
          value('variable', 'mine'),
          '&',
          value('variable', 'key'),
          '&',
          value('number'),
        ],
        body: {
          type: 'json',
          value: {
            type: 'map',
            entries: [
              ['tags', { type: 'value', source: { type: 'column', name: 'tags' } }],
              ['n', { type: 'value', source: { type: 'number' } }],
            ],
          },
        },
      },
    ],
  });
});

test('streams of a plan are checked before anything is sent, with their places', async () => {
  const plan = (streams: string, step: string): string =>
    [
      LOAD,
      ...(streams === '' ? [] : [`streams: ${streams}`]),
      `scenarios: { one: { flow: [${step}] } }`,
    ].join('\n');
  const ask = '{ post: http://a/, stream: true, capture: { said: stream text }, check: { x: said != "" } }';
  expect(await problemsOf(plan('{ preset: tgi, token-path: a.b, slo: ttft<1s }', ask))).toEqual([]);
  const { scenarios } = await flowOf(plan('{}', ask));
  expect(scenarios['one']?.exec[0]).toMatchObject({
    stream: true,
    captures: [{ from: { type: 'stream', of: 'text' } }],
  });
  expect(await problemsOf(plan('', ask))).toEqual([
    expect.stringContaining('2:55: stream: true: say next to scenarios how streams are read'),
  ]);
  expect(await problemsOf(plan('{ presset: tgi, stall-timeout: soon }', ask))).toEqual([
    "2:41: streams.stall-timeout 'soon': give a time such as '30s' or '2m'; a number is milliseconds.",
    "2:12: 'presset' is not a field here: did you mean preset?",
  ]);
  expect(await problemsOf(plan('{ preset: [tgi] }', '{ post: http://a/, stream: yes }'))).toEqual([
    "2:20: 'streams.preset': give text, in quotes where it looks like something else.",
    "3:55: 'stream': give true or false.",
  ]);
  const parts = 'capture: { a: stream words, b: stream text }, check: { x: a + b != "" }';
  expect(await problemsOf(plan('{}', `{ post: http://a/, ${parts} }`))).toEqual([
    expect.stringContaining("stream 'words': choose one of text, tokens"),
    expect.stringContaining("the capture 'stream text' needs an answer that is read as a stream"),
  ]);
});
