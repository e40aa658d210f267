/** What a strict reader makes of a page: its elements in order, and whatever a browser would only guess at. */
export interface Read {
  readonly elements: readonly Element[];
  readonly text: string;
  readonly problems: readonly string[];
}

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const VOID = new Set(['meta', 'link', 'br', 'img']);
const RAW = new Set(['script', 'style']);
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const TAG = /^<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z:-]+(?:="[^"<]*")?)*)\s*(\/?)>/;

/** Reads markup in which every element ends, every attribute is in quotes, and no bare & or < stands in a text. */
export function readMarkup(page: string): Read {
  const elements: Element[] = [];
  const problems: string[] = [];
  const open: string[] = [];
  let text = '';
  let at = page.startsWith('<!doctype html>') ? '<!doctype html>'.length : 0;
  while (at < page.length) {
    if (page[at] !== '<') {
      const end = page.indexOf('<', at) < 0 ? page.length : page.indexOf('<', at);
      const part = page.slice(at, end);
      const left = part.replace(/&(?:amp|lt|gt|quot|#39);/g, '');
      if (/[&>]/.test(left)) problems.push(`bare & or > in '${part.slice(0, 80)}'`);
      text += unescaped(part);
      at = end;
      continue;
    }
    const match = TAG.exec(page.slice(at, at + 200_000));
    if (match === null) {
      problems.push(`no tag at '${page.slice(at, at + 80)}'`);
      break;
    }
    const [all, slash, name = '', attributes = '', selfClosing] = match;
    at += all.length;
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) problems.push(`</${name}> ends <${last}>`);
      continue;
    }
    const list = [...attributes.matchAll(/([a-zA-Z:-]+)(?:="([^"]*)")?/g)].map(
      ([, key = '', value = '']) => [key, unescaped(value)] as const,
    );
    if (new Set(list.map(([key]) => key)).size < list.length) problems.push(`an attribute twice in ${all}`);
    elements.push({ name, attributes: Object.fromEntries(list) });
    if (VOID.has(name) || selfClosing === '/') continue;
    if (RAW.has(name)) {
      const end = page.indexOf(`</${name}>`, at);
      at = end + name.length + 3;
      continue;
    }
    open.push(name);
  }
  if (open.length > 0) problems.push(`never ended: ${open.join(', ')}`);
  return { elements, text, problems };
}

function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** What is wrong with a page that a reader of markup cannot see: numbers, ids, links, and what asks for something. */
export function wrongIn(page: string): string[] {
  const { elements, problems, text } = readMarkup(page);
  const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
  const wrong = [...problems];
  for (const id of new Set(ids))
    if (ids.filter((other) => other === id).length > 1) wrong.push(`id ${id} twice`);
  if (/\b(?:undefined|NaN|Infinity|\[object)/.test(text))
    wrong.push(`no text: ${/.{20}(?:undefined|NaN|Infinity|\[object).{20}/.exec(text)?.[0]}`);
  for (const { name, attributes } of elements) {
    const { d, style, href, src, viewBox, mask } = attributes;
    if (d !== undefined && !/^M-?\d+[ -]\d[MmLlHhVvZz\d -]*$/.test(d)) wrong.push(`path ${d.slice(0, 60)}`);
    if (viewBox !== undefined && !/^0 0 [1-9]\d* [1-9]\d*$/.test(viewBox)) wrong.push(`viewBox ${viewBox}`);
    if (style !== undefined && /NaN|Infinity|undefined|\de[+-]/.test(style)) wrong.push(`style ${style}`);
    for (const [key, value] of Object.entries(attributes)) {
      if (/^on/i.test(key)) wrong.push(`${key} of ${name}`);
      if (/^(?:cx|cy|r|width|height)$/.test(key) && !/^\d+(?:\.\d+)?$/.test(value))
        wrong.push(`${key}=${value}`);
      if (key === 'aria-labelledby' && !ids.includes(value)) wrong.push(`nothing is called ${value}`);
    }
    if (src !== undefined) wrong.push(`src ${src}`);
    if (href?.startsWith('#') === true && !ids.includes(href.slice(1))) wrong.push(`link ${href}`);
    if (href !== undefined && !/^(?:#|data:image\/png;base64,|data:,$)/.test(href))
      wrong.push(`href ${href}`);
    if (mask !== undefined && !ids.includes(/^url\(#(.*)\)$/.exec(mask)?.[1] ?? ''))
      wrong.push(`mask ${mask}`);
  }
  return wrong;
}
