import { counted } from '../../../text/format.ts';
import { planAndMachineText, targetText } from '../../runs-text.ts';
import { dayText } from '../facts.ts';
import { html, type Markup } from '../markup.ts';
import { count, ms } from '../numbers.ts';
import { standingText, standingWord, type TrendGroup } from './trend-view.ts';

/** Outcomes that need attention. */
const WRONG = ['not-good', 'slower'];

/**
 * The state of each plan, and what may be compared.
 *
 * @param unusable how many kept files are missing because they cannot be used
 */
export function overviewPanel(groups: readonly TrendGroup[], unusable: number): Markup {
  return html`<div class="verdict"><p class="big">${trendWords(groups)}</p>
${groups.length === 1 && groups[0] !== undefined ? html`<p class="finding">${standingText(groups[0])}.</p>` : null}
${unusable === 0 ? null : html`<p class="notice">${counted(unusable, 'kept file')} could not be used and ${unusable === 1 ? 'is' : 'are'} missing here: <code class="whole">volley runs</code> says why.</p>`}
<p>Results are on one line where they can be compared: the same target, requests, mode, workers, client, load, length, warm-up and timeout, on the same machine. ${groups.length > 1 ? 'Those of different plans are not compared with each other.' : null}</p>
<p>Runs at different times also differ by what else the machine did. A step is a hint; to be sure, measure both in turns: <code class="whole">volley compare URL URL</code>, or rounds before and after: <code class="whole">--repeat 8 --save</code>.</p></div>
${groups.length > 1 ? groupTable(groups) : null}`;
}

/** The headline of the page. */
export function trendWords(groups: readonly TrendGroup[]): string {
  const [only] = groups;
  if (groups.length === 1 && only !== undefined) {
    const { outcome } = only.standing;
    return outcome === 'too-few'
      ? `${counted(only.runs.length, 'result')} of one plan.`
      : `The newest ${outcome === 'not-good' ? '' : 'is '}${standingWord(only)}.`;
  }
  const outcomes = groups.map(({ standing }) => standing.outcome);
  const wrong = outcomes.filter((outcome) => WRONG.includes(outcome)).length;
  if (wrong > 0) return `${wrong} of ${groups.length} plans to look at.`;
  const compared = outcomes.filter((outcome) => outcome !== 'too-few').length;
  if (compared === 0) return `${groups.length} plans, each with too few results to compare.`;
  return compared === groups.length
    ? `${groups.length} plans, none of them worse than before.`
    : `${groups.length} plans: ${compared === 1 ? 'one compared, and it is not' : `${compared} compared, none of them`} worse than before.`;
}

function groupTable(groups: readonly TrendGroup[]): Markup {
  return html`<table class="wide cards"><caption>Each plan with its newest result</caption><thead><tr><th scope="col">Plan</th><th scope="col" class="n">Results</th><th scope="col">Newest</th><th scope="col" class="n">p50</th><th scope="col">How it stands</th></tr></thead><tbody>${groups.map(
    (group) =>
      html`<tr><th scope="row"><a href="#${group.id}">${targetText(group.newest)}</a><span class="url">${planAndMachineText(
        group.newest,
        groups.map(({ newest }) => newest),
      )}</span></th><td class="n" data-l="Results">${count(group.runs.length)}</td><td class="when" data-l="Newest">${dayText(group.newest.startedAt)}</td><td class="n" data-l="p50">${ms(group.newest.p50Ms)}</td><td class="twice${WRONG.includes(group.standing.outcome) ? ' bad' : ''}" data-l="How it stands">${standingWord(group)}</td></tr>
`,
  )}</tbody></table>`;
}
