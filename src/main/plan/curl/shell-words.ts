import { quoted } from '../../text/quoted.ts';
import type { Problems } from '../problems.ts';
import { given, phrase, the, type Words } from '../words.ts';
import { readAnsiC } from './ansi-c.ts';
import { fromByteText, toByteText } from './byte-text.ts';
import { type Expansion, expansionOf, QUOTED } from './shell-expansions.ts';

const BLANKS = /[ \t\r]+/y;
const CONTINUED_LINE = /\\\r?\n/y;
const LINE_END = /\n/y;
const COMMENT = /#[^\n]*/y;
/** Redirects to a file or to another stream. */
const REDIRECTION = /((?:\d*|&)>{1,2}[|&]?[ \t]*[^ \t\r\n;&|<>()'"`$\\]+)/y;
const PIPE = /(\|&?(?!\|)[ \t]*[\w./-]*)/y;
/**
 * What may follow the last word without effect; an escaped blank is a word. Not \s, which would
 * match the last byte of an à as a blank.
 */
const TRAILER = /[;&]?[ \t\v\f\r\n]*$|\\(?:[\r\n][ \t\v\f\r\n]*)?$/y;
/** Quotes and hyphens of prose, in bytes, where a shell's own are meant: at the beginning of a word, or of an option's value. */
const TYPOGRAPHIC =
  /^(?:--?[\w-]+=?|-)?(\xe2\x80[\x90-\x95\x98-\x9f]|\xe2\x88\x92|\xc2[\xab\xbb]|\xef\xbc[\x82\x87\x8d])/;
const NOTHING_MORE = /[ \t\r\n]*(?:#[^\n]*[ \t\r\n]*)*$/y;

// The loop is unrolled: (?:a|b)* overflows the stack on a long body.
const IN_DOUBLE_QUOTES = /[^"\\`$]*(?:(?:\\.|\$(?![\w{(@*#?$!-]))[^"\\`$]*)*/.source;
const AFTER_DOUBLE_QUOTE = new RegExp(`^"${IN_DOUBLE_QUOTES}([$\`])`, 's');

/** A part of a word. */
interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
}

const BARE = /([^ \t\r\n\\'"`$;&|<>()]+)/y;
/** The other pieces of a word, and how each is read. */
const QUOTED_PIECES: readonly (readonly [pattern: RegExp, read: (inner: string) => string])[] = [
  [/'([^']*)'/y, (inner) => inner],
  [/\$'([^'\\]*(?:\\.[^'\\]*)*)'/sy, readAnsiC],
  [new RegExp(`"(${IN_DOUBLE_QUOTES})"`, 'sy'), readDoubleQuoted],
  [/\\(.)/sy, (inner) => inner],
  [/(\$)(?![\w{(@*#?$!'"-])/y, (inner) => inner],
];

/** A command split into words. */
export interface CommandWords {
  /** Byte texts. */
  readonly words: readonly string[];
  /** What a shell would do with the command's output, as far as it is quoted in messages. */
  readonly behind: readonly string[];
  /** What a shell would make of some of the words. */
  readonly expansions: ReadonlyMap<string, Expansion>;
}

/**
 * Splits one command into words as bash does. Nothing is expanded or executed: if bash
 * would execute something, or if a quote is not closed, a problem is noted and null is returned. Redirections
 * of the output, and a pipe after the command, are left out.
 */
export function splitShellWords(command: string, problems: Problems): CommandWords | null {
  const reader = new Reader(toByteText(command.trimStart()));
  const words: string[] = [];
  const behind: string[] = [];
  const expansions = new Map<string, Expansion>();
  let word: string | null = null;
  // The word with a mark in place of each of its quoted parts.
  let bare = '';
  const endWord = (): boolean => {
    const expansion = expansionOf(bare);
    if (word !== null) words.push(word);
    if (word !== null && expansion !== null) expansions.set(word, expansion);
    const [, typographic] = TYPOGRAPHIC.exec(bare) ?? [];
    if (typographic !== undefined) problems.add(typographicIn(typographic));
    word = null;
    bare = '';
    return typographic === undefined;
  };

  while (!reader.isAtEnd) {
    if (reader.take(CONTINUED_LINE) !== null) continue;
    if (word === null && reader.take(COMMENT) !== null) continue;
    if (reader.take(BLANKS) !== null) {
      if (!endWord()) return null;
      continue;
    }
    if (reader.take(LINE_END) !== null) {
      if (!endWord()) return null;
      if (words.length === 0) continue;
      if (reader.take(NOTHING_MORE) !== null) break;
      problems.add(
        phrase`${the('curl', 'The curl command')} goes on in a new line: give one command, with a \\ at the end of each line but its last.`,
      );
      return null;
    }
    if (reader.take(TRAILER) !== null) break;
    const redirection = reader.takeRedirection(word);
    if (redirection !== null) {
      if (!endWord()) return null;
      behind.push(redirection);
      continue;
    }
    // Only after a blank, since otherwise it may be part of a URL without quotes.
    const pipe = word === null && words.length > 0 ? reader.take(PIPE) : null;
    if (pipe !== null) {
      behind.push(pipe.trimEnd());
      break;
    }
    const piece: Piece | null = reader.takePiece();
    if (piece === null || piece.text.includes(QUOTED)) {
      problems.add(piece === null ? obstacleIn(reader.rest) : ZERO);
      return null;
    }
    word = (word ?? '') + piece.text;
    bare += piece.isQuoted ? QUOTED : piece.text;
  }
  return endWord() ? { words, behind, expansions } : null;
}

const ZERO = phrase`${the('curl', 'The curl command')} has a byte of zero, which no argument can have: give the data in a file, with ${'--data-binary'}.`;

function typographicIn(bytes: string): Words {
  const sign = fromByteText(bytes) ?? '';
  const code = `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const plain = /[\p{Pd}\u2212]/u.test(sign) ? '-' : `' or "`;
  return phrase`${the('curl', 'The curl command')} has ${given(sign)} (${code}), which a shell does not know: write ${plain} for it.`;
}

/** Moves through a command. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  /** Moves past a match of the pattern and returns its group; null if it does not match here. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return null;
    this.#at = pattern.lastIndex;
    return match[1] ?? '';
  }

  /** The next part of a word, as bash reads it. */
  takePiece(): Piece | null {
    const text = this.take(BARE);
    if (text !== null) return { text, isQuoted: false };
    for (const [pattern, read] of QUOTED_PIECES) {
      const inner = this.take(pattern);
      if (inner !== null) return { text: read(inner), isQuoted: true };
    }
    return null;
  }

  /** @param word the word read so far; if it is a number, it is part of the redirection */
  takeRedirection(word: string | null): string | null {
    const mayBegin = word === null || (this.#text[this.#at] === '>' && !/^\d+$/.test(word));
    return mayBegin ? this.take(REDIRECTION) : null;
  }
}

/** In double quotes a backslash only escapes characters that are special there. */
function readDoubleQuoted(inner: string): string {
  return inner.replace(/\\\r?\n|\\(["\\$`])/g, '$1');
}

/** Why the text cannot be read on. What follows a $ may be part of a password, so it is not quoted. */
function obstacleIn(rest: string): Words {
  const quote = /^(?:\$?'|")/.exec(rest)?.[0];
  const found = quote === '"' ? (AFTER_DOUBLE_QUOTE.exec(rest)?.[1] ?? '') : rest.charAt(0);
  if (quote === "'" || quote === "$'" || found === '')
    return phrase`${the('curl', 'The curl command')} has a ${quote ?? ''} that is never closed: close it, or put a \\ before it.`;
  if (found === '$' || found === '`')
    return phrase`${the('curl', 'The curl command')} has a ${found} outside single quotes: nothing is executed or expanded here: write what it stands for, or put a \\ before it.`;
  return phrase`${the('curl', 'The curl command')} has ${quoted(found)} outside quotes: nothing is executed here: put quotes around the value that it belongs to, or leave it out.`;
}
