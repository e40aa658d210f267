import type { Capacity, Sweep, SweepEnd, SweepLevel, Swept } from '../../protocol/sweep.ts';
import { sentenceOf } from './findings.ts';
import { formatCount, formatMs, formatPercent, formatRate } from './format.ts';
import { redirectsIn, redirectsTogether } from './redirects.ts';

/** The outcome of a sweep in sentences. */
export function sweepSentences({
  levels,
  over,
  counts,
  rules,
  knee,
  capacity,
  endedBy,
  generatorLimit,
}: Omit<
  Sweep,
  'conclusions' | 'schemaVersion' | 'tool' | 'kind' | 'startedAt' | 'from' | 'to' | 'interrupted' | 'target'
>): string[] {
  const shown = (level: number): string => levelText(level, over);
  const what = counts === 'tokens' ? 'tokens' : 'answers';
  const fast = (perSecond: number): string => `${what} ${formatRate(perSecond)}`;
  const last = levels.at(-1);
  if (last === undefined) return endText(endedBy, generatorLimit, shown);
  return [
    knee === null
      ? levels.length < 2
        ? 'Knee: unknown with only one level.'
        : `Knee: none up to ${shown(last.level)}: each doubling brought at least 5 % more.`
      : `Knee: ${shown(knee.level)} (${fast(knee.throughputPerSecond)}): twice the load brought ${gainText(knee.gain)}.`,
    capacity === null && tooFewFor(levels[0]).length > 0
      ? 'Capacity: unknown.'
      : capacityText(capacity, rules, levels, over, shown, fast),
    ...redirectsText(levels, shown),
    ...(endedBy === 'failing' ? [failingText(levels[0], over)] : endText(endedBy, generatorLimit, shown)),
  ];
}

/** Why the first level was not sustained. */
function failingText(first: SweepLevel | undefined, over: Swept): string {
  const unknown = tooFewFor(first);
  if (unknown.length > 0)
    return `Stopped: the first level had too few requests to tell whether ${unknown.join(', ')} ${unknown.length === 1 ? 'holds' : 'hold'}: use a longer -d.`;
  if (first !== undefined && !isFailing(first)) return 'Stopped: a rule did not hold at the first level.';
  return over === 'rate' && first?.summary.generator.verdict !== 'failing'
    ? 'Stopped: the target did not keep up with the first level.'
    : 'Stopped: the target failed at the first level.';
}

/** Rules that had too few requests, where nothing else was wrong at a level. */
export function tooFewFor(level: SweepLevel | undefined): string[] {
  if (level === undefined || isFailing(level)) return [];
  const broken = level.summary.thresholds.filter(({ ok }) => !ok);
  const areUnknown = broken.every(({ measured, meant }) => measured === null && meant === undefined);
  return areUnknown ? broken.map(({ expression }) => expression) : [];
}

function isFailing({ summary: { generator, thresholds, requests } }: SweepLevel): boolean {
  return generator.verdict === 'failing' || requests.ok === 0 || thresholds.every(({ ok }) => ok);
}

/** That most answers were redirects that were not followed, and at which levels. */
function redirectsText(levels: Sweep['levels'], shown: (level: number) => string): string[] {
  const told = levels.filter(({ summary }) => redirectsIn(summary.findings?.notes ?? []).length > 0);
  const figures = redirectsTogether(
    told.flatMap(({ summary }) => redirectsIn(summary.findings?.notes ?? [])),
  );
  if (figures === null) return [];
  const where =
    told.length === levels.length
      ? 'At every level'
      : `At ${told.map(({ level }) => shown(level)).join(', ')}`;
  return [`${where}: ${sentenceOf({ code: 'redirects-not-followed', figures })}`];
}

/** A level as people read it. */
export function levelText(level: number, over: Swept): string {
  if (over === 'rate') return formatRate(level);
  return level === 1 ? '1 connection' : `${formatCount(level)} connections`;
}

