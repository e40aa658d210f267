import type { Comparison } from '../../../../protocol/comparison.ts';
import { METRIC_LABELS } from '../../../text/conclusions.ts';
import { baselineNotices } from '../baseline-notices.ts';
import { html, type Markup } from '../markup.ts';
import { percent } from '../numbers.ts';
import { prose } from '../prose.ts';
import { type ComparisonView, marginText, twoArms } from './comparison-view.ts';
import { forest } from './forest.ts';
import { comparisonWords } from './headings.ts';

/** Codes of notes that limit the meaning of the figures. */
const CARE = new Set(['arm-failures', 'arm-failing', 'arm-broke-rule', 'arm-degraded', 'arm-limited']);
const LEADING = new Set(['recommended', 'nothing-recommended']);

export function comparisonVerdict(view: ComparisonView): Markup {
  const { comparison } = view;
  const { first, rest } = conclusionsOf(comparison);
  const { care, others } = notesOf(comparison);
  return html`<div class="top">
<div class="verdict">
${armLines(view)}
<h2 class="big">${comparisonWords(comparison)}</h2>
${first === undefined ? null : html`<p class="finding">${prose(first)}</p>`}
${view.arms.length > 2 ? detailsOf(rest) : rest.map((text) => html`<p>${prose(text)}</p>`)}
${baselineNotices(comparison.baseline)}
${comparison.interrupted ? html`<p class="notice">Interrupted: these are the rounds that every arm had had.</p>` : null}
</div>
<div class="rules"><h3>${headOfNotes(comparison, care)}</h3>
${care.map((text) => html`<p class="notice">${prose(text)}</p>`)}
${others.map((text) => html`<p class="soft">${prose(text)}</p>`)}
${chanceText(view)}
${comparison.kind === 'repeat' ? null : html`<p class="soft">${prose(intervalsText(view))}</p>`}</div>
</div>
${forest(view)}`;
}

/** Older results have no codes, so the meaning of their notes is unknown. */
function headOfNotes({ findings, notes }: Comparison, care: readonly string[]): string {
  if (care.length > 0) return 'Read with care';
  return findings === undefined && notes.length > 0 ? 'Notes' : 'No caveats';
}

/** Each arm with its colour and source. */
function armLines({ comparison, arms }: ComparisonView): Markup | null {
  const sources = sourcesOf(comparison);
  if (comparison.kind !== 'compare') return null;
  return html`${arms.map(({ arm, name, colour }) => {
    const source = sources.get(name);
    return html`<p class="chain arms"><span class="c-${colour}"><i class="blob"></i>${name}</span> <span class="url">${source ?? arm.url}</span></p>
`;
  })}`;
}

/** With many arms the table has each comparison; the sentences are collapsed. */
function detailsOf(sentences: readonly string[]): Markup | null {
  if (sentences.length === 0) return null;
  return html`<details><summary>Each comparison in words</summary>${sentences.map((text) => html`<p>${prose(text)}</p>`)}</details>`;
}

/** The source given for each arm: a URL or a file. */
function sourcesOf({ findings }: Comparison): ReadonlyMap<string, string> {
  return new Map(
    (findings?.notes ?? []).flatMap((note) =>
      note.code === 'arm-is' ? [[note.figures.arm, note.figures.source] as const] : [],
    ),
  );
}

function conclusionsOf({ conclusions, findings }: Comparison): {
  readonly first: string | undefined;
  readonly rest: readonly string[];
} {
  const leading = findings?.conclusions.findIndex(({ code }) => LEADING.has(code)) ?? -1;
  const at = Math.max(0, leading);
  return { first: conclusions[at], rest: conclusions.filter((_, index) => index !== at) };
}

function notesOf({ notes, findings }: Comparison): {
  readonly care: readonly string[];
  readonly others: readonly string[];
} {
  const codes = findings?.notes.map(({ code }) => code) ?? [];
  return {
    care: notes.filter((_, index) => CARE.has(codes[index] ?? '')),
    others: notes.filter((_, index) => !CARE.has(codes[index] ?? '') && codes[index] !== 'arm-is'),
  };
}

function chanceText(view: ComparisonView): Markup | null {
  const two = twoArms(view);
  const probability = two?.pair.probabilityShorter ?? null;
  if (two === null || probability === null) return null;
  return html`<p class="soft">Of one request to each, the one to ${two.pair.a} is the faster with a probability of ${percent(probability)}.</p>`;
}

function intervalsText({ comparison: { margin, metric }, rounds }: ComparisonView): string {
  if (rounds < 2)
    return 'One run of each does not show how much runs differ: measure in rounds, or with --repeat.';
  return `Intervals are of 95 %, from ${rounds} rounds of each; ${METRIC_LABELS[metric]} decides, and a difference within ${marginText(margin)} does not matter.`;
}
