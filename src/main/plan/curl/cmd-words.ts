import { quoted } from '../../text/quoted.ts';
import type { Problems } from '../problems.ts';
import { phrase, the } from '../words.ts';
import { toByteText } from './byte-text.ts';
import type { CommandWords } from './shell-words.ts';

// A caret takes away what the next character means to cmd; before the end of a line it also joins the lines.
const PIECE = /\^\n?(.)|"[^"\n]*"?|([&|<>\n])|./gs;

// Carets within plain quotes: Chrome wrote that for some years, meaning them to be taken away.
const CARETS_IN_QUOTES = /[ \t]"(?:[^"^\n]|\^[^\\\n])*\^\\\^"/;

/**
 * Whether a command is quoted for cmd, as browsers' "Copy as cURL (cmd)" does: `^"…^"`, `"…" ^` at a line's end, or
 * double quotes alone with `""` for a quote in them.
 */
export function isForCmd(command: string): boolean {
  return (
    /^[^'"]*\^"|^[^']*" \^\r?\n/.test(command) ||
    CARETS_IN_QUOTES.test(command) ||
    (/^[^'$\\]*$/.test(command) && /"(?:[^"\n]*"")+[^"\n]+"/.test(command))
  );
}

/**
 * Splits one command into the words that Windows makes of it: first cmd takes the carets away, then the
 * program splits the rest. The words are byte texts. Nothing is expanded and nothing executed: where cmd would
 * execute something, and where a quote stays open, a problem is noted and the answer is null.
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

// Backslashes mean something before a quote only.
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
      // Two quotes are one in a string and a string of nothing elsewhere; after \" the second counts alone.
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
  return { words, behind: [] };
}
