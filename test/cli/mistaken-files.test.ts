import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const inFolder = useFolder();
const startTarget = useTargets();

const file = (name: string, text: string): string => {
  const path = inFolder(name);
  writeFileSync(path, text);
  return path;
};

test.each([
  ['art.yml', 'config: {target: http://a/, phases: []}\nscenarios: [{flow: []}]\n', 'is a test of artillery'],
  ['locustfile.py', 'from locust import task\nclass U:\n    pass\n', 'is a script in Python'],
  ['wrk.lua', 'wrk.method = "POST"\n', 'is a script in Lua'],
  ['a.jmx', '<jmeterTestPlan/>\n', 'is a test of JMeter'],
  ['pm.json', '{"info":{"_postman_id":"1","name":"c"},"item":[]}', 'is a collection of Postman'],
  [
    'saved.json',
    '{"schemaVersion":1,"tool":{"name":"volley"},"mix":[]}',
    'is a result and not a plan: volley report',
  ],
  ['ids.csv', 'id\n1\n', 'has rows and is not a plan: volley batch'],
  ['page.html', '<!doctype html>\n', 'is a page and not a plan: volley report'],
])('as a plan %s is called what it is, in one line', async (name, text, sentence) => {
  const { code, stderr } = await volley('run', file(name, text));
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^volley: '[^\n]*\n$/)]);
  expect(stderr).toContain(sentence);
});

test.each([
  ['api.yaml', 'openapi: 3.0.0\n', 'volley init --openapi '],
  ['page.har', '{}', 'volley init --har '],
  ['notes.md', '# notes\n', 'give a URL, or a file after --har or --openapi.'],
])('volley init takes %s for a file, not for the name of a host', async (name, text, sentence) => {
  const plan = inFolder('of-a-file.yaml');
  const { code, stderr } = await volley('init', file(name, text), '--out', plan);
  expect([code, existsSync(plan)]).toEqual([2, false]);
  expect(stderr).toContain(`${name}' is a file, not a URL: `);
  expect(stderr).toContain(sentence);
});

test.each(['list.json', 'page.har'])('rows in %s are not blamed for the quotes of JSON', async (name) => {
  const rows = file(name, '[{"id":1},\n{"id":2}]\n');
  for (const args of [
    ['batch', rows, 'http://127.0.0.1:9/{{id}}'],
    ['http://127.0.0.1:9/{{id}}', '--rows', rows],
  ]) {
    const { code, stderr } = await volley(...args);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^volley: [^\n]*: it is JSON, not CSV: give one object in each line[^\n]*\n$/),
    ]);
  }
});

test('rows that no request uses are refused, with the braces that were probably meant', async () => {
  const target = await startTarget();
  const rows = file('three.csv', 'id\n1\n2\n3\n');
  const batch = ['batch', rows, `${target.url}headers`];
  for (const [args, sentence] of [
    [[target.url, '--rows', rows], 'no request uses a column of it: write {{id}} where a cell belongs'],
    [
      [`${target.url}?i={id}`, '--rows', rows],
      '{id} is sent as it is, and no request uses a column: write {{id}}',
    ],
    [
      ['batch', rows, `${target.url}?i={id}`],
      '{id} is sent as it is, and each row would send the same request',
    ],
    [[...batch, '--json', '{"a":"{id}"}'], '{id} is sent as it is, and each row would send the same request'],
  ] as const) {
    const { code, stderr } = await volley(...args);
    expect([args, code, stderr]).toEqual([args, 2, expect.stringContaining(sentence)]);
  }
  expect(target.stats().requests).toBe(0);
  for (const args of [[`${target.url}?i={id}&j={{id}}`, '--rows', rows, '-n', '3'], batch])
    expect((await volley(...args, '-q', '-c', '1')).code).toBe(0);
  expect(target.stats().requests).toBe(6);
});

test('a dash is no file of that name, and a path no host', async () => {
  const rows = file('one.csv', 'id\n1\n');
  for (const [args, sentence] of [
    [['http://127.0.0.1:9/', '--out', '-'], "--out '-': give the name of a file; -o json prints the result"],
    [['http://127.0.0.1:9/', '--html', '-'], "--html '-': give the name of a file; -o html prints the page"],
    [['batch', rows, 'http://127.0.0.1:9/{{id}}', '--out', '-'], "--out '-': leave it out to print the rows"],
    [['/items?a=1'], "The URL '/items?a=1' is a path without a host"],
    [['http://$TARGET/'], 'a value of the environment is written {{env NAME}}'],
    [['--versoin'], '--versoin is not an option: did you mean --version?'],
  ] as const) {
    const { code, stderr } = await volley(...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  }
  expect(existsSync('-')).toBe(false);
});
