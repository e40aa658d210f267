import { describe, expect, test } from '@jest/globals';
import { fromByteText, toByteText } from '../../src/main/plan/curl/byte-text.ts';
import { splitCmdWords } from '../../src/main/plan/curl/cmd-words.ts';
import { splitShellWords } from '../../src/main/plan/curl/shell-words.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { ANY_CHARACTER } from '../support/any-text.ts';
import { fc } from '../support/properties.ts';

type Split = typeof splitShellWords;

/** Words as text; those that are not UTF-8 as `bytes` and their values. */
function wordsOf(split: Split, command: string): readonly string[] {
  const problems = new Problems();
  const words = split(command, problems);
  expect(problems.sentences).toEqual([]);
  return words!.words.map(
    (word) => fromByteText(word) ?? `bytes ${[...Buffer.from(word, 'latin1')].join(' ')}`,
  );
}

function problemOf(split: Split, command: string): string {
  const problems = new Problems();
  expect(split(command, problems)).toBeNull();
  expect(problems.sentences).toHaveLength(1);
  return problems.sentences[0]!;
}

const inSingleQuotes = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
const inDoubleQuotes = (word: string): string => `"${word.replace(/["\\$`]/g, '\\$&')}"`;
const withBackslashes = (word: string): string =>
  word === '' ? "''" : word.replace(/[^\n]/gu, '\\$&').replaceAll('\n', "'\n'");
/** As browsers do: `\uHHHH` for a unit of UTF-16. */
const inAnsiC = (word: string): string =>
  `$'${[...word.split('')]
    .map((unit) => (/[\w /:]/.test(unit) ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`))
    .join('')}'`;
const asBytes = (word: string): string =>
  `$'${[...Buffer.from(word)].map((byte) => `\\x${byte.toString(16)}`).join('')}'`;
const asOctal = (word: string): string =>
  `$'${[...Buffer.from(word)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`;
/** As Chrome quotes for cmd, and as a program's own library splits. */
const forCmd = (word: string): string =>
  `^"${word
    .replace(/(\\*)(?="|$)/g, '$1$1')
    .replaceAll('"', '\\"')
    .replace(/[^\w\s]/gu, '^$&')
    .replaceAll('\n', '^\n\n')}^"`;

const words = fc.array(
  fc.string({ unit: ANY_CHARACTER, maxLength: 20 }).filter((word) => !/[\0\r]/.test(word)),
);

