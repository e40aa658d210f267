import { ARMS_STYLE } from './arms-style.ts';
import { CHART_STYLE } from './chart-style.ts';
import { COMPARISON_STYLE } from './comparison-style.ts';
import { NARROW_STYLE } from './narrow-style.ts';
import { PAGE_STYLE } from './page-style.ts';
import { PANEL_STYLE } from './panel-style.ts';

/** The style of every page, in cascade order. */
export const STYLE = [PAGE_STYLE, CHART_STYLE, PANEL_STYLE, COMPARISON_STYLE, ARMS_STYLE, NARROW_STYLE]
  .join('')
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/\n\s*/g, '');

/** The rules of {@link STYLE}, each with the classes that must be on the page for it to matter. */
const RULES = rulesOf(STYLE);

/**
 * The style of a page without the rules for what is not on it.
 *
 * @param scripts those of the page, since they may add classes: every word in them counts as one
 */
export function styleFor(body: string, scripts: readonly string[]): string {
  const inBody = [...body.matchAll(/ class="([^"]*)"/g)].flatMap(([, names = '']) => names.split(' '));
  const used = new Set([...inBody, ...scripts.flatMap((script) => script.match(/[\w-]+/g) ?? [])]);
  return RULES.filter(({ selectors }) => selectors.some((classes) => classes.every((name) => used.has(name))))
    .map(({ text }) => text)
    .join('');
}

interface Rule {
  readonly text: string;
  readonly selectors: readonly (readonly string[])[];
}

/** Rules for some media only are kept whole. */
function rulesOf(style: string): Rule[] {
  const texts = style.match(/[^{}]*\{(?:[^{}]|\{[^{}]*\})*\}/g) ?? [];
  return texts.map((text) => {
    const [selector = ''] = text.split('{', 1);
    const needed = selector.startsWith('@')
      ? ''
      : selector.replaceAll(/:(?:not|is|has|where)\([^()]*\)/g, '');
    return {
      text,
      selectors: needed
        .split(',')
        .map((one) => [...one.matchAll(/\.([\w-]+)/g)].map(([, name = '']) => name)),
    };
  });
}
