import { createHash } from 'node:crypto';
import { packResult, RESULT_ID } from '../../files/page-result.ts';
import { LIVE_SCRIPT, PAGE_SCRIPT } from '../page-script.ts';
import { html, type Markup, NOTHING_SHOWN } from './markup.ts';
import { STYLE, styleFor } from './style/style.ts';

/** A part of a page. */
interface Panel {
  /** The fragment of links to it. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
  /** False: left out of the links at the top. */
  readonly isLinked?: boolean;
}

export interface Page {
  /** Title of the browser window. */
  readonly title: string;
  readonly heading: string;
  /** A line of context below the heading. */
  readonly about: string;
  readonly version: string;
  /** The first one leads, without a visible title. */
  readonly panels: readonly Panel[];
  /** The data that the file contains. */
  readonly result: object;
}

/** How a page is delivered: what it may do, and what it contains in addition. */
interface Kind {
  /** Its scripts; no others may run. */
  readonly scripts: readonly string[];
  /** Sources that scripts may request, in the syntax of a content security policy. */
  readonly asks: string;
  readonly head: Markup;
  /** At the end of the header. */
  readonly state: Markup;
  readonly footer: string;
  /** Whether it is written again and again, and its parts change while it is open. */
  readonly isOften: boolean;
}

/** No requests, to anywhere. */
const FILE: Kind = {
  scripts: [PAGE_SCRIPT],
  asks: "'none'",
  head: NOTHING_SHOWN,
  state: NOTHING_SHOWN,
  footer: 'This file requests nothing from anywhere; what a target answered is shown as text and never run.',
  isOften: false,
};

/** Requests changes from the server of the page. Without JavaScript the page is reloaded every 5 s. */
const SERVED: Kind = {
  scripts: [PAGE_SCRIPT, LIVE_SCRIPT],
  asks: "'self'",
  head: html`<noscript><meta http-equiv="refresh" content="5"></noscript>
`,
  state: html`<p id="live-state" role="status"></p>
`,
  footer: 'This page requests only from volley; what a target answered is shown as text and never run.',
  isOften: true,
};

/**
 * A page as one self-contained file. Style, script and the packed result are the only texts inserted into it without
 * escaping: none of them comes from a target.
 */
export function renderPage(page: Page): string {
  return documentOf(page, FILE);
}

/** The same page as it is served during a run; its script puts {@link partsOfPage} into place. */
export function renderServed(page: Page): string {
  return documentOf(page, SERVED);
}

/** The parts that may change while the page is open: panels under their ids, the rest under names with a colon. */
export function partsOfPage({ title, heading, about, panels, result }: Page): Map<string, string> {
  return new Map([
    [':title', title],
    [':heading', heading],
    [':about', about],
    [':links', links(panels).toString()],
    // The script reads the values of panels from it.
    [':result', packResult(result, true)],
    ...panels.map((panel, index) => [panel.id, section(panel, index === 0).toString()] as const),
  ]);
}

function documentOf({ title, heading, about, version, panels, result }: Page, kind: Kind): string {
  const head = html`<title>${title}</title>
<meta name="generator" content="volley ${version}">
${kind.head}`;
  const body = html`<a class="skip" href="#${panels[0]?.id}">Skip to the result</a>
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
<style>${kind.isOften ? STYLE : styleFor(body.toString(), kind.scripts)}</style>
</head>
<body>
${body}
<script type="text/plain" id="${RESULT_ID}">${packResult(result, kind.isOften)}</script>
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
