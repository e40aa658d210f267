import type { AgentSoFar } from '../../../../protocol/agent-so-far.ts';
import type { AgentSummary } from '../../../../protocol/summary.ts';
import { agentsInOrder } from '../../../text/agents-in-order.ts';
import { counted, formatRate, NOTHING } from '../../../text/format.ts';
import { html, type Markup } from '../markup.ts';
import { clock, count, ms, unbroken } from '../numbers.ts';
import { prose } from '../prose.ts';
import type { RunView } from './run-view.ts';
import { underRow } from './under-row.ts';

const COLUMNS = 10;
const ITERATIONS = html`<th scope="col" class="n">Iterations</th><th scope="col" class="n">Missing iterations</th>`;
const LOST = html` <b class="bad">lost</b>`;

/** What each agent did in a run over several machines; lost ones first. */
export function agentsPanel({ summary: { agents } }: RunView): Markup | null {
  if (agents === undefined || agents === null || agents.length === 0) return null;
  const hasIterations = agents.some(({ iterations }) => iterations !== undefined);
  return html`<table class="wide cards many"><caption>What each agent did, and what was lost with it</caption><thead><tr><th scope="col">Agent</th><th scope="col" class="n">Workers</th><th scope="col" class="n">Planned</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Missing</th>${hasIterations ? ITERATIONS : null}<th scope="col" class="n">p50</th><th scope="col" class="n">p99</th><th scope="col" class="n">Began late</th><th scope="col" class="n">Latest start</th><th scope="col">Verdict</th></tr></thead><tbody>${agentsInOrder(
    agents,
  ).map(
    (agent) =>
      html`<tr><th scope="row" class="long">${agent.name} (${agent.address})${agent.state === 'lost' ? LOST : null}</th><td class="n" data-l="Workers">${count(agent.workers)}</td><td class="n" data-l="Planned">${countOr(agent.planned)}</td><td class="n" data-l="Sent">${count(agent.sent)}</td><td class="n" data-l="Missing">${countOr(agent.missing)}</td>${iterationCells(agent, hasIterations)}<td class="n" data-l="p50">${ms(agent.p50Ms)}</td><td class="n" data-l="p99">${ms(agent.p99Ms)}</td><td class="n" data-l="Began late">${ms(agent.startLateMs)}</td><td class="n" data-l="Latest start">${ms(agent.mostLagMs)}</td><td class="twice" data-l="Verdict">${agent.because === null ? (agent.verdict ?? NOTHING) : 'lost'}</td></tr>
${whyRow(agent, hasIterations ? COLUMNS + 2 : COLUMNS)}`,
  )}</tbody></table>`;
}

/** What each agent has reported so far. */
export function agentsUnderWay(agents: readonly AgentSoFar[]): Markup {
  return html`<table class="wide cards"><caption>What each agent has sent so far, and how late its latest start was</caption><thead><tr><th scope="col">Agent</th><th scope="col">State</th><th scope="col" class="n">Sent</th><th scope="col" class="n">Rate</th><th scope="col" class="n">Latest start</th></tr></thead><tbody>${agentsInOrder(
    agents,
  ).map(
    ({ name, state, sent, perSecond, mostLagMs }) =>
      html`<tr><th scope="row" class="long">${name}</th><td data-l="State">${state === 'lost' ? LOST : state}</td><td class="n" data-l="Sent">${count(sent)}</td><td class="n" data-l="Rate">${perSecond === null ? NOTHING : unbroken(formatRate(perSecond))}</td><td class="n" data-l="Latest start">${ms(mostLagMs)}</td></tr>
`,
  )}</tbody></table>`;
}

function iterationCells({ iterations }: AgentSummary, areThere: boolean): Markup | null {
  if (!areThere) return null;
  const { started = null, missing = null } = iterations ?? {};
  return html`<td class="n" data-l="Iterations">${countOr(started)}</td><td class="n" data-l="Missing iterations">${countOr(missing)}</td>`;
}

function countOr(value: number | null): string {
  return value === null ? NOTHING : count(value);
}

/** The reasons for the verdict on an agent, below its row; null if there are none. */
function whyRow(agent: AgentSummary, columns: number): Markup | null {
  const text = whyText(agent);
  return text === '' ? null : underRow(columns, prose(text));
}

/** The reasons for a verdict other than ok, or when and why the agent was lost. */
function whyText({ verdict, reasons, because, lostAtMs, unknownAtMost }: AgentSummary): string {
  if (because === null) return verdict === 'ok' ? '' : reasons.join(' ');
  const at = lostAtMs === null || lostAtMs < 0 ? '' : ` at ${clock(lostAtMs)}`;
  const unknown =
    unknownAtMost === null || unknownAtMost === 0
      ? ''
      : `; at most ${counted(unknownAtMost, 'unmeasured request')} may have been sent`;
  return `lost${at}: ${because}${unknown}`;
}
