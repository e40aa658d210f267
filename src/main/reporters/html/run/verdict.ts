import type { Summary } from '../../../../protocol/summary.ts';
import { isStarved, whyItMayPass } from '../../failing-text.ts';
import { stopSentences } from '../../rule-text.ts';
import { baselineNotices } from '../baseline-notices.ts';
import { html, type Markup } from '../markup.ts';
import { prose } from '../prose.ts';
import { rowsWords } from './rows.ts';
import { rulesTable } from './rules.ts';
import { tiles } from './run-tiles.ts';
import { isOpenModel, type RunView } from './run-view.ts';

const LINKS = ['volley', 'connections', 'target'] as const;
type Link = (typeof LINKS)[number];

/** The words for each verdict, and the link of the chain that it is about. */
const VERDICTS: Readonly<Record<string, { readonly words: string; readonly link: Link | null }>> = {
  failing: { words: 'The target is failing.', link: 'target' },
  'generator-limited': { words: 'volley itself was the limit.', link: 'volley' },
  'connection-limited': { words: 'The connections were the limit.', link: 'connections' },
  'vu-limited': { words: 'The users were the limit.', link: null },
  'target-limited': { words: 'The target was the limit.', link: 'target' },
};
/** If nothing was the limit, the finding describes the run. */
const FOUND: Readonly<Record<string, string>> = {
  'run-too-short': 'Too short a run to tell.',
  'nothing-answered': 'Nothing was answered.',
  'no-iteration-ended': 'No iteration came to its end.',
  'limit-sets-rate': 'Its own limit set the rate.',
  'concurrency-sets-rate': 'The concurrency set the rate.',
};

/** The verdict in a few words. */
export function verdictWords({ summary, rows }: Pick<RunView, 'summary' | 'rows'>): string {
  const { generator, requests } = summary;
  // Rows succeed or fail, not requests, which may have been repeated.
  if (rows !== null) return rowsWords(rows);
  if (requests.ok === 0 && requests.sent > 0) return 'No request succeeded.';
  if (isStarved(generator.finding)) return 'Requests failed, and volley was late.';
  if (generator.finding?.code === 'iterations-failed') return 'Iterations are failing.';
  if (generator.finding?.code === 'vu-setup-failed') return 'The setup of users is failing.';
  const known = VERDICTS[generator.verdict];
  if (known !== undefined) return known.words;
  const code = generator.finding?.code;
  if (code === undefined)
    return isOpenModel(summary) ? 'The target kept up.' : 'The concurrency set the rate.';
  return FOUND[code] ?? 'The target kept up.';
}

/** The link that was the limit or failed. */
export function limitOf({ generator }: Pick<Summary, 'generator'>): Link | null {
  return isStarved(generator.finding) ? 'volley' : (VERDICTS[generator.verdict]?.link ?? null);
}

export function verdictPanel({ summary, rows }: RunView): Markup {
  const { finding, step, caveats } = partsOf(summary);
  return html`<div class="top">
<div class="verdict">
${chain(summary)}
<h2 class="big">${verdictWords({ summary, rows })}</h2>
${finding.map((sentence) => html`<p class="finding">${prose(sentence)}</p>`)}
${step === null ? null : html`<p><b class="lead">Next</b> ${prose(step)}</p>`}
${caveats.length === 0 ? null : html`<p class="soft">${prose(caveats.join(' '))}</p>`}
${noticesOf(summary).map((notice) => html`<p class="notice">${prose(notice)}</p>`)}
${baselineNotices(summary.baseline)}
${(summary.notes ?? []).map((note) => html`<p class="notice note">${prose(note)}</p>`)}
</div>
${summary.thresholds.length === 0 ? null : rulesTable(summary.thresholds)}
</div>
${tiles(summary)}`;
}

/** The verdict's sentences by kind; in older results only the first is known, as the finding. */
function partsOf({ generator: { reasons, finding, caveats = [] } }: Summary): {
  readonly finding: readonly string[];
  readonly step: string | null;
  readonly caveats: readonly string[];
} {
  if (finding === undefined) return { finding: reasons.slice(0, 1), step: null, caveats: reasons.slice(1) };
  const before = reasons.slice(0, Math.max(1, reasons.length - caveats.length));
  const hasStep = finding.nextStep !== null && before.length > 1;
  return {
    finding: hasStep ? before.slice(0, -1) : before,
    step: hasStep ? (before.at(-1) ?? null) : null,
    caveats: reasons.slice(before.length),
  };
}

/** What limits the meaning of the figures. */
function noticesOf(summary: Summary): string[] {
  return [
    ...stopSentences(summary),
    ...[whyItMayPass(summary)].filter((why) => why !== null),
    ...(summary.interrupted ? ['Interrupted: this is what was measured until then.'] : []),
    ...summary.degradedReasons.map((reason) => `Degraded: ${reason}`),
  ];
}

/** The chain of generator, connections and target, with the limit filled in. */
function chain(summary: Summary): Markup {
  const limit = limitOf(summary);
  const isFailing = summary.generator.verdict === 'failing' && !isStarved(summary.generator.finding);
  const word = isFailing ? 'failing' : 'limit';
  const said =
    limit === null
      ? 'None of volley, connections and target was the limit'
      : word === 'failing'
        ? verdictWords({ summary, rows: null }).slice(0, -1)
        : `The limit: ${limit}`;
  return html`<p class="chain"><span class="sr">${said}</span>${LINKS.map(
    (link) =>
      html`<span class="link${link === limit ? ' limit' : ''}" aria-hidden="true"><i></i>${link}${link === limit ? html`<em>${word}</em>` : null}</span>`,
  )}</p>`;
}
