import { quoted } from '../../text/quoted.ts';
import type { Problems } from '../problems.ts';
import { phrase, the } from '../words.ts';
import { toByteText } from './byte-text.ts';
import type { CommandWords } from './shell-words.ts';

// A caret removes the special meaning of the next character in cmd; at the end of a line it also joins the lines.
const PIECE = /\^\n?(.)|"[^"\n]*"?|([&|<>\n])|./gs;

// Carets within plain quotes: Chrome wrote these for some years, and they are meant to be removed.
const CARETS_IN_QUOTES = /[ \t]"(?:[^"^\n]|\^[^\\\n])*\^\\\^"/;

/**
 * Whether a command is quoted for cmd, as by browsers' "Copy as cURL (cmd)": `^"…^"`, `"…" ^` at a line's end, or
 * double quotes alone, with `""` for a quote inside.
 */
export function isForCmd(command: string): boolean {
  return (
    /^[^'"]*\^"|^[^']*" \^\r?\n/.test(command) ||
    CARETS_IN_QUOTES.test(command) ||
    (/^[^'$\\]*$/.test(command) && /"(?:[^"\n]*"")+[^"\n]+"/.test(command))
  );
}

/**
 * Splits one command into words as Windows does: first cmd removes the carets, then the
 * program splits the rest. The words are byte texts. Nothing is expanded or executed: if cmd would
 * execute something, or if a quote is not closed, a problem is noted and null is returned.
 */
export function splitCmdWords(command: string, problems: Problems): CommandWords | null {
  const operators: string[] = [];
  const whole = toByteText(command.trim().replaceAll('\r\n', '\n')).replace(/[ \t\n][&^]$/, '');
  if (CARETS_IN_QUOTES.test(whole)) return splitArguments(whole.replace(/\^\n?(.)/gs, '$1'), problems);
  const line = whole.replace(
    PIECE,
    (piece: string, escaped: string | undefined, operator: string | undefined) => {
      if (operator !== undefined) operators.push(operator);
      return escaped ?? piece;
    },
  );
  const [operator] = operators;
  if (operator !== undefined) {
    problems.add(
      operator === '\n'
        ? phrase`${the('curl', 'The curl command')} goes on in a new line: give one command, with a ^ at the end of each line but its last.`
        : phrase`${the('curl', 'The curl command')} has ${quoted(operator)} outside quotes: nothing is executed here: put a ^ before it, or leave it out.`,
    );
    return null;
  }
  return splitArguments(line, problems);
}

// Backslashes are only special before a quote.
const ARGUMENT_PIECE = /(\\*)"("?)|[ \t]+|[^ \t"\\]+|\\+/g;

function splitArguments(line: string, problems: Problems): CommandWords | null {
  const words: string[] = [];
  let word: string | null = null;
  let isOpen = false;
  for (const [piece, backslashes, second] of line.matchAll(ARGUMENT_PIECE)) {
    if (backslashes !== undefined) {
      const isEscaped = backslashes.length % 2 === 1;
      const isTwice = second === '"';
      const quote = isEscaped || (isOpen && isTwice) ? '"' : '';
      word = (word ?? '') + '\\'.repeat(backslashes.length / 2) + quote;
      // Two quotes are one within a string, and an empty string elsewhere; after \" only the second counts.
      if (isEscaped === isTwice) isOpen = !isOpen;
    } else if (isOpen || !/^[ \t]/.test(piece)) {
      word = (word ?? '') + piece;
    } else {
      if (word !== null) words.push(word);
      word = null;
    }
  }
  if (isOpen) {
    problems.add(
      phrase`${the('curl', 'The curl command')} has a " that is never closed: close it, or put a \\ before it.`,
    );
    return null;
  }
  if (word !== null) words.push(word);
  return { words, behind: [], expansions: new Map() };
}
