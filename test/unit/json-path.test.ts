import { describe, expect, test } from '@jest/globals';
import { parseExactJson } from '../../src/requests/exact-json.ts';
import { parseJsonPath } from '../../src/requests/json-path.ts';
import { compileRfcPath } from '../../src/requests/rfc-path.ts';
import { fc } from '../support/properties.ts';

const SHOP = `{
  "store": { "name": "corner", "a.b": { "c": 1 }, "a=b": 5, "x-y": 6, "it's": 7, "q\\"": 8, "*": 9, "": 10, "ключ": 11 },
  "items": [
    { "id": 2733382000000000049, "price": 1.10, "tags": ["a", "b"] },
    { "id": 2733382000000000050, "price": 2.5, "tags": [] },
    { "id": 7, "price": 10, "tags": ["c"], "sold": true, "note": null }
  ],
  "nested": [[1, 2], [3, [4, 5]]],
  "length": "own",
  "0": "zero"
}`;

/** Each with everything that it leads to, as JSON. */
const PATHS: readonly (readonly [path: string, found: readonly string[]])[] = [
  // Simple ones, with and without the root.
  ['store.name', ['"corner"']],
  ['$.store.name', ['"corner"']],
  ['.store.name', ['"corner"']],
  ['$["store"]["name"]', ['"corner"']],
  ["$['store']['name']", ['"corner"']],
  ["store['name']", ['"corner"']],
  ["['store'].name", ['"corner"']],
  ['["store"].name', ['"corner"']],
  ['store["a.b"].c', ['1']],
  ['store["a=b"]', ['5']],
  ["store['a=b']", ['5']],
  ['store.x-y', ['6']],
  ["store.it's", ['7']],
  ["store['it\\'s']", ['7']],
  ['store["q\\""]', ['8']],
  ['store["*"]', ['9']],
  ['store[""]', ['10']],
  ['store.ключ', ['11']],
  ['store["\\u043a\\u043b\\u044e\\u0447"]', ['11']],
  ['items[0].id', ['2733382000000000049']],
  ['items.0.id', ['2733382000000000049']],
  ['items[ 0 ].id', ['2733382000000000049']],
  ['items[0].price', ['1.10']],
  ['items[-1].id', ['7']],
  ['$.items[-3].id', ['2733382000000000049']],
  ['items[2].note', ['null']],
  ['nested[1][1][0]', ['4']],
  ['length', ['"own"']],
  ['0', ['"zero"']],
  // What leads nowhere.
  ['items[3]', []],
  ['items[-4]', []],
  ['items.length', []],
  ['$.items.length', []],
  ['store[0]', []],
  ['$[0]', []],
  ['store.name.length', []],
  ['items[0].id.text', []],
  ['items[0].id[0]', []],
  ['constructor', []],
  ['store.__proto__', []],
  ['items[0].note.x', []],
  // Several places.
  ['$.store.*', ['"corner"', '{"c":1}', '5', '6', '7', '8', '9', '10', '11']],
  ['items[*].id', ['2733382000000000049', '2733382000000000050', '7']],
  ['items.*.id', ['2733382000000000049', '2733382000000000050', '7']],
  ['$..id', ['2733382000000000049', '2733382000000000050', '7']],
  ['..id', ['2733382000000000049', '2733382000000000050', '7']],
  ['$.items..tags[0]', ['"a"', '"c"']],
  ['$..tags[*]', ['"a"', '"b"', '"c"']],
  ["$..['sold','note']", ['true', 'null']],
  ['items[0,2].price', ['1.10', '10']],
  ['items[0:2].price', ['1.10', '2.5']],
  ['items[::-1].price', ['10', '2.5', '1.10']],
  ['items[1:].price', ['2.5', '10']],
  ['items[-1:].price', ['10']],
  ['items[::2].price', ['1.10', '10']],
  ['items[0]["id","price"]', ['2733382000000000049', '1.10']],
  ['items[0].id.*', []],
  ['items[0].id[*]', []],
  ['$ .items [0] .price', ['1.10']],
  // Filters, with numbers of any length.
  ['items[?@.id==2733382000000000049].price', ['1.10']],
  ['items[?@.id==2733382000000000050].price', ['2.5']],
  ['items[?@.id==2733382000000000051].price', []],
  ['items[?@.id!=2733382000000000049].price', ['2.5', '10']],
  ['items[?@.id>2733382000000000049].price', ['2.5']],
  ['items[?@.id>=2733382000000000049].price', ['1.10', '2.5']],
  ['items[?@.id<2733382000000000050].price', ['1.10', '10']],
  ['items[?2733382000000000049<@.id].price', ['2.5']],
  ['items[?@.price==1.1].id', ['2733382000000000049']],
  ['items[?@.price==11e-1].id', ['2733382000000000049']],
  ['items[?@.price<=1.1].id', ['2733382000000000049']],
  ['items[?@.price>1.1 && @.price<10].id', ['2733382000000000050']],
  ['items[?@.price>1.1 && @.price<10 && @.id==1].id', []],
  ['items[?@.price==2.5 || @.sold==true].id', ['2733382000000000050', '7']],
  ['items[?@.sold].id', ['7']],
  ['items[?!@.sold].price', ['1.10', '2.5']],
  ['items[?@.note==null].id', ['7']],
  ['items[?@.missing==@.gone].id', ['2733382000000000049', '2733382000000000050', '7']],
  ["items[?@.tags[0]=='a'].price", ['1.10']],
  ['items[?@.tags==$.items[0].tags].price', ['1.10']],
  ['items[?length(@.tags)==2].price', ['1.10']],
  ['items[?length(@.id)==0].price', []],
  ['items[?count(@.tags[*])>0].price', ['1.10', '10']],
  ["$.store[?match(@, 'c.*r')]", ['"corner"']],
  ["$.store[?match(@, 'corn')]", []],
  ["$.store[?search(@, 'orn|zzz')]", ['"corner"']],
  ['items[?value(@..price)==10].id', ['7']],
  ['nested[?@[0]==3][1][?@>4]', ['5']],
];

