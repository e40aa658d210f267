import { describe, expect, test } from '@jest/globals';
import { Problems } from '../../src/main/plan/problems.ts';
import { parseExpectation } from '../../src/main/plan/requests/expectations.ts';
import { ruleIn } from '../../src/main/plan/requests/value-rules.ts';
import { missOf } from '../../src/requests/expectation.ts';
import { HIDE_NOTHING } from '../../src/requests/secrets.ts';
import { ANSWER_WITHOUT_FIELDS } from '../support/expectation.ts';

type Expecting = Parameters<typeof parseExpectation>[0];

const BODY = JSON.stringify({
  id: 7,
  price: 1.5,
  name: 'Ada Lovelace',
  day: '2026-03-01',
  on: true,
  none: null,
  empty: '',
  tags: ['a', 'b', 3],
  items: [
    { id: 1, status: 'ok' },
    { id: 2, status: 'ok' },
    { id: 3, status: 'late' },
  ],
  owner: { name: 'me', 'a b': 1 },
  'first name': 'Ada',
}).replace('"id":7', '"big":2733382000000000049,"id":7');

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-left': '12',
  'x-none': '',
  'x-cache': 'HIT',
  'set-cookie': ['sid=1; Path=/', 'lang=de'],
  vary: ['accept', 'origin'],
};

/** What is wrong with the answer above, or with the rule; an empty text where nothing is. */
function told(options: Omit<Expecting, 'url'>, tookMs = 100, body = BODY): string {
  const problems = new Problems();
  const expectation = parseExpectation({ url: 'http://a/', ...options }, problems);
  if (problems.size > 0) return problems.sentences.join('\n');
  expect(expectation).not.toBeNull();
  const answer = {
    ...ANSWER_WITHOUT_FIELDS,
    body: Buffer.from(body),
    bodyBytes: body.length,
    answeredFields: HEADERS,
  };
  return missOf(expectation!, answer, tookMs, HIDE_NOTHING)?.example ?? '';
}

describe('a rule for JSON', () => {
  test.each([
    'id=7',
    'id==7.0',
    'id = 7',
    'id!=8',
    'id<8',
    'id <= 7',
    'id>6.9',
    'id >= 7',
    'big>2733382000000000048',
    'big<2733382000000000050',
    'price>=1.50',
    'name=Ada Lovelace',
    'name != Ada',
    'name > Ab',
    'day >= 2026-02-28',
    'day<2027-01-01',
    'id exists',
    'none exists',
    'nothing missing',
    'items[9].id missing',
    'name contains Love',
    'tags contains b',
    'tags contains 3',
    'owner contains a b',
    'name matches ^Ada\\b',
    'name matches /LOVE/i',
    'id matches ^\\d$',
    'empty matches ^$',
    'empty=',
    'empty length 0',
    'tags length 3',
    'tags length=3',
    'tags length > 2',
    'tags length<=3',
    'name length 12',
    'owner length != 0',
    'items[*].status length >= 2',
    'items[*].id < 4',
    'items[?@.id==3].status=late',
    'first name=Ada',
    'first name contains d',
    '$..id exists',
    'owner={"a b":1,"name":"me"}',
  ])('%s holds', (rule) => expect(told({ expectJson: [rule] })).toBe(''));

  test.each([
    ['id!=7', "expected id not to be '7', got '7'"],
    ['none=false', 'expected none to be false, got null'],
    ['id=null', "expected id to be null, got '7'"],
    ['name=true', "expected name to be true, got 'Ada Lovelace'"],
    ['id<7', "expected id to be less than '7', got '7'"],
    ['id>7', "expected id to be more than '7', got '7'"],
    ['id<=6', "expected id to be at most '6', got '7'"],
    [
      'big>=2733382000000000050',
      "expected big to be at least '2733382000000000050', got '2733382000000000049'",
    ],
    // A number is not text, nor text a number.
    ['name>5', "expected name to be more than '5', got the text 'Ada Lovelace'"],
    ['id>a', "expected id to be more than 'a', got '7'"],
    ['none<1', "expected none to be less than '1', got null"],
    // What must not be something has to be there.
    ['nothing!=1', "expected nothing not to be '1', got nothing"],
    ['nothing exists', 'expected nothing to be there, got nothing'],
    ['none missing', 'expected none not to be there, got null'],
    ['name contains love', "expected name to contain 'love', got 'Ada Lovelace'"],
    ['tags contains c', `expected tags to contain 'c', got '["a","b",3]'`],
    ['id contains 7', "expected id to contain '7', got '7'"],
    ['name matches ^ada', "expected name to match /^ada/u, got 'Ada Lovelace'"],
    ['tags matches a', `expected tags to match /a/u, got '["a","b",3]'`],
    ['tags length 2', 'expected tags to have a length of 2, got 3'],
    ['tags length>3', 'expected tags to have a length of more than 3, got 3'],
    ['id length 1', "expected id to have a length of 1, got '7'"],
    ['items[*].status=ok', "expected items[*].status to be 'ok', got 'late' in place 3 of 3"],
    ['items[*].id missing', "expected items[*].id not to be there, got '1' in place 1 of 3"],
  ])('%s does not: %s', (rule, example) => expect(told({ expectJson: [rule] })).toBe(example));

  test('the length of a list that is the whole answer is asked for by $', () => {
    const ofList = (rule: string): string => told({ expectJson: [rule] }, 100, '[1,2]');
    expect(ofList('length>=1')).toBe(
      "expected length to be at least '1', got nothing (for a list itself say '$ length')",
    );
    expect(ofList('$ length>=1')).toBe('');
  });

  test.each([
    ['id<', /give a value to compare with after <\.$/],
    ['tags contains', /any value would do: say what it has to contain\.$/],
    ['tags contains ', /any value would do/],
    ['name matches .*', /any value would do: give a pattern/],
    ['name matches', /any value would do/],
    ['name matches (', /it is not a JavaScript regular expression \(.+\): correct it, or use contains\.$/],
    ['tags length', /give a whole number, as in items length 3 or items length>=1\.$/],
    ['tags length two', /give a whole number/],
    ['tags length>=0', /every value is like that: give a number from 1\.$/],
    ['tags length<0', /no value is like that/],
    ['id', /give path=value, such as data\.items\[0\]\.id=7, or a path followed by =, !=, .+\.$/],
    ['exists', /give path=value/],
  ])('%s is refused', (rule, sentence) => {
    const said = told({ expectJson: [rule] });
    expect(said).toMatch(sentence);
    expect(said.startsWith(`--expect-json '${rule}': `)).toBe(true);
  });

  test.each([
    ['a=1', 'a', '=', '1'],
    ['a= 1', 'a', '=', ' 1'],
    ['a = 1 ', 'a', '=', '1'],
    ['a==1', 'a', '=', '1'],
    ['a=b=c', 'a', '=', 'b=c'],
    ['a=b exists', 'a', '=', 'b exists'],
    ['d["a=b"]=5', 'd["a=b"]', '=', '5'],
    ["d['a\\'=]b']!=5", "d['a\\'=]b']", '!=', '5'],
    ['d["]="]=5', 'd["]="]', '=', '5'],
    ["it's=5", "it's", '=', '5'],
    ["a[?@.x==1].y='z'", 'a[?@.x==1].y', '=', "'z'"],
    ["a[?@.b[?@.c=='=']].y>=[1]", "a[?@.b[?@.c=='=']].y", '>=', '[1]'],
    ['$=', '$', '=', ''],
    ['$.is_ok?=1', '$.is_ok?', '=', '1'],
    ['a exists', 'a', 'exists', ''],
    ['the length exists', 'the', 'length', 'exists'],
    ['the exists length=5', 'the exists', 'length', '=5'],
    ['file lengths=5', 'file lengths', '=', '5'],
    ['a["x contains y"] contains z', 'a["x contains y"]', 'contains', 'z'],
  ])('%s is in parts', (text, subject, operator, value) =>
    expect(ruleIn(text)).toEqual({ subject, operator, value }),
  );

  test.each(['a', 'a["="]', 'a["=5', 'a.exists', 'a containsb'])('%s has none', (text) =>
    expect(ruleIn(text)).toBeNull(),
  );
});

