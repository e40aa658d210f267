import type { Sweep, SweepLevel } from '../../../../protocol/sweep.ts';
import { formatCount } from '../../../text/format.ts';
import { levelText } from '../../../text/sweep-sentences.ts';
import { html, type Markup } from '../markup.ts';
import { ms, percent, plainRate } from '../numbers.ts';
import { isBoundAt, tailOf, timesIn } from './level-times.ts';
import { powersOf } from './power.ts';

/** What is sustained, what it gives and costs, the knee, and the most that was seen; null without a level. */
export function sweepTiles(sweep: Sweep): Markup | null {
  const { levels, capacity, knee } = sweep;
  const [first] = levels;
  if (first === undefined) return null;
  const most = levels.reduce((best, level) =>
    level.throughputPerSecond > best.throughputPerSecond ? level : best,
  );
  const at = levels.find(({ level }) => level === capacity?.level) ?? null;
  const powers = powersOf(levels);
  const best = powers.filter(({ isAsGood }) => isAsGood).map(({ level }) => level);
  return html`<dl class="tiles five">${tile('Sustained', capacity === null ? 'none' : levelOf(capacity.level, sweep), underCapacity(sweep))}${
    at === null
      ? null
      : html`${tile('Throughput there', rateOf(at.throughputPerSecond, sweep), `${percent(most.throughputPerSecond === 0 ? 0 : at.throughputPerSecond / most.throughputPerSecond)} of the most seen`)}${tailTile(at, first, sweep)}`
  }${tile('Knee', knee === null ? 'none' : levelOf(knee.level, sweep), knee === null ? 'within these levels' : `twice it: ${knee.gain < 0 ? '−' : '+'}${percent(Math.abs(knee.gain))}`)}${
    best.length === 0
      ? null
      : tile(
          'Most power',
          best.length === 1
            ? levelOf(best[0] ?? 0, sweep)
            : `${formatCount(best[0] ?? 0)}–${levelOf(best.at(-1) ?? 0, sweep)}`,
          'throughput ÷ mean latency',
        )
  }</dl>`;
}

function tile(name: string, value: string, under: string): Markup {
  const [, figure = value, unit = ''] = /^(\S*?)(\/s| [a-z].*)?$/s.exec(value) ?? [];
  return html`<div><dt>${name}</dt><dd>${figure}<small>${unit}</small></dd><dd class="under">${under}</dd></div>`;
}

/** A level in the few characters of a tile. */
function levelOf(level: number, { over }: Sweep): string {
  return over === 'rate' ? plainRate(level) : `${formatCount(level)} conn.`;
}

function rateOf(perSecond: number, { counts }: Sweep): string {
  return counts === 'tokens' ? `${plainRate(perSecond).replace('/s', '')} tokens/s` : plainRate(perSecond);
}

function underCapacity({ capacity, over, rules }: Sweep): string {
  if (capacity === null) return 'not even the first level';
  if (capacity.firstBad === null) return 'and perhaps more';
  return rules.length === 0 && over === 'concurrency'
    ? `it failed at ${levelText(capacity.firstBad, over)}`
    : `not ${levelText(capacity.firstBad, over)}`;
}

function tailTile(at: SweepLevel, first: SweepLevel, sweep: Sweep): Markup | null {
  const kind = sweep.counts === 'tokens' ? 'ttft' : 'headline';
  const tail = tailOf(sweep, kind);
  const tailIn = ({ summary }: SweepLevel): number | null =>
    tail === null ? null : (timesIn(summary, kind)?.percentiles[tail] ?? null);
  const [value, atFirst] = [tailIn(at), tailIn(first)];
  if (tail === null || value === null) return null;
  const times = atFirst === null || atFirst <= 0 || at === first ? null : value / atFirst;
  return tile(
    `${kind === 'ttft' ? 'ttft ' : ''}p${tail} there`,
    `${isBoundAt(at, kind, tail) ? '≥\u00a0' : ''}${ms(value)}`,
    times === null
      ? 'of all its requests'
      : `${Number(times.toPrecision(2))} times that of ${levelText(first.level, sweep.over)}`,
  );
}
