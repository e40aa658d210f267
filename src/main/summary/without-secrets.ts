import type { Finding } from '../../protocol/finding.ts';
import type { UserFailures } from '../../protocol/scenario.ts';
import type { ScenarioRow, ScenariosSummary, Summary } from '../../protocol/summary.ts';
import { type Hide, hiding } from '../../requests/secrets.ts';

/**
 * The gate through which every result leaves a run. All text that may come from a plan, a target or a system
 * is listed here; the rest is numbers, and volley's own words, which a secret must not change.
 */
export function withoutSecrets(summary: Summary, secrets: readonly string[]): Summary {
  const hide = hiding(secrets);
  const { plan, mix, scenarios, errors, degradedReasons, notes, findings, generator } = summary;
  return {
    ...summary,
    plan: {
      ...plan,
      ...(plan.name === undefined ? {} : { name: hide(plan.name) }),
      target: { ...plan.target, url: hide(plan.target.url) },
    },
    // In a plan without scenarios a name is the user's own word, which rules refer to.
    mix: mix.map((row) => ({
      ...row,
      name: scenarios === undefined ? row.name : hide(row.name),
      url: hide(row.url),
    })),
    ...(scenarios === undefined ? {} : { scenarios: hiddenScenarios(scenarios, hide) }),
    errors: errors.map((error) => ({ ...error, example: hide(error.example) })),
    degradedReasons: degradedReasons.map(hide),
    notes: notes.map(hide),
    generator: {
      ...generator,
      reasons: generator.reasons.map(hide),
      ...(generator.finding === undefined ? {} : { finding: hiddenFinding(generator.finding, hide) }),
      ...(generator.caveats === undefined ? {} : { caveats: allOf(generator.caveats, hide) }),
    },
    ...(findings === undefined
      ? {}
      : { findings: { degraded: allOf(findings.degraded, hide), notes: allOf(findings.notes, hide) } }),
  };
}

/** Names that the code of scenarios gave, and the texts of its failures. */
function hiddenScenarios(scenarios: ScenariosSummary, hide: Hide): ScenariosSummary {
  const row = (one: ScenarioRow): ScenarioRow => ({
    ...one,
    errors: one.errors.map((error) => ({ ...error, code: hide(error.code), example: hide(error.example) })),
  });
  const named = <T extends { readonly name: string }>(one: T): T => ({ ...one, name: hide(one.name) });
  const { total, groups, checks, teardownFailure, users } = scenarios;
  return {
    ...scenarios,
    total: row(total),
    scenarios: scenarios.scenarios.map(row),
    groups: groups.map(named),
    checks: checks.map(named),
    teardownFailure: teardownFailure === null ? null : hide(teardownFailure),
    users: {
      ...users,
      setupFailures: hiddenFailures(users.setupFailures, hide),
      teardownFailures: hiddenFailures(users.teardownFailures, hide),
      ...(users.lateRejections === undefined
        ? {}
        : { lateRejections: hiddenFailures(users.lateRejections, hide) }),
    },
  };
}

function hiddenFailures(failures: UserFailures | null, hide: Hide): UserFailures | null {
  return failures === null ? null : { ...failures, example: hide(failures.example) };
}

function allOf(findings: readonly Finding[], hide: Hide): Finding[] {
  return findings.map((finding) => hiddenFinding(finding, hide));
}

/** A finding, with secrets removed from the texts among its figures. */
export function hiddenFinding<Found extends Finding>(found: Found, hide: Hide): Found {
  return { ...found, figures: hiddenIn(found.figures, hide) };
}

function hiddenIn(value: unknown, hide: Hide): unknown {
  if (typeof value === 'string') return hide(value);
  if (Array.isArray(value)) return value.map((part) => hiddenIn(part, hide));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hiddenIn(part, hide)]));
}
