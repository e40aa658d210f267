import type { AgentSoFar } from '../../../../protocol/agent-so-far.ts';
import { errorRateOf } from '../../../../protocol/report.ts';
import type { Summary } from '../../../../protocol/summary.ts';
import { beforeExample, failedAsText } from '../../../text/failure-words.ts';
import { html, type Markup } from '../markup.ts';
import { clock, count, failedPercent, ms } from '../numbers.ts';
import { rulesSoFarTable } from './rules.ts';
import { tiles } from './run-tiles.ts';
import type { RunView } from './run-view.ts';

/** The progress of a run; what the limit was is only judged at its end. */
export interface UnderWay {
  /** Since the measured window began: negative in the warm-up, null before workers are ready. */
  readonly elapsedMs: number | null;
  /** Empty in a run on one machine. */
  readonly agents: readonly AgentSoFar[];
}

/** The leading panel during a run. */
export function underWayPanel({ summary }: RunView, underWay: UnderWay): Markup {
  return html`<div class="top">
<div class="verdict">
<h2 class="big">${underWayWords(summary, underWay)}</h2>
${troubleText(summary).map((sentence) => html`<p class="notice">${sentence}</p>`)}
<p class="soft">So far, and ${underWay.agents.length === 0 ? 'half a second' : 'a second or two'} old. A request counts once it has ended, so the newest intervals lack those that still wait for their answers. The end of the run shows what set the limit.</p>
</div>
${summary.thresholds.length === 0 || !hasBegun(underWay) ? null : rulesSoFarTable(summary.thresholds)}
</div>
${hasBegun(underWay) ? tiles(summary, 'under way') : null}`;
}

/** The progress in a few words. */
export function underWayWords({ plan, requests, windowMs }: Summary, { elapsedMs }: UnderWay): string {
  if (elapsedMs === null) return 'Starting.';
  if (elapsedMs < 0) return `Warming up, ${ms(-elapsedMs)} to go.`;
  const { durationMs, requests: asked } = plan.stop;
  if (durationMs !== null && elapsedMs >= durationMs) return 'Waiting for the last answers.';
  const time = durationMs === null ? clock(windowMs) : `${clock(windowMs)} of ${clock(durationMs)}`;
  return asked === null
    ? `Under way: ${time}.`
    : `Under way: ${time}, ${count(requests.sent)} of ${count(asked)} sent.`;
}

function hasBegun({ elapsedMs }: UnderWay): boolean {
  return elapsedMs !== null && elapsedMs >= 0;
}

/** Reports failures during the run already. */
function troubleText({ requests, errors }: Summary): string[] {
  const [most] = errors;
  if (requests.failed === 0 || most === undefined) return [];
  const share = failedPercent(errorRateOf(requests) ?? 0);
  const how = `most often ${failedAsText(most.kind, most.code)}${beforeExample(most)}${most.example}`;
  return requests.ok === 0
    ? [`No request has succeeded so far; ${how}`]
    : [`${share} of the requests have failed so far; ${how}`];
}
