import { writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Chromium, Opened } from './chromium.ts';
import { differs, pictureOf } from './picture.ts';

/** Texts whose contrast to the page is below 4.5, by the formula of WCAG. */
const WEAK_TEXTS = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = light(rgb(getComputedStyle(document.body).backgroundColor));
  const weak = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || element.closest('script,button,.skip') || !element.getClientRects().length) continue;
    const own = light(rgb(getComputedStyle(element).color));
    const ratio = (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
    if (ratio < 4.5) weak.add(element.tagName + '.' + element.className + ' ' + ratio.toFixed(2));
  }
  return [...weak];
})()`;

/** Labels of an axis that lie on one another. */
const OVERLAPPING = `[...document.querySelectorAll('.xt')].flatMap((axis) => {
  const labels = [...axis.children].map((label) => [label.textContent, label.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
  return labels.flatMap(([text, a], index) => labels.slice(index + 1).filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.5).map(([other]) => text + ' on ' + other));
})`;

/** Notices that are cut, though they are no longer than volley's own. */
const CUT_NOTICES = `[...document.querySelectorAll('.notice')].filter((notice) => notice.textContent.length <= 600 && notice.scrollHeight > notice.clientHeight + 2).map((notice) => notice.textContent)`;

/** Everything that draws. */
const DRAWINGS = '.marks, .ridge, .strip, .bullet, .forest svg';

/** Nothing goes wrong, nothing is asked for, nothing is wider than the window, every text can be read, and no label covers another. */
export async function expectSound(
  browser: Chromium,
  file: string,
  opened: Opened & { width: number },
): Promise<void> {
  const page = await browser.open(file, opened);
  await page.until(`document.documentElement.classList.contains('js')`);
  const wide = `[...document.querySelectorAll('main *')].filter((element) => element.getBoundingClientRect().right > ${opened.width} + 0.5 && !element.closest('svg') && !element.matches('.sr, .skip')).map((element) => element.tagName + '.' + element.className)`;
  expect({
    problems: page.problems,
    requests: page.requests,
    scrolled: (await page.evaluate<number>('document.documentElement.scrollWidth')) > opened.width,
    wide: await page.evaluate<string[]>(wide),
    weak: await page.evaluate<string[]>(WEAK_TEXTS),
    overlapping: await page.evaluate<string[]>(OVERLAPPING),
    cut: await page.evaluate<string[]>(CUT_NOTICES),
  }).toEqual({ problems: [], requests: [], scrolled: false, wide: [], weak: [], overlapping: [], cut: [] });
  await page.close();
}

/** Each drawing is seen: the page looks different without it. */
export async function expectPainted(browser: Chromium, file: string, opened: Opened): Promise<number> {
  const page = await browser.open(file, { width: 1000, ...opened });
  const drawings = await page.boxes(DRAWINGS);
  const shown = pictureOf(await page.picture());
  for (const { nodeId } of drawings) await page.hide(nodeId);
  const hidden = pictureOf(await page.picture());
  expect([hidden.width, hidden.height]).toEqual([shown.width, shown.height]);
  const blank = drawings.filter(
    ({ box }) => box.width < 20 || box.height < 8 || !differs(shown, hidden, box),
  );
  expect(blank).toEqual([]);
  await page.close();
  return drawings.length;
}

/** Writes a page to look at in a browser. */
export function pageFile(path: string, page: string): string {
  writeFileSync(path, page);
  return path;
}