describe('words of a shell', () => {
  test.each([
    ['in single quotes', inSingleQuotes],
    ['in double quotes', inDoubleQuotes],
    ['behind backslashes', withBackslashes],
    ["in $'…' by UTF-16", inAnsiC],
    ["in $'…' by bytes", asBytes],
    ["in $'…' by octal bytes", asOctal],
  ])('any words %s are those words again', (_name, quote) => {
    fc.assert(
      fc.property(words, fc.constantFrom(' ', '\t', '  ', ' \\\n  ', ' \\\r\n'), (list, gap) => {
        expect(wordsOf(splitShellWords, list.map(quote).join(gap))).toEqual(list);
      }),
    );
  });

  test('any text is split, or refused with one sentence', () => {
    const unit = fc.constantFrom(...'ab \\\'"$`{#\n\r;|&<>é');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 30 }), (text) => {
        const problems = new Problems();
        const split = splitShellWords(text, problems);
        expect(problems.sentences).toHaveLength(split === null ? 1 : 0);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, string, readonly string[]]>([
    ['nothing is no word', ' \t\n ', []],
    ['quotes join what they touch', `a'b c'"d e"$'f g'\\ h`, ['ab cd ef g h']],
    ['empty quotes are a word', `'' "" $''`, ['', '', '']],
    ['a backslash in single quotes is one', `'a\\'`, ['a\\']],
    ['in double quotes it quotes some', `"\\" \\\\ \\$ \\\` \\a \\'"`, [`" \\ $ \` \\a \\'`]],
    ['a line goes on within double quotes', '"a\\\nb"', ['ab']],
    ['and within a word', 'a\\\nb', ['ab']],
    ['a line that goes on is no word', 'a \\\n  \\\n b', ['a', 'b']],
    ['a line end in quotes stays', `'a\nb'`, ['a\nb']],
    ["escapes of $'…'", `$'\\a\\b\\e\\E\\f\\n\\r\\t\\v\\\\\\'\\"\\?'`, ['\x07\b\x1b\x1b\f\n\r\t\v\\\'"?']],
    ['escapes of a control character', `$'\\cA\\ca'`, ['\x01\x01']],
    ['escapes that bash does not know stay', `$'\\q\\xg\\u'`, ['\\q\\xg\\u']],
    ['escapes take as many digits as they may', `$'\\x413\\1012\\u00e91\\U0001F6001'`, ['A3A2é1😀1']],
    ["escapes of $'…' in braces and of marks", `$'\\x{41}\\x{4a}b\\c?\\c\\\\c'`, ['AJb\x7f\x1cc']],
    ['half a surrogate pair is bytes, as in bash', `$'\\ud83d'`, ['bytes 237 160 189']],
    [
      'so is a code beyond all characters',
      `$'\\U110000\\U7fffffff'`,
      ['bytes 244 144 128 128 253 191 191 191 191 191'],
    ],
    ['a surrogate pair is one character', `$'\\ud83d\\ude00'`, ['😀']],
    ['bytes need not be UTF-8', `$'\\xe9\\377'`, ['bytes 233 255']],
    ['a $ may be a $', `a$ $. "$" "a$ b"`, ['a$', '$.', '$', 'a$ b']],
    ['a # within a word is part of it', 'a#b', ['a#b']],
    ['comments are none', '# a\na # b\n# c', ['a']],
    ['text beyond ASCII needs no quotes', 'à é\u00a0ö', ['à', 'é\u00a0ö']],
    ['a byte order mark is not part of the first', '\uFEFFa', ['a']],
    ['a semicolon at the end does nothing', 'a b; ', ['a', 'b']],
    ['nor does a &', 'a b&\n', ['a', 'b']],
    ['nor does a backslash that nothing follows', 'a b \\', ['a', 'b']],
    ['what goes to files is left out', 'a > x 2>&1 b >>y c 2>/dev/null', ['a', 'b', 'c']],
    ['a number before > is no word', 'a 3 2> x', ['a', '3']],
    ['a pipe ends the command', "a b | jq '.x", ['a', 'b']],
  ])('%s', (_name, command, expected) => {
    expect(wordsOf(splitShellWords, command)).toEqual(expected);
  });

  test('the last byte of a word is none of the blanks behind it', () => {
    expect(wordsOf(splitShellWords, 'a\\à \\\u00a0')).toEqual(['aà', '\u00a0']);
  });

  test('a long body is one word', () => {
    const long = 'a"\\$\n'.repeat(100_000);
    expect(wordsOf(splitShellWords, `${inSingleQuotes(long)} ${inDoubleQuotes(long)}`)).toEqual([long, long]);
    expect(wordsOf(splitShellWords, asBytes('"'.repeat(200_000)))).toEqual(['"'.repeat(200_000)]);
  });

  const unclosed = (quote: string): string =>
    `The curl command has a ${quote} that is never closed: close it, or put a \\ before it.`;
  const outside = (operator: string): string =>
    `The curl command has '${operator}' outside quotes: nothing is executed here: put quotes around the value that it belongs to, or leave it out.`;
  const expanded = (mark: string): string =>
    `The curl command has a ${mark} outside single quotes: nothing is executed or expanded here: write what it stands for, or put a \\ before it.`;

  test.each<[string, string]>([
    ["a 'b", unclosed("'")],
    ['a "b', unclosed('"')],
    ['a "b\\', unclosed('"')],
    ["a $'b\\'", unclosed("$'")],
    ['a;b', outside(';')],
    ['a|b', outside('|')],
    ['a || b', outside('|')],
    ['a && b', outside('&')],
    ['a; b', outside(';')],
    ['a > $b', outside('>')],
    ['a <b', outside('<')],
    ['a?b&c', outside('&')],
    ['a (b)', outside('(')],
    ['a $(b)', expanded('$')],
    ['a $secret', expanded('$')],
    [`a $\{secret:-b}`, expanded('$')],
    ['a $"b"', expanded('$')],
    ['a `b`', expanded('`')],
    ['a "b $(c)"', expanded('$')],
    ['a "me:pa$secret', expanded('$')],
    ['a "b `c`"', expanded('`')],
    ...[`a $'b\\0c'`, `a $'\\u0000'`, `a $'\\c@'`, `a $'\\400'`].map((command): [string, string] => [
      command,
      'The curl command has a byte of zero, which no argument can have: give the data in a file, with --data-binary.',
    ]),
    [
      'a\nb',
      'The curl command goes on in a new line: give one command, with a \\ at the end of each line but its last.',
    ],
  ])('%p is refused', (command, sentence) => {
    expect(problemOf(splitShellWords, command)).toBe(sentence);
  });
});

