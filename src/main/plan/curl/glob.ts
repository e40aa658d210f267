import type { Problems } from '../problems.ts';
import { phrase, the } from '../words.ts';

const MOST_URLS = 1_000;
const PIECE =
  /(?<escaped>\\[[\]{}])|(?<placeholder>\{\{.*?\}\})|(?<address>\[[\da-f]*:[\da-f:.]*(?:%[\w.-]+)?\])|(?<nothing>\[\])|\{(?<set>(?:\\.|[^{}[\]\\])*)\}|\[(?<range>[^\][]*)\]|(?<wrong>[[\]{}])|(?<plain>[^[\]{}\\]+|\\)/gis;

/**
 * Expands the sets (`{a,b}`) and ranges (`[1-3]`, `[01-10:2]`, `[a-c]`) of a URL, the last of them
 * changing fastest, as in curl. `[]` and placeholders stay as they are. Null if a problem has been noted.
 */
export function expandGlob(url: string, problems: Problems): string[] | null {
  let urls = [''];
  for (const { groups } of url.matchAll(PIECE)) {
    const choices = choicesOf(groups ?? {});
    if (choices === null) {
      problems.add(
        phrase`${the('curl', 'The URL of the curl command')} has [ ] or { } that are neither a set nor a range, which curl refuses: add --globoff if they are part of it.`,
      );
      return null;
    }
    if (urls.length * choices.length > MOST_URLS) {
      problems.add(
        phrase`${the('curl', 'The URL of the curl command')} stands for more than ${MOST_URLS} URLs: put them into a column of ${the('rows')}.`,
      );
      return null;
    }
    urls = urls.flatMap((begin) => choices.map((choice) => begin + choice));
  }
  return urls;
}

function choicesOf(piece: Readonly<Record<string, string | undefined>>): string[] | null {
  const { escaped, placeholder, address, nothing, set, range, plain } = piece;
  if (escaped !== undefined) return [escaped.slice(1)];
  if (set !== undefined) return set === '' ? null : setOf(set);
  if (range !== undefined) return rangeOf(range);
  const literal = placeholder ?? address ?? nothing ?? plain;
  return literal === undefined ? null : [literal];
}

function setOf(set: string): string[] {
  const members = set.match(/(?:\\.|[^,\\])+|(?<=,|^)(?=,|$)/gs) ?? [''];
  return members.map((member) => member.replace(/\\(.)/gs, '$1'));
}

function rangeOf(range: string): string[] | null {
  const numbers = /^(\d+)-(\d+)(?::(\d+))?$/.exec(range);
  if (numbers !== null) {
    const [, from = '', to = '', step = '1'] = numbers;
    const width = from.startsWith('0') ? from.length : 0;
    return (
      steps(Number(from), Number(to), Number(step))?.map((value) => String(value).padStart(width, '0')) ??
      null
    );
  }
  const letters = /^(?=[a-z]-[a-z]|[A-Z]-[A-Z])(.)-(.)(?::(\d+))?$/.exec(range);
  if (letters === null) return null;
  const [, from = '', to = '', step = '1'] = letters;
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
  return steps(first, last, Number(step))?.map((code) => String.fromCharCode(code)) ?? null;
}

function steps(from: number, to: number, step: number): number[] | null {
  if (from > to || step < 1 || step > Math.max(1, to - from)) return null;
  const count = Math.floor((to - from) / step) + 1;
  return Array.from({ length: Math.min(count, MOST_URLS + 1) }, (_, index) => from + index * step);
}
