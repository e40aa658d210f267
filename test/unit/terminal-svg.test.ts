import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';

const { svgOf } = (await import(pathToFileURL(join(ROOT, 'scripts/terminal-svg.js')).href)) as {
  svgOf(frames: readonly string[], shape: Readonly<Record<string, number | string>>): string;
};
const picture = readFileSync(join(ROOT, 'docs/terminal.svg'), 'utf8');

test('frames of a terminal become texts where they stood, in their colours', () => {
  const frames = ['$ volley <url>', 'a \x1b[1mstrong\x1b[0m  \x1b[32m✓ p99<50ms\x1b[39m\n\n  \x1b[2mfaint'];
  const svg = svgOf(frames, { columns: 40, rows: 3, eachMs: 500, title: 'a & b' });
  const texts = [...svg.matchAll(/<text [^>]*>[^<]*<\/text>/g)].map(([text]) => text);
  expect(texts).toEqual([
    '<text x="14" y="52.75" textLength="112">$ volley &lt;url&gt;</text>',
    '<text x="14" y="52.75" textLength="8">a</text>',
    '<text x="30" y="52.75" textLength="48" class="s">strong</text>',
    '<text x="94" y="52.75" textLength="80" class="c2">✓ p99&lt;50ms</text>',
    '<text x="30" y="86.75" textLength="40" class="d">faint</text>',
  ]);
  expect(svg).toContain('<title>a &amp; b</title>');
  // Each frame half a second, the last one longer; without animation it is the one that is seen.
  expect(svg).toContain(
    '@keyframes f0{0.000%{visibility:visible}5.882%{visibility:hidden}100%{visibility:hidden}}',
  );
  expect(svg).toContain(
    '@keyframes f1{0%{visibility:hidden}5.882%{visibility:visible}100%{visibility:visible}}#f1{animation:f1 8500ms',
  );
  expect(svg).toContain('g{visibility:hidden}g:last-of-type{visibility:visible}');
});

test('the picture of the README is one of a command that went well, and needs nothing from elsewhere', () => {
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('](docs/terminal.svg)');
  const [command = ''] = /<title>.*<\/title>/.exec(picture) ?? [];
  expect(command).toContain('volley http://127.0.0.1:8080/');
  const last = picture.slice(picture.lastIndexOf('<g '));
  for (const text of ['✓ p99', 'ok', 'verdict']) expect(last).toContain(text);
  expect(picture.match(/<g id=/g)!.length).toBeGreaterThan(5);
  expect(picture).not.toMatch(/<script|href|url\(/);
  expect(
    picture.replace('xmlns="http://www.w3.org/2000/svg"', '').match(/https?:\/\/(?!127\.0\.0\.1)/),
  ).toBeNull();
});