describe('words of cmd', () => {
  test('any words as Chrome quotes them are those words again', () => {
    fc.assert(
      fc.property(words, fc.constantFrom(' ', ' ^\n  ', ' ^\r\n  '), (list, gap) => {
        expect(wordsOf(splitCmdWords, ['curl', ...list.map(forCmd)].join(gap))).toEqual(['curl', ...list]);
      }),
    );
  });

  test.each<[string, string, readonly string[]]>([
    ['carets in a string of their own stay', '"a^b" c^d', ['a^b', 'cd']],
    ['two quotes in a string are one', '"{""a"":""b""}"', ['{"a":"b"}']],
    ['two quotes elsewhere are a string of nothing', 'a "" b', ['a', '', 'b']],
    ['backslashes before a quote', '"a\\\\" b\\\\c "d\\"" "e\\\\\\"f"', ['a\\', 'b\\\\c', 'd"', 'e\\"f']],
    ['a line end between two strings', '"a"^\n\n"b"', ['a\nb']],
    ['what is quoted by carets', 'a^&b ^> c', ['a&b', '>', 'c']],
    ['an operator in a string', '"a&b|c"', ['a&b|c']],
    ['percent signs', '^"a^%^41^"', ['a%41']],
    [
      'carets that were meant to go, within quotes',
      'curl "http://a/?b=1^&c=^%^41" -d "^{^\\^"a^\\^":1^}"',
      ['curl', 'http://a/?b=1&c=%41', '-d', '{"a":1}'],
    ],
    ['a caret that nothing follows', '"a" ^', ['a']],
    ['a & at the end, which does nothing', '^"a^" &', ['a']],
  ])('%s', (_name, command, expected) => {
    expect(wordsOf(splitCmdWords, command)).toEqual(expected);
  });

  test.each<[string, string]>([
    [
      'a&b',
      "The curl command has '&' outside quotes: nothing is executed here: put a ^ before it, or leave it out.",
    ],
    [
      '"a" > b',
      "The curl command has '>' outside quotes: nothing is executed here: put a ^ before it, or leave it out.",
    ],
    [
      'a\nb',
      'The curl command goes on in a new line: give one command, with a ^ at the end of each line but its last.',
    ],
    ['"a', 'The curl command has a " that is never closed: close it, or put a \\ before it.'],
  ])('%p is refused', (command, sentence) => {
    expect(problemOf(splitCmdWords, command)).toBe(sentence);
  });
});

test('a byte text has a character for each byte', () => {
  expect(toByteText('é😀')).toBe('Ã©ð\x9f\x98\x80');
  expect(fromByteText('\xff')).toBeNull();
});