describe('paths into JSON', () => {
  const root = parseExactJson(SHOP);

  test.each(PATHS)('%s', (path, found) => {
    expect(
      parseJsonPath(path)
        .find(root)
        .map((value) => JSON.stringify(value)),
    ).toEqual(found);
  });

  test('the root alone', () => {
    expect(parseJsonPath('$').find(root)).toEqual([root]);
  });

  test('characters are counted, not units of UTF-16', () => {
    expect(parseJsonPath('[?length(@)==1]').find(['😀', 'ab'])).toEqual(['😀']);
  });

  test('as deep as JSON is looked into', () => {
    const deep = parseExactJson(`${'['.repeat(999)}{"id":1}${']'.repeat(999)}`);
    expect(parseJsonPath('$..id').find(deep)).toEqual([1]);
  });

  test('in lists of any length', () => {
    const long = Array.from({ length: 150_000 }, (_, id) => ({ id }));
    expect(parseJsonPath('$..id').find(long)).toHaveLength(150_000);
    expect(parseJsonPath('[*].id').find(long)).toHaveLength(150_000);
    expect(parseJsonPath('[?@.id>149998].id').find(long)).toEqual([149_999]);
  });

  test.each([
    ['a.b[0]["c"][-1]', true],
    ["$ ['a'] [0]", true],
    ['$', true],
    ['a[*]', false],
    ['$..a', false],
    ["['a','b']", false],
    ['a[0:1]', false],
    ['a[?@.x]', false],
  ])('%s leads to one place at most: %p', (path, isSingular) => {
    expect(parseJsonPath(path).isSingular).toBe(isSingular);
  });

  test.each([
    ['$..', 4],
    ['a..', 4],
    ['$[', 3],
    ['a[?@.x==]', 9],
    ['a[', 3],
    ['["\\x"]', 4],
    ['[01]', 2],
    ['a[1:2:3:4]', 8],
    ['$[?foo(@)]', 4],
    ['$[?length(@)]', 4],
    ["$[?match(@, 'a')==true]", null],
    ["$['a'", null],
    ['$[?@.a==01]', null],
    ['$[?@.a=1]', null],
    ['$[?(@.a]', null],
    ['$[a]', null],
    ['$a.b[*', null],
    ['a]', 2],
    ['a[-0]', null],
    ['a[9007199254740992]', null],
    ["a['\u0001']", null],
    ['a[]', null],
    ['a.[b]', null],
    ['$.a..[', null],
    ['$.length(@)', 9],
    ['$.items.length()', 15],
    ['$length(@)', 1],
    ['$.count($.items)', 8],
    ['$.items.?(@.id)', 9],
    ['$.?@.id', 3],
    ['$.items.id>7', 11],
    ['$.items.id==7', 11],
    ['$.a,b', 4],
    ['$.a*', 4],
    ["$['items'].max()", null],
    ['$["a(b)"].size()', null],
  ])('%s is none', (path, at) => {
    expect(() => parseJsonPath(path)).toThrow(at === null ? /at character \d+$/ : `, at character ${at}`);
  });
});

test.each([
  ['$.@type', '@type'],
  ['@type', '@type'],
  ['@context.@id', '@context', '@id'],
  ['$.content-type', 'content-type'],
  ['content-type', 'content-type'],
  ['$schema', '$schema'],
  ['$.$ref', '$ref'],
  ['$.#text', '#text'],
  ['$.dc:title', 'dc:title'],
  ['$.is_ok?', 'is_ok?'],
  ['$.first name', 'first name'],
  ['$.50%', '50%'],
  ['price (EUR)', 'price (EUR)'],
  ['length(@)', 'length(@)'],
  ["$['length(@)']", 'length(@)'],
  ['$["a?b(c)"].@id', 'a?b(c)', '@id'],
  ['$.x["(y)"]', 'x', '(y)'],
])('%s is made of names', (path, ...names) => {
  const json = names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), 1);
  expect(parseJsonPath(path).find(json)).toEqual([1]);
});

test('all of a list or an object: the same as by RFC 9535, whatever the JSON', () => {
  const paths = ['a[*]', '[*]', '$[*][*]', 'a[*].b', 'a[*].b[*]', '[*][0]', '["a"][ * ].a'];
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(...paths), (inner, path) => {
      const value = { a: inner, b: [{ a: [inner], b: inner }, [inner, null]] };
      const whole = path.startsWith('$') ? path : `$${path.startsWith('[') ? '' : '.'}${path}`;
      const query = parseJsonPath(path);
      expect(query.isSingular).toBe(false);
      expect(query.find(value)).toEqual(compileRfcPath('', whole).find(value));
    }),
  );
});
