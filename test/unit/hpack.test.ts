import { describe, expect, test } from '@jest/globals';
import { BlockDecoder } from '../../src/workers/clients/wire/http2/hpack/block-decoder.ts';
import { encodedField } from '../../src/workers/clients/wire/http2/hpack/block-encoder.ts';
import { decodeHuffman } from '../../src/workers/clients/wire/http2/hpack/huffman.ts';

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** What a decoder makes of a block; null where it is none. */
function decoded(decoder: BlockDecoder, hex: string): string[] | null {
  const block = bytesOf(hex);
  const fields: string[] = [];
  const isGood = decoder.decode(block, 0, block.length, {
    onField: (name, bytes, from, to) =>
      fields.push(`${name}: ${Buffer.from(bytes.subarray(from, to)).toString('latin1')}`),
  });
  return isGood ? fields : null;
}

const FIRST = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];
const THIRD = [
  ':method: GET',
  ':scheme: https',
  ':path: /index.html',
  ':authority: www.example.com',
  'custom-key: custom-value',
];
const DATE = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const REST = ['cache-control: private', DATE, 'location: https://www.example.com'];
const LAST = [
  ':status: 200',
  'cache-control: private',
  'date: Mon, 21 Oct 2013 20:13:22 GMT',
  'location: https://www.example.com',
  'content-encoding: gzip',
  'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
];

describe('the examples of RFC 7541, appendix C', () => {
  test.each<[string, string, string[]]>([
    [
      'C.2.1',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      ['custom-key: custom-header'],
    ],
    ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', [':path: /sample/path']],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', ['password: secret']],
    ['C.2.4', '82', [':method: GET']],
  ])('%s', (_name, hex, fields) => {
    expect(decoded(new BlockDecoder(), hex)).toEqual(fields);
  });

  test.each<[string, number, [string, string[]][]]>([
    [
      'C.3, requests without Huffman',
      4_096,
      [
        ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', FIRST],
        ['8286 84be 5808 6e6f 2d63 6163 6865', [...FIRST, 'cache-control: no-cache']],
        ['8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65', THIRD],
      ],
    ],
    [
      'C.4, requests with Huffman',
      4_096,
      [
        ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', FIRST],
        ['8286 84be 5886 a8eb 1064 9cbf', [...FIRST, 'cache-control: no-cache']],
        ['8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf', THIRD],
      ],
    ],
    [
      'C.5, answers without Huffman, and a table of 256 bytes',
      256,
      [
        [
          '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
          [':status: 302', ...REST],
        ],
        ['4803 3330 37c1 c0bf', [':status: 307', ...REST]],
        [
          '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31',
          LAST,
        ],
      ],
    ],
    [
      'C.6, answers with Huffman, and a table of 256 bytes',
      256,
      [
        [
          '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
          [':status: 302', ...REST],
        ],
        ['4883 640e ffc1 c0bf', [':status: 307', ...REST]],
        [
          '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
          LAST,
        ],
      ],
    ],
  ])('%s', (_name, tableBytes, blocks) => {
    const decoder = new BlockDecoder();
    decoder.limitTable(tableBytes);
    for (const [hex, fields] of blocks) expect(decoded(decoder, hex)).toEqual(fields);
  });
});

describe('what is no block', () => {
  test.each([
    ['index 0', '80'],
    ['an index beyond the tables', 'be'],
    ['a name of an index beyond the tables', '7f00 00'],
    ['a number of more than 28 bits', 'ff ffff ffff 0f'],
    ['a number that is cut', 'ff'],
    ['a text that is longer than the block', '0005 6162'],
    ['a literal without a value', '0001 61'],
    ['a table larger than was agreed on', '3fe2 1f'],
    ['a size of the table behind a field', '8220'],
    ['padding of Huffman that is not all ones', '0481 18'],
    ['padding of Huffman of eight bits', '0482 1fff'],
    ['an end of text within Huffman', '0484 ffff ffff'],
  ])('%s', (_name, hex) => {
    expect(decoded(new BlockDecoder(), hex)).toBeNull();
  });

  test('an entry that was pushed out of the table', () => {
    const decoder = new BlockDecoder();
    expect(decoded(decoder, '4001 6101 62 be')).toEqual(['a: b', 'a: b']);
    expect(decoded(decoder, '20')).toEqual([]);
    expect(decoded(decoder, 'be')).toBeNull();
  });

  test('a table that both have agreed to do without', () => {
    const decoder = new BlockDecoder();
    decoder.limitTable(0);
    expect(decoder.isStateless).toBe(true);
    expect(decoded(decoder, '20 88 4001 6101 62')).toEqual([':status: 200', 'a: b']);
    expect(decoded(decoder, '88 be')).toBeNull();
  });
});

test('every prefix of a block is read, or is none: nothing is read beyond it', () => {
  const block = bytesOf(
    '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
  );
  for (let length = 0; length < block.length; length++) {
    const fields = decoded(new BlockDecoder(), block.subarray(0, length).toString('hex'));
    expect(fields === null || fields.length === Math.min(length, 3) || fields.length === 4).toBe(true);
  }
});

test('the shortest and the longest codes of Huffman', () => {
  const target = Buffer.alloc(8);
  expect([decodeHuffman(bytesOf('07'), 0, 1, target, 0), target[0]]).toEqual([1, 0x30]);
  expect([decodeHuffman(bytesOf('fffffff3'), 0, 4, target, 0), target[0]]).toEqual([1, 0x0a]);
});

test.each([
  ['an index of the table', ':method', 'GET', false, '82'],
  ['a name of the table', ':path', '/a', false, '0402 2f61'],
  ['a name beyond the first 15', 'user-agent', 'v', false, '0f2b 0176'],
  ['a name of its own', 'x-y', 'z', false, '0003 782d 7901 7a'],
  ['a secret', 'authorization', 's', true, '1f08 0173'],
  ['a value of 127 bytes', 'x', 'v'.repeat(127), false, `0001 787f 00${'76'.repeat(127)}`],
  ['a value of 300 bytes', 'x', 'v'.repeat(300), false, `0001 787f ad01${'76'.repeat(300)}`],
  ['bytes beyond ASCII', 'x', 'ü', false, '0001 7801 fc'],
])('encodes %s', (_name, name, value, isSecret, hex) => {
  expect(encodedField(name, value, isSecret).toString('hex')).toBe(hex.replaceAll(' ', ''));
});
