import { html, type Markup } from '../markup.ts';
import { clock, plainRate } from '../numbers.ts';
import { atPercent } from './plot.ts';

const MOST_TICKS = 9;
const STEPS_MS = [
  10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000,
];

/** Moments at round intervals, and the interval. */
export function momentsOf(lengthMs: number): { readonly stepMs: number; readonly moments: number[] } {
  const stepMs = STEPS_MS.find((step) => lengthMs / step <= MOST_TICKS) ?? lengthMs;
  const length = Math.floor(lengthMs / stepMs + 1e-9) + 1;
  return { stepMs, moments: Array.from({ length }, (_, index) => index * stepMs) };
}

export function timeAxis(lengthMs: number): Markup {
  const { stepMs, moments } = momentsOf(lengthMs);
  return html`<div class="time" aria-hidden="true"><div class="in">${moments.map(
    (atMs, index) =>
      html`<span${index % 2 === 1 ? html` class="odd"` : null} style="left:${atPercent(atMs / lengthMs)}">${clock(atMs, stepMs)}</span>`,
  )}</div></div>`;
}

/** The stages of an open load over time; null for a single stage. */
export function stageRow(
  stages: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly fromPerSecond: number;
    readonly toPerSecond: number;
  }[],
  lengthMs: number,
): Markup | null {
  if (stages.length < 2) return null;
  return html`<div class="stages" aria-hidden="true"><div class="in">${stages.map(
    ({ fromMs, toMs, fromPerSecond, toPerSecond }) =>
      html`<span style="left:${atPercent(fromMs / lengthMs)};width:${atPercent((toMs - fromMs) / lengthMs)}">${
        fromPerSecond === toPerSecond
          ? plainRate(toPerSecond)
          : `${plainRate(fromPerSecond)} → ${plainRate(toPerSecond)}`
      }</span>`,
  )}</div></div>`;
}
