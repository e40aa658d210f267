import { createHash } from 'node:crypto';
import { packResult, RESULT_ID } from '../../files/page-result.ts';
import { LIVE_SCRIPT, PAGE_SCRIPT } from '../page-script.ts';
import { html, type Markup, NOTHING_SHOWN } from './markup.ts';
import { STYLE } from './style/style.ts';

/** A part of a page. */
export interface Panel {
  /** What a link to it says behind the #. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
  /** False: the links at the top leave it out. */
  readonly isLinked?: boolean;
}

export interface Page {
  /** Of the window. */
  readonly title: string;
  readonly heading: string;
  /** What a reader wants to know beside it. */
  readonly about: string;
  readonly version: string;
  /** The first one leads, without a title of its own. */
  readonly panels: readonly Panel[];
  /** What the file holds besides. */
  readonly result: object;
}

/** What a page may do, and what is in it besides. */
interface Kind {
  /** What runs; nothing else does. */
  readonly scripts: readonly string[];
  /** Sources that scripts may ask, as a content security policy names them. */
  readonly asks: string;
  readonly head: Markup;
  /** Of the header, at its end. */
  readonly state: Markup;
  readonly footer: string;
}

/** Nothing may be asked for, from anywhere. */
const FILE: Kind = {
  scripts: [PAGE_SCRIPT],
  asks: "'none'",
  head: NOTHING_SHOWN,
  state: NOTHING_SHOWN,
  footer: 'This file asks nobody for anything; what a target answered is shown as text and never run.',
};

/** It asks whoever served it for what has changed. Without a script it is loaded again from time to time. */
const SERVED: Kind = {
  scripts: [PAGE_SCRIPT, LIVE_SCRIPT],
  asks: "'self'",
  head: html`<noscript><meta http-equiv="refresh" content="5"></noscript>
`,
  state: html`<p id="live-state" role="status"></p>
`,
  footer: 'This page asks volley alone; what a target answered is shown as text and never run.',
};

/**
 * A page as one file that needs nothing else. Style, script and the packed result are the only texts that are put into
 * it as they are: none of them comes from a target.
 */
export function renderPage(page: Page): string {
  return documentOf(page, FILE);
}

/** The same as it is served while a run goes on; the script in it puts {@link partsOfPage} in their places. */
export function renderServed(page: Page): string {
  return documentOf(page, SERVED);
}

/** What of a page may change while it is looked at: each panel under its id, and the rest under names with a colon. */
export function partsOfPage({ title, heading, about, panels, result }: Page): Map<string, string> {
  return new Map([
    [':title', title],
    [':heading', heading],
    [':about', about],
    [':links', links(panels).toString()],
    // Panels are read off with its help.
    [':result', packResult(result)],
    ...panels.map((panel, index) => [panel.id, section(panel, index === 0).toString()] as const),
  ]);
}

function documentOf({ title, heading, about, version, panels, result }: Page, kind: Kind): string {
  const head = html`<title>${title}</title>
<meta name="generator" content="volley ${version}">
${kind.head}`;
  const body = html`<a class="skip" href="#${panels[0]?.id}">Skip to what came out</a>
<div class="page">
<header>
<h1>${heading}</h1>
<p id="about">${about}</p>
<nav aria-label="Sections">${links(panels)}</nav>
${kind.state}</header>
<main>
${panels.map((panel, index) => section(panel, index === 0))}</main>
<footer>Written by volley ${version}. ${kind.footer}</footer>
</div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(kind)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
${head}<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
${body}
<script type="text/plain" id="${RESULT_ID}">${packResult(result)}</script>
${kind.scripts.map((script) => `<script>${script}</script>`).join('\n')}
</body>
</html>
`;
}

function policyOf({ scripts, asks }: Kind): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data:',
    `script-src ${hashes.join(' ')}`,
    ...(asks === "'none'" ? [] : [`connect-src ${asks}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function links(panels: readonly Panel[]): Markup {
  return html`${panels
    .slice(1)
    .filter(({ isLinked = true }) => isLinked)
    .map((panel) => html`<a href="#${panel.id}">${panel.title}</a> `)}`;
}

function section({ id, title, body }: Panel, isFirst: boolean): Markup {
  return isFirst
    ? html`<section id="${id}" class="first" aria-label="${title}">${body}</section>
`
    : html`<section id="${id}" aria-labelledby="title-${id}"><h2 id="title-${id}">${title}</h2>
${body}</section>
`;
}
