import type { Sweep, SweepLevel } from '../../../../protocol/sweep.ts';
import { formatCount } from '../../../text/format.ts';
import { line } from '../charts/path.ts';
import { atPercent, xAxis } from '../charts/plot.ts';
import { CURVE, spaced } from '../charts/scale.ts';
import { html, type Markup } from '../markup.ts';

/** As a share of the width, outside the outermost levels. */
const MARGIN = 0.04;
/** Between two labels, and the width of a character, in the narrowest drawing. */
const TICK_GAP = 0.015;
const CHARACTER = 0.026;
/** From this share of the width on, a name stands to the left of its line. */
const NAMED_BEFORE_FROM = 0.7;
/** Distance between the rows of names, in pixels. */
const ROW_HEIGHT = 13;

/** The horizontal axis of levels: they double, and each doubling takes the same width. */
export interface LevelAxis {
  /** Position from the left, 0 to 1. */
  share(level: number): number;
  x(level: number): number;
  /** Vertical lines at the knee and at the capacity. */
  readonly lines: Markup;
  /** Their names. */
  readonly names: Markup;
  readonly ticks: Markup;
}

export function levelAxis({ levels, over, knee, capacity }: Sweep): LevelAxis {
  const [least, most] = [levels[0]?.level ?? 1, levels.at(-1)?.level ?? 1];
  const share = (level: number): number =>
    MARGIN + (1 - 2 * MARGIN) * (Math.log(level / least) / Math.log(most / least));
  const x = (level: number): number => Math.round(share(level) * CURVE);
  const marked = markedLevels(knee, capacity);
  const labelled = spaced(
    levels.map(({ level }) => level),
    share,
    (one, other) => TICK_GAP + (CHARACTER * (widthOf(one) + widthOf(other))) / 2,
  );
  return {
    ...{ share, x },
    lines: line('kneeline', marked.map(({ level }) => `M${x(level)} 0V999`).join('')),
    names: html`${marked.map(
      ({ level, name }, row) =>
        html`<b class="nm knee${share(level) > NAMED_BEFORE_FROM ? ' before' : ''}" style="left:${atPercent(share(level))};top:${row * ROW_HEIGHT - 1}px">${name}</b>`,
    )}`,
    ticks: html`${xAxis(
      labelled.map((level) => [share(level), formatCount(level)] as const),
      'all',
    )}<div class="axis" aria-hidden="true">${over === 'rate' ? 'requests a second' : 'connections'}</div>`,
  };
}

/** In characters. */
function widthOf(level: number): number {
  return formatCount(level).length;
}

function markedLevels(knee: Sweep['knee'], capacity: Sweep['capacity']): { level: number; name: string }[] {
  if (knee !== null && knee.level === capacity?.level) return [{ level: knee.level, name: 'knee, capacity' }];
  return [
    ...(knee === null ? [] : [{ level: knee.level, name: 'knee' }]),
    ...(capacity === null ? [] : [{ level: capacity.level, name: 'capacity' }]),
  ];
}

/** What is special about a level, for readings. */
export function marksOf({ level, isGood }: SweepLevel, { knee, capacity }: Sweep): string[] {
  return [
    ...(level === knee?.level ? ['knee'] : []),
    ...(level === capacity?.level ? ['capacity'] : []),
    ...(isGood ? [] : ['not sustained']),
  ];
}
