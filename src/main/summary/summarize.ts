import type { Finding } from '../../protocol/finding.ts';
import { SCHEMA_VERSION, type Summary } from '../../protocol/summary.ts';
import type { Clock } from '../../time/clock.ts';
import type { Collected } from '../collect/collected.ts';
import { mergedCourse } from '../collect/stream-tally.ts';
import { namingOf } from '../plan/terms.ts';
import { withAdvice } from '../text/error-advice.ts';
import { sentenceOf } from '../text/findings.ts';
import { withMeant } from '../text/meant-names.ts';
import { type Naming, overAgents } from '../text/naming.ts';
import { reasonsOf } from '../text/reasons.ts';
import { toolFacts } from '../text/version.ts';
import { summarizeAddresses } from './addresses.ts';
import { judgeAgents } from './agents-verdict.ts';
import { borneLossesOf, degradationsOf, standstillOf } from './degradations.ts';
import { factsOf } from './facts-of-run.ts';
import { type Figures, figuresOf } from './figures.ts';
import { summarizeGenerator } from './generator-summary.ts';
import { histogramRows } from './histogram-rows.ts';
import { findViolations } from './identities.ts';
import { judgeThresholds } from './judged-rules.ts';
import { notesOn } from './load-notes.ts';
import { summarizePlan } from './plan-summary.ts';
import { redirectsOf } from './redirect-note.ts';
import { requestsDigest } from './requests-digest.ts';
import { scenarioViolations } from './scenario-identities.ts';
import {
  cutIterations,
  scenarioDegradations,
  scenarioNotes,
  summarizeScenarios,
  waitingIterations,
} from './scenarios-summary.ts';
import { summarizeSeries } from './series-summary.ts';
import { countNotes } from './stream-summary.ts';
import { undealt } from './undealt.ts';
import { judge } from './verdict.ts';
import type { Judgement } from './verdict-facts.ts';
import { withoutSecrets } from './without-secrets.ts';
import { sumOfReports } from './worker-summary.ts';

/** Merges what every worker recorded, computes each percentile once, and checks every identity. */
export function summarize(collected: Collected, clock: Clock): Summary {
  const { plan } = collected;
  const mergeStartedAtMs = clock.nowMs();
  const figures = figuresOf(collected);
  const mergeMs = clock.nowMs() - mergeStartedAtMs;
  const measured = measuredSummary(collected, figures, mergeMs);
  const degradations = [
    ...degradationsOf(measured, collected),
    ...findViolations(measured, figures.merged, collected.workers),
    ...scenarioDegradations(measured),
    ...scenarioViolations(measured, collected),
  ];
  const notes = [
    ...notesOf(collected, figures),
    ...undealt(measured, collected),
    ...cutIterations(measured),
    ...waitingIterations(measured).filter((waiting) => !isVerdict(waiting, measured)),
  ];
  const naming = namingOf(plan.writtenIn);
  const summary = {
    ...measured,
    thresholds: withMeant(judgeThresholds(plan.thresholds, measured), measured),
    degraded: degradations.length > 0,
    degradedReasons: degradations.map((found) => sentenceOf(found, naming)),
    notes: notes.map((found) => sentenceOf(found, naming)),
    findings: { degraded: degradations, notes },
  };
  return withoutSecrets(summary, plan.supplies.secrets);
}

/** What was measured, before rules and identities are checked. */
function measuredSummary(collected: Collected, figures: Figures, mergeMs: number): Summary {
  const { plan, workers, records } = collected;
  const own = namingOf(plan.writtenIn);
  const naming = collected.agents === undefined ? own : overAgents(own);
  // Of the whole result only: it reads all rows, and a summary of the plan is made for each look at a running load.
  const planned = { ...summarizePlan(plan), requestsDigest: requestsDigest(plan) };
  const ofScenarios = scenariosOf(collected);
  const [waited = null] = waitingIterations({ ...ofScenarios, plan: planned });
  const { merged, windowMs, requests, rate, latencyMs, mix, connections, errors, eventTimesMs, streams } =
    figures;
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: toolFacts(),
    startedAt: collected.startedAt.toISOString(),
    plan: planned,
    interrupted: collected.interrupted,
    stoppedBy: collected.stoppedBy,
    degraded: false,
    degradedReasons: [],
    notes: [],
    findings: { degraded: [], notes: [] },
    windowMs,
    requests,
    rate,
    latencyMs,
    eventTimesMs,
    streams,
    mix,
    ...ofScenarios,
    histogram: histogramRows(merged.latencies[records.headline]),
    connections,
    addresses: summarizeAddresses(collected),
    bytes: { sent: sumOfReports(workers, 'bytesSent'), received: sumOfReports(workers, 'bytesReceived') },
    statuses: Object.fromEntries([...merged.statuses].sort(([a], [b]) => a - b)),
    errors: errors.map((error) => ({ ...error, example: withAdvice(error.example, error.advice, naming) })),
    workers: figures.workers,
    agents: collected.agents ?? null,
    generator: {
      ...summarizeJudgement(
        judgeAgents(judge({ ...factsOf(collected, figures), waited }), collected.agents),
        naming,
      ),
      ...summarizeGenerator(collected, mergeMs),
    },
    thresholds: [],
    series: summarizeSeries(
      records.series,
      records.headline,
      mergedCourse(collected.tallies.map(({ streams }) => streams)),
      windowMs,
    ),
  };
}

/** The verdict itself says it: a note would say it again. */
function isVerdict(waiting: Finding<'iterations-waited'>, { generator: { finding } }: Summary): boolean {
  return finding?.code === waiting.code && finding.figures.scenario === waiting.figures.scenario;
}

function scenariosOf(collected: Collected): Pick<Summary, 'scenarios'> {
  const { scenarios } = collected.records;
  return scenarios === null ? {} : { scenarios: summarizeScenarios(collected, scenarios) };
}

function summarizeJudgement(
  judgement: Judgement,
  naming: Naming,
): Pick<Summary['generator'], 'verdict' | 'reasons' | 'finding' | 'caveats'> {
  const { verdict, finding, caveats } = judgement;
  return {
    verdict,
    reasons: reasonsOf(judgement, naming),
    finding,
    caveats,
  };
}

/** What a reader should know about the figures. */
function notesOf(
  collected: Collected,
  { latencies, coldStart, merged, streams, errors }: Figures,
): Finding[] {
  const { plan, workers } = collected;
  return [
    ...plan.notes.map((text): Finding => ({ code: 'option-note', figures: { text } })),
    ...borneLossesOf(collected),
    ...redirectsOf(collected, merged.statuses, errors),
    ...notesOn(plan.load, latencies),
    ...(plan.batch === undefined ? [] : standstillOf(workers)),
    ...(coldStart === null ? [] : [coldStart]),
    ...countNotes(streams, sumOfReports(workers, 'bytesReceived')),
    ...scenarioNotes(collected),
  ];
}
