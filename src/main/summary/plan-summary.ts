import type { RunPlan } from '../../protocol/plan.ts';
import type { RoutesSummary } from '../../protocol/plan-summary.ts';
import type { Routes } from '../../protocol/routes.ts';
import type { ScenariosPlan } from '../../protocol/scenario.ts';
import type { Summary } from '../../protocol/summary.ts';
import { mostUsers } from '../../time/user-schedule.ts';
import { summarizeLoad } from './load-notes.ts';

/** The plan as results show it, without bodies and headers. Its URL may contain secrets: show it only through a gate. */
export function summarizePlan(plan: RunPlan): Summary['plan'] {
  const { url = '', method = '' } = plan.mix[0]?.message ?? {};
  // Scenarios without a base name the whole URL in each request.
  const isEverywhere = plan.scenarios !== undefined && plan.scenarios.base === null;
  return {
    ...(plan.name === undefined ? {} : { name: plan.name }),
    target: { url: isEverywhere ? '' : url, method },
    mode: plan.mode,
    workers: plan.workers,
    concurrency: plan.concurrency,
    client: plan.client,
    protocol: plan.settings.protocol,
    streams: plan.streams,
    load: summarizeLoad(plan.load),
    stop: plan.stop,
    warmupMs: plan.warmupMs,
    timeoutMs: plan.timeoutMs,
    cpuWork: plan.cpuWork,
    rows:
      plan.rows === null
        ? null
        : { mode: plan.rows, count: plan.supplies.rows?.rowCount ?? 0, skipped: plan.skippedRows },
    routes: summarizeRoutes(plan.settings.routes),
    seed: plan.seed,
    ...(plan.scenarios === undefined ? {} : { scenarios: summarizeTest(plan.scenarios) }),
  };
}

function summarizeTest({ file, pools, scenarios }: ScenariosPlan): NonNullable<Summary['plan']['scenarios']> {
  return {
    file,
    loads: pools.map(({ load, parts }) => ({
      executor: load.executor,
      users: mostUsers(load),
      scenarios: parts.map(({ scenario }) => scenarios[scenario]?.name ?? ''),
    })),
  };
}

/** Where connections went, if not where the URL points; null without such an option. */
function summarizeRoutes({ unixSocket, proxy, connectTo, resolve }: Routes): RoutesSummary | null {
  if (unixSocket === null && proxy === null && connectTo.length + resolve.length === 0) return null;
  return {
    unixSocket,
    proxy: proxy === null ? null : `http://${bracketed(proxy.hostname)}:${proxy.port}`,
    connectTo: connectTo.map(({ fromHostname, fromPort, toHostname, toPort }) =>
      [host(fromHostname), fromPort ?? '', host(toHostname), toPort ?? ''].join(':'),
    ),
    resolve: resolve.map(
      ({ hostname, port, addresses }) =>
        `${bracketed(hostname)}:${port}:${addresses.map(({ address }) => address).join(',')}`,
    ),
  };
}

function host(name: string | null): string {
  return name === null ? '' : bracketed(name);
}

function bracketed(hostname: string): string {
  return hostname.includes(':') ? `[${hostname}]` : hostname;
}
