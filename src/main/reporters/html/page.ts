import { createHash } from 'node:crypto';
import { packResult, RESULT_ID } from '../../files/page-result.ts';
import { PAGE_SCRIPT } from '../page-script.ts';
import { html, type Markup } from './markup.ts';
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

const SCRIPT_HASH = createHash('sha256').update(PAGE_SCRIPT).digest('base64');
/** Nothing may be asked for, from anywhere; what runs is this script alone. */
const POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  `script-src 'sha256-${SCRIPT_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * A page as one file that needs nothing else. Style, script and the packed result are the only texts that are put into
 * it as they are: none of them comes from a target.
 */
export function renderPage({ title, heading, about, version, panels, result }: Page): string {
  const [first, ...rest] = panels;
  const head = html`<title>${title}</title>
<meta name="generator" content="volley ${version}">`;
  const body = html`<a class="skip" href="#${first?.id}">Skip to what came out</a>
<div class="page">
<header>
<h1>${heading}</h1>
<p>${about}</p>
<nav aria-label="Sections">${rest.filter(({ isLinked = true }) => isLinked).map((panel) => html`<a href="#${panel.id}">${panel.title}</a> `)}</nav>
</header>
<main>
${panels.map((panel) => (panel === first ? leadingSection(panel) : section(panel)))}</main>
<footer>Written by volley ${version}. This file asks nobody for anything; what a target answered is shown as text and never run.</footer>
</div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
${head}
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
${body}
<script type="text/plain" id="${RESULT_ID}">${packResult(result)}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function leadingSection({ id, title, body }: Panel): Markup {
  return html`<section id="${id}" class="first" aria-label="${title}">${body}</section>
`;
}

function section({ id, title, body }: Panel): Markup {
  return html`<section id="${id}" aria-labelledby="title-${id}"><h2 id="title-${id}">${title}</h2>
${body}</section>
`;
}
