import { awaitedOf, errorRateOf, notOkOf } from '../../../../protocol/report.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { formatRate, formatRateWithin, NOTHING } from '../../../text/format.ts';
import { askedText } from '../../plan-text.ts';
import { html, type Markup } from '../markup.ts';
import { count, failedPercent, ms } from '../numbers.ts';
import { extremeText, intervalText, percentileText } from './latencies.ts';

interface Tile {
  readonly name: string;
  /** Smaller text after the name. */
  readonly of?: string;
  readonly value: string;
  readonly under: string;
  readonly isBad?: boolean;
}

/** The key figures as tiles. */
export function tiles(summary: Summary, state: 'ended' | 'under way' = 'ended'): Markup {
  return html`<dl class="tiles">${tilesOf(summary, state).map(({ name, of, value, under, isBad }) => {
    const [, figure = value, unit = ''] = /^(.*?)(\/[sh])?$/s.exec(value) ?? [];
    return html`<div${isBad === true ? html` class="bad"` : null}><dt>${name}${of === undefined ? null : html` <span>${of}</span>`}</dt><dd>${figure}<small>${unit}</small></dd><dd class="under">${under}</dd></div>`;
  })}</dl>`;
}

function tilesOf(summary: Summary, state: 'ended' | 'under way'): Tile[] {
  const { rate, requests } = summary;
  const ofTokens = tokenTiles(summary);
  return [
    {
      name: 'Rate',
      value: formatRateWithin(rate.sentPerSecond, requests.sent),
      under: askedText(summary) ?? `${count(requests.sent)} sent`,
    },
    ...(ofTokens === null
      ? [
          {
            name: 'Throughput',
            value: formatRateWithin(rate.throughputPerSecond, requests.ok),
            under: `${count(requests.ok)} ok`,
          },
        ]
      : []),
    ...(ofTokens ?? timeTiles(summary, state)),
    {
      name: 'Errors',
      value: failedPercent(errorRateOf(requests) ?? 0),
      under: underErrors(requests),
      isBad: notOkOf(requests) > 0,
    },
  ];
}

/** What a stream is judged by, in place of the times of whole answers; null where no token came. */
function tokenTiles({ streams }: Summary): Tile[] | null {
  if (!streams || streams.timesMs.ttft.count === 0) return null;
  const { tokens, timesMs } = streams;
  const { ttft, gap } = timesMs;
  return [
    {
      name: 'Tokens',
      value: tokens.perSecond === null ? NOTHING : formatRate(tokens.perSecond),
      under: `${count(tokens.total)} in all`,
    },
    { name: 'First token p50', value: percentileText(ttft, '50'), under: `mean ${ms(ttft.mean)}` },
    {
      name: 'First token p99',
      value: percentileText(ttft, '99'),
      under: `max ${ms(ttft.max)}`,
    },
    {
      name: 'Token gap p99',
      value: percentileText(gap, '99'),
      under: `p50 ${percentileText(gap, '50')}`,
    },
  ];
}

/** The headline latency. */
function timeTiles({ latencyMs }: Summary, state: 'ended' | 'under way'): Tile[] {
  const headline = latencyMs[latencyMs.headline];
  const of = `${latencyMs.headline} time`;
  const labels = Object.keys(headline.percentiles);
  const shown = ['50', '99'].map((label, index) =>
    labels.includes(label) ? label : (labels.at(index === 0 ? 0 : -1) ?? label),
  );
  return [
    ...[...new Set(shown)].map(
      (label): Tile => ({
        name: `p${label}`,
        of,
        value: percentileText(headline, label),
        under:
          state === 'under way'
            ? ''
            : underPercentile(summaryInterval(latencyMs, label), headline.percentiles[label] ?? null),
      }),
    ),
    {
      name: 'max',
      of,
      value: extremeText(headline, headline.max),
      under: headline.censored > 0 ? `${count(headline.censored)} unanswered` : `mean ${ms(headline.mean)}`,
    },
  ];
}

/** What the share of errors is made of. */
function underErrors(requests: Summary['requests']): string {
  const { failed, unfinished } = requests;
  const parts = [
    ...(failed > 0 || unfinished === 0 ? [`${count(failed)}${unfinished > 0 ? ' failed' : ''}`] : []),
    ...(unfinished > 0 ? [`${count(unfinished)} unanswered`] : []),
  ];
  return `${parts.join(', ')} of ${count(awaitedOf(requests))}`;
}

function summaryInterval({ intervals }: Summary['latencyMs'], label: string): string | null {
  return intervals ? intervalText(intervals[label]) : null;
}

function underPercentile(interval: string | null, valueMs: number | null): string {
  if (valueMs === null) return 'too few requests';
  if (interval === null) return 'too short for an interval';
  return interval === '' ? '' : `95\u00a0%: ${interval}`;
}