describe('a rule for headers', () => {
  test.each([
    'Content-Type: application/json; charset=utf-8',
    'content-type:application/json; charset=utf-8',
    'content-type',
    'content-type exists',
    'content-type contains json',
    'content-type matches ^application/json',
    'x-cache matches /^(hit|stale)$/i',
    'x-none:',
    'x-cache!=MISS',
    'x-other missing',
    'x-left>=12',
    'x-left < 100',
    'x-left length 2',
    // Of several lines, each alone and all in one.
    'set-cookie contains sid=',
    'set-cookie: lang=de',
    'vary: accept, origin',
    'vary contains origin',
  ])('%s holds', (rule) => expect(told({ expectHeader: [rule] })).toBe(''));

  test.each([
    ['x-other', 'expected the header x-other to be there, got nothing'],
    ['X-Other: 1', "expected the header x-other to be '1', got nothing"],
    ['constructor', 'expected the header constructor to be there, got nothing'],
    ['x-cache: hit', "expected the header x-cache to be 'hit', got 'HIT'"],
    ['x-cache missing', "expected the header x-cache not to be there, got 'HIT'"],
    ['x-left>12', "expected the header x-left to be more than '12', got '12'"],
    ['x-cache>5', "expected the header x-cache to be more than '5', got 'HIT'"],
    ['vary!=origin', "expected the header vary not to be 'origin', got 'accept, origin'"],
    ['x-other!=1', "expected the header x-other not to be '1', got nothing"],
  ])('%s does not: %s', (rule, example) => expect(told({ expectHeader: [rule] })).toBe(example));

  test.each(['', ' ', 'a b', ': x', 'a b: c', '=5'])("'%s' is refused", (rule) =>
    expect(told({ expectHeader: [rule] })).toMatch(
      /^--expect-header '.*': give 'name: value', a name alone, or a name followed by .+\.$/,
    ),
  );
});

describe('a time for each answer', () => {
  test.each(['100ms', '0.1s', '<=100ms', '< 1s', 'p:<200ms', 100])('%s holds', (time) =>
    expect(told({ expectTime: time })).toBe(''),
  );
  test('too late is missed, and wrong comes before late', () => {
    expect(told({ expectTime: '100ms' }, 100.4567)).toBe(
      'expected an answer within 100 ms, got one after 100.5 ms',
    );
    expect(told({ expectTime: '1s' }, 1234.567)).toBe(
      'expected an answer within 1000 ms, got one after 1230 ms',
    );
    expect(told({ expectTime: '1ms', expectJson: ['id=8'] })).toBe("expected id to be '8', got '7'");
  });
  test.each(['', '0', '0ms', '>5ms', 'fast', '-1ms', 0])("'%s' is refused", (time) =>
    expect(told({ expectTime: time })).toMatch(/^--expect-time '.*': give a time such as 500ms/),
  );
});