/** Rules as they were given; that on goodput with what a good answer is. */
export function rulesText(rules: readonly string[], first: SweepLevel | undefined): string {
  const { objectives = [] } = first?.summary.streams?.goodput ?? {};
  const good = objectives.map(({ name, limitMs }) => `${name}<${formatMs(limitMs)}`).join(', ');
  return rules
    .map((rule) => (rule.startsWith('goodput') && good !== '' ? `${rule} (${good})` : rule))
    .join(', ');
}

function gainText(gain: number): string {
  const shown = formatPercent(Math.abs(gain));
  if (shown === formatPercent(0)) return 'nothing more';
  return gain < 0 ? `${shown} less` : `only ${shown} more`;
}

function capacityText(
  capacity: Capacity | null,
  rules: readonly string[],
  levels: readonly SweepLevel[],
  over: Swept,
  shown: (level: number) => string,
  fast: (perSecond: number) => string,
): string {
  const [first] = levels;
  const asked = rulesText(rules, first);
  if (capacity === null) return `Capacity: none: ${notBorne(first, over)} even ${withFirst(first, over)}.`;
  // By rate it also has to keep up.
  const [kept, keptByAll] =
    rules.length > 0
      ? [`${asked} held`, `${asked} held at every level`]
      : over === 'rate'
        ? ['the target kept up', 'the target kept up with every level']
        : ['the target did not fail', 'the target failed at no level'];
  const at = `${shown(capacity.level)} (${fast(capacity.throughputPerSecond)})`;
  const { firstBad } = capacity;
  if (firstBad === null) return `Capacity: at least ${at}: ${keptByAll}.`;
  const bad = levels.find(({ level }) => level === firstBad);
  const isSame = rules.length === 0 || rulesText(brokenAt(bad), first) === asked;
  const no = isSame ? `no longer at ${shown(firstBad)}` : `at ${shown(firstBad)} ${notBorne(bad, over)}`;
  return `Capacity: ${at}: up to there ${kept}; ${no}.`;
}

/** What was wrong at a level: the rules that did not hold, if any, else the target. */
function notBorne(bad: SweepLevel | undefined, over: Swept): string {
  const broken = brokenAt(bad);
  if (broken.length > 0) return `${rulesText(broken, bad)} did not hold`;
  return isBehind(bad, over) ? 'the target did not keep up' : 'the target failed';
}

function withFirst(first: SweepLevel | undefined, over: Swept): string {
  return brokenAt(first).length === 0 && isBehind(first, over)
    ? 'with the first level'
    : 'at the first level';
}

function isBehind(bad: SweepLevel | undefined, over: Swept): boolean {
  return over === 'rate' && bad?.summary.generator.verdict !== 'failing' && bad?.summary.requests.ok !== 0;
}

/** The rules that did not hold at a level: those that were given, or else those that these imply. */
function brokenAt(level: SweepLevel | undefined): string[] {
  const broken = level?.summary.thresholds.filter(({ ok }) => !ok) ?? [];
  const given = broken.filter(({ isImplied }) => isImplied !== true);
  return (given.length > 0 ? given : broken).map(({ expression }) => expression);
}

function endText(
  endedBy: SweepEnd,
  limit: Sweep['generatorLimit'],
  shown: (level: number) => string,
): string[] {
  switch (endedBy) {
    case 'generator':
      return [
        limit === null
          ? 'Stopped: volley itself was the limit at the next level.'
          : `Stopped: at ${shown(limit.level)} (marked ?) volley itself was the limit${limit.tries === 2 ? ' both times' : ''}, so its figures there say little about the target. ${limit.reasons.join(' ')}`.trim(),
      ];
    case 'budget':
      return ['Stopped: --budget left too little time for another level: raise it, or use a shorter -d.'];
    case 'interrupted':
      return ['Stopped early by an interrupt: the unfinished level is left out.'];
    case 'unfinished':
      return ['Incomplete: saved during the sweep, with the levels that were done by then.'];
    default:
      return [];
  }
}
