import { createRequire } from 'node:module';
import type { HTMLElement } from 'node-html-parser';
import { messageOf } from '../protocol/errors.ts';
import { bounded } from './bounded.ts';

type Library = typeof import('node-html-parser');

/** What is broken in a longer page may take a second and more to read: the parser looks back for each element. */
const LONGEST_READ_AT_ONCE = 20_000;

let loaded: Library | null = null;
const pages = new WeakMap<object, HtmlPage>();

/**
 * The page that an answer is, read when it is first asked for.
 *
 * @throws TookTooLong
 */
export function pageOf(answer: { readonly text: () => string }): HtmlPage {
  const page = pages.get(answer) ?? new HtmlPage(answer.text());
  pages.set(answer, page);
  return page;
}

/** A page of HTML, read once for all selectors. */
class HtmlPage {
  readonly #root: HTMLElement;

  constructor(text: string) {
    const { parse } = library();
    this.#root =
      text.length > LONGEST_READ_AT_ONCE ? bounded('reading the HTML', () => parse(text)) : parse(text);
  }

  /**
   * The texts of the elements that a CSS selector matches, or their values of an attribute, in the page's order; elements
   * without that attribute are left out.
   *
   * @throws Error if it is not a selector
   */
  find(selector: string, attribute: string | null): string[] {
    return selected(this.#root, selector).flatMap((element) => {
      if (attribute === null) return [element.textContent.trim()];
      const value = element.getAttribute(attribute.toLowerCase());
      return value === undefined ? [] : [value];
    });
  }
}

/** @throws Error if it is not a selector; the message says why */
export function checkSelector(selector: string): void {
  selected(library().parse(''), selector);
}

function selected(root: HTMLElement, selector: string): HTMLElement[] {
  if (selector.trim() === '') throw new Error('the selector is empty');
  try {
    return root.querySelectorAll(withLowerNames(selector));
  } catch (error) {
    throw new Error(`the selector '${selector}' cannot be read: ${messageOf(error).trim()}`);
  }
}

/** Texts, escapes, attributes, pseudo-classes with anything but a selector in them, and names of elements. */
const PARTS =
  /(?<kept>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\\.|:(?!(?:not|is|has|where|matches)\()[\w-]+\([^)]*\))|\[(?<attribute>\s*[\w|-]+)(?<rest>(?:"[^"]*"|'[^']*'|[^\]"'])*)\]|(?<=^|[\s>+~,(|])(?<element>[A-Za-z][\w-]*)/gs;

/** In HTML, unlike in XML, names of elements and attributes are the same in capitals; the library compares as in XML. */
function withLowerNames(selector: string): string {
  return selector.replace(PARTS, (part: string, ...found: unknown[]) => {
    const { kept, attribute, rest = '' } = found.at(-1) as Record<string, string | undefined>;
    if (kept !== undefined) return part;
    return attribute === undefined ? part.toLowerCase() : `[${attribute.toLowerCase()}${rest}]`;
  });
}

/** Loaded by the first page that is read: most runs have none. Synchronously, since answers are asked for values so. */
function library(): Library {
  loaded ??= createRequire(import.meta.url)('node-html-parser') as Library;
  return loaded;
}
