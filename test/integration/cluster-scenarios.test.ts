import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { aroundRun } from '../../src/main/cli/around-run.ts';
import type { Agent } from '../../src/main/cluster/agent.ts';
import type { Prepared } from '../../src/main/cluster/submission-options.ts';
import { setUp, tearDown } from '../../src/main/once/setup.ts';
import { loadFlow } from '../../src/main/plan/flows/load-flow.ts';
import { readPlanFile } from '../../src/main/plan/plan-file.ts';
import type { UnresolvedPlan } from '../../src/main/plan/resolve.ts';
import { resolveTest } from '../../src/main/plan/scenarios/resolve-test.ts';
import { startPlan } from '../../src/main/run/run.ts';
import type { RunPlan } from '../../src/protocol/plan.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { type Submitted, startAgent, submitPlan } from '../support/cluster.ts';
import { useFolder } from '../support/folder.ts';
import { MemoryBroker } from '../support/memory-broker.ts';
import { childrenOf } from '../support/processes.ts';
import { startWitness, type Witness } from '../support/witness.ts';

const pathOf = useFolder();
const ROWS = 90;
const ids = Array.from({ length: ROWS }, (_, row) => String(row));
writeFileSync(pathOf('ids.csv'), `id\n${ids.join('\n')}\n`);

const WATCHING = { tell: null, signal: new AbortController().signal };
/** Numbers that no row has. */
const [SETUP, TEARDOWN] = [100_001, 100_002];

const SHOP = (port: number): string => `
url: http://127.0.0.1:${port}
threshold: ['checks>=100%', 'count(bought)>=1', 'p95(group){pay}<30s']
metrics: { bought: counter, size: trend, fast: rate, level: gauge }
load: { executor: shared-iterations, vus: 8, iterations: 120 }
setup:
  - get: /?n=${SETUP}
    capture: { answer: status }
teardown:
  - get: /?n=${TEARDOWN}
scenarios:
  buy:
    weight: 3
    rows: ids.csv
    flow:
      - group: pay
        flow:
          - get: /of-{{answer}}?n={{id}}
            name: pay
            check: { good: status == 200 }
      - add: bought
      - add: size
        value: '2.0'
      - add: fast
        value: 'true'
      - add: level
        value: '7.0'
  look:
    flow:
      - get: /look?n={{uuid}}
        name: look
`;

async function planned(
  text: string,
  isSentFromHere: boolean,
): Promise<{ readonly asked: UnresolvedPlan; readonly plan: RunPlan }> {
  const path = pathOf('shop.yaml');
  writeFileSync(path, text);
  const file = readPlanFile(path);
  expect(file.problems).toEqual([]);
  const url = file.options.get('url');
  const loaded = await loadFlow(
    file.flow!,
    url === undefined ? undefined : String(url),
    new Map(Object.entries(file.variables)),
  );
  const thresholds = file.options.get('threshold');
  return resolveTest(
    loaded,
    {
      seed: '1',
      ...(isSentFromHere ? { mode: 'inline', workers: '1' } : {}),
      ...(Array.isArray(thresholds) ? { thresholds: thresholds.map(String) } : {}),
    },
    {},
    [],
    isSentFromHere,
  );
}

/** What does not depend on times. */
function countsOf({ requests, mix, scenarios, thresholds, degradedReasons }: Summary): unknown {
  const rows = [scenarios?.total, ...(scenarios?.scenarios ?? [])].map((row) => ({
    ...row,
    ...{ responseMs: row?.responseMs.count, durationMs: row?.durationMs.count },
    ...{ startLagMs: row?.startLagMs.count, thinkMs: 0 },
  }));
  return {
    ...{ requests, rows, degradedReasons, checks: scenarios?.checks, users: scenarios?.users.ever },
    mix: mix.map(({ name, sent, ok }) => ({ name, sent, ok })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    groups: scenarios?.groups.map((group) => ({ ...group, responseMs: group.responseMs.count })),
    metrics: scenarios?.metrics.map((metric) =>
      'values' in metric ? [metric.values.count, metric.values.mean, metric.values.max] : metric,
    ),
    rules: thresholds.map(({ expression, ok }) => ({ expression, ok })),
  };
}

async function withAgents<T>(
  workers: readonly number[],
  use: (
    connections: readonly ReturnType<MemoryBroker['connect']>[],
    witness: Witness,
    broker: MemoryBroker,
  ) => Promise<T>,
  changes: Parameters<typeof startAgent>[2] = {},
): Promise<T> {
  const broker = new MemoryBroker();
  const witness = await startWitness();
  const connections = workers.map(() => broker.connect());
  const agents = await Promise.all(
    connections.map((connection, index) =>
      startAgent(connection, `agent-${index + 1}`, { workers: workers[index] ?? 1, ...changes }),
    ),
  );
  try {
    return await use(connections, witness, broker);
  } finally {
    for (const connection of connections) connection.cut(false);
    await Promise.all(agents.map((agent) => agent.leave()));
    witness.close();
    broker.close();
  }
}

async function submitted(
  broker: MemoryBroker,
  text: string,
  agents: number,
  changes: Parameters<typeof submitPlan>[2] = {},
): Promise<Submitted> {
  const { asked, plan } = await planned(text, false);
  const around = aroundRun(plan);
  const prepare = async (signal: AbortSignal): Promise<Prepared | null> =>
    (await around?.begin(signal))?.supplies ?? null;
  const run = submitPlan(broker.connect(), asked, {
    agents,
    prepare: around === null ? null : prepare,
    ...changes,
  });
  const over = around === null ? run.summary : run.summary.then(around.ended, around.failed);
  over.catch(() => {});
  return { ...run, summary: over };
}

function codesOf({ findings }: Summary): string[] {
  return findings?.degraded.map(({ code }) => code) ?? [];
}

describe('scenarios over agents', () => {
  test('one, two and three agents count what one machine counts, and use each row once; what is done once is done here', async () => {
    const counts: unknown[] = [];
    for (const workers of [[], [1], [2, 1], [1, 1, 1]])
      await withAgents(workers, async (_, witness, broker) => {
        let summary: Summary;
        if (workers.length === 0) {
          const { plan } = await planned(SHOP(witness.port), true);
          const ready = await setUp(plan, plan.scenarios!, WATCHING);
          summary = await startPlan(ready!).summary;
          await tearDown(ready!, plan.scenarios!, WATCHING);
        } else {
          const run = await submitted(broker, SHOP(witness.port), workers.length);
          summary = await run.summary;
          expect(run.submission.snapshot()?.scenarios?.scenarios.map(({ completed }) => completed)).toEqual([
            90, 30,
          ]);
          expect(summary.agents?.map(({ state }) => state)).toEqual(workers.map(() => 'finished'));
          const of = (field: 'planned' | 'started'): number =>
            summary.agents?.reduce((sum, { iterations }) => sum + (iterations?.[field] ?? 0), 0) ?? 0;
          expect([of('planned'), of('started')]).toEqual([120, 120]);
          expect(summary.plan.workers).toBe(workers.reduce((sum, count) => sum + count, 0));
        }
        const numbers = witness.seen.map(({ number }) => number).filter((number) => !Number.isNaN(number));
        expect(numbers.toSorted((a, b) => a - b)).toEqual([...ids.map(Number), SETUP, TEARDOWN]);
        expect(witness.seen.length).toBe(122);
        counts.push(countsOf(summary));
      });
    const [one, ...others] = counts;
    expect(one).toMatchObject({
      requests: { sent: 120, ok: 120 },
      checks: [{ name: 'good', made: 90, passed: 90, failed: 0 }],
      groups: [{ name: 'pay', entered: 90, left: 90, responseMs: 90 }],
      metrics: [{ count: 90 }, [90, 2, 2], { good: 90, of: 90 }, { value: 7 }],
      users: 8,
      degradedReasons: [],
    });
    for (const other of others) expect(other).toEqual(one);
  });

  test('setup runs once all agents have joined, also for one that takes the place of a lost one; it does not run for agents that never come', async () => {
    const said: string[] = [];
    const say = (sentence: string): number => said.push(sentence);
    await withAgents(
      [1, 1],
      async (connections, witness, broker) => {
        const text = SHOP(witness.port);
        const never = await submitted(broker, text, 3, { joinTimeoutMs: 300 });
        await expect(never.summary).rejects.toThrow(
          /^2 of 3 agents joined within 300 ms\..*Nothing was sent\.$/,
        );
        expect(witness.seen).toEqual([]);
        said.length = 0;
        let joined = 0;
        const { asked, plan } = await planned(text, false);
        const around = aroundRun(plan)!;
        const run = submitPlan(broker.connect(), asked, {
          joinTimeoutMs: 30_000,
          prepare: async (signal) => {
            joined = said.filter((sentence) => sentence.endsWith(': joined.')).length;
            const ready = await around.begin(signal);
            connections[0]?.die();
            late.push(await startAgent(broker.connect(), 'late'));
            return ready?.supplies ?? null;
          },
        });
        const late: Agent[] = [];
        const summary = await run.summary.then(around.ended, around.failed);
        await Promise.all(late.map((agent) => agent.leave()));
        expect(joined).toBe(2);
        expect(summary.agents?.map(({ name, state }) => [name, state]).sort()).toEqual([
          ['agent-2', 'finished'],
          ['late', 'finished'],
        ]);
        const numbers = witness.seen.map(({ number }) => number).filter((number) => !Number.isNaN(number));
        expect(numbers.toSorted((a, b) => a - b)).toEqual([...ids.map(Number), SETUP, TEARDOWN]);
        expect(witness.seen[0]?.number).toBe(SETUP);
      },
      { say },
    );
  });

  test('setup that fails ends the run before its load, and the agents are free again', () =>
    withAgents([1], async (_, witness, broker) => {
      const text = SHOP(witness.port).replace('capture:', 'expect-status: 404\n    capture:');
      const { summary } = await submitted(broker, text, 1);
      await expect(summary).rejects.toMatchObject({ code: 'VOLLEY_SETUP' });
      expect(witness.seen.map(({ number }) => number)).toEqual([SETUP]);
      const next = await submitted(broker, SHOP(witness.port), 1);
      expect((await next.summary).requests.ok).toBe(120);
    }));

  test('iterations that arrive over time are each started once', () =>
    withAgents([1, 2], async (_, witness, broker) => {
      const load = `load: { executor: constant-arrival-rate, rate: 100, duration: 900ms, maxVUs: 30 }`;
      const text = `url: http://127.0.0.1:${witness.port}\n${load}\nscenarios: { a: { rows: ids.csv, rows-mode: once, flow: [{ get: '/?n={{id}}', name: a }] } }`;
      const summary = await (await submitted(broker, text, 2)).summary;
      expect(codesOf(summary)).not.toContain('identity-violated');
      expect(summary.scenarios?.total).toMatchObject({ scheduled: 90, started: 90, completed: 90 });
      expect([witness.seen.length, witness.twice()]).toEqual([90, []]);
    }));

  test('what the end cuts off on agents that have a slow answer each is no failure', async () => {
    // The end comes 300 ms before the third answers.
    const slow = await startWitness('/', { delayMs: 400 });
    const load = 'load: { executor: constant-vus, vus: 4, duration: 900ms, gracefulStop: 0s }';
    const text = `url: http://127.0.0.1:${slow.port}\n${load}\nscenarios: { a: { flow: [{ get: /a, name: a }] } }`;
    const over = withAgents([1, 2], async (_, __, broker) => {
      const summary = await (await submitted(broker, text, 2)).summary;
      const { requests, mix, degradedReasons } = summary;
      expect(degradedReasons).toEqual([]);
      expect(requests).toMatchObject({ failed: 0, unfinished: 0 });
      expect(requests.interrupted).toBeGreaterThan(0);
      expect(requests.sent).toBe(requests.ok + requests.interrupted!);
      expect(mix.map(({ interrupted }) => interrupted)).toEqual([requests.interrupted]);
      expect(summary.generator.verdict).not.toBe('failing');
    });
    await over.finally(() => slow.close());
  });

  test('what hangs on one agent is not hidden by what is slow under another name', async () => {
    const server = createServer(({ url = '' }, response) => {
      if (url !== '/never') setTimeout(() => response.end('{}'), url === '/slow' ? 500 : 1);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const load = 'load: { executor: constant-vus, vus: 4, duration: 1400ms, gracefulStop: 0s }';
    const hangs = '{ get: /slow, name: slow }, { get: /quick, name: hangs }, { get: /never, name: hangs }';
    const { port } = server.address() as AddressInfo;
    const text = `url: http://127.0.0.1:${port}\n${load}\nscenarios: { a: { flow: [{ get: /slow, name: slow }] }, b: { flow: [${hangs}] } }`;
    const over = withAgents([1, 1], async (_, __, broker) => {
      const { requests, mix, workers, agents, findings } = await (await submitted(broker, text, 2)).summary;
      expect(requests).toMatchObject({ failed: 0, unfinished: 2, interrupted: 2 });
      const counts = mix.map(({ name, unfinished, interrupted }) => [name, unfinished, interrupted]);
      expect(counts.toSorted()).toEqual([
        ['hangs', 2, 0],
        ['slow', 0, 2],
      ]);
      const of = (field: 'unfinished' | 'interrupted'): number =>
        workers.reduce((sum, worker) => sum + worker[field]!, 0);
      expect([workers.length, of('unfinished'), of('interrupted')]).toEqual([2, 2, 2]);
      expect(agents?.reduce((sum, { sent }) => sum + sent, 0)).toBe(requests.sent);
      expect(findings?.degraded.map(({ code }) => code)).toEqual(['requests-unfinished']);
    });
    await over.finally(() => {
      server.closeAllConnections();
      server.close();
    });
  });

  test('each row of a scenario is used, although only one of two agents may have users of it', () =>
    withAgents([1, 1], async (_, witness, broker) => {
      const load = 'load: { executor: constant-vus, vus: 2, duration: 30s }';
      const flow = (name: string): string =>
        `  ${name}: { rows: ids.csv, rows-mode: once, flow: [{ get: '/${name}?n={{id}}', name: ${name} }] }`;
      const text = `url: http://127.0.0.1:${witness.port}\n${load}\nscenarios:\n${flow('a')}\n${flow('b')}\n`;
      const { scenarios, requests } = await (await submitted(broker, text, 2)).summary;
      expect(scenarios?.scenarios.map(({ completed }) => completed)).toEqual([ROWS, ROWS]);
      expect([requests.sent, new Set(witness.seen.map(({ number }) => number)).size]).toEqual([
        2 * ROWS,
        ROWS,
      ]);
    }));

  test.concurrent('of an agent that is cut off, the iterations that are missing are counted', () =>
    withAgents([1, 1], async (connections, witness, broker) => {
      const load = `load: { executor: constant-arrival-rate, rate: 100, duration: 8s, maxVUs: 30 }`;
      const text = `url: http://127.0.0.1:${witness.port}\n${load}\nscenarios:\n  a: { weight: 3, flow: [{ get: '/?n={{n}}', name: a }] }\n  b: { flow: [{ get: /b, name: b }] }\n`;
      const run = await submitted(broker, text, 2);
      while (witness.seen.length < 200) await delay(20);
      connections[1]?.cut(true);
      const summary = await run.summary;
      const lost = summary.agents?.find(({ state }) => state === 'lost');
      const { planned: meant, started = 0, dropped = 0, missing } = lost?.iterations ?? {};
      expect(meant).toBe(400);
      expect(missing).toBe(400 - started - dropped);
      expect(missing).toBeGreaterThan(50);
      expect(lost).toMatchObject({ planned: null, missing: null });
      const { total, scenarios } = summary.scenarios!;
      expect(total).toMatchObject({ scheduled: 800, notStarted: missing });
      expect(scenarios.map(({ scheduled }) => scheduled)).toEqual([600, 200]);
      expect(codesOf(summary)).toEqual(expect.arrayContaining(['load-lost']));
      expect(codesOf(summary)).not.toContain('identity-violated');
      expect(codesOf(summary)).not.toContain('iterations-not-started');
      expect(summary.degradedReasons.join()).toMatch(
        new RegExp(`^Agent agent-2 .*Planned 400 iterations, measured ${started}, missing ${missing} = `),
      );
      // Before it was lost it may have started some that it had not reported.
      expect(witness.seen.length).toBeGreaterThanOrEqual(summary.requests.sent);
    }));

  test('of a worker that its agent has lost, the iterations that are missing are counted', async () => {
    const before = new Set(childrenOf(process.pid));
    await withAgents(
      [2, 1],
      async (_, witness, broker) => {
        const text = `url: http://127.0.0.1:${witness.port}
scenarios:
  rate: { load: { executor: constant-arrival-rate, rate: 100, duration: 3s }, flow: [{ get: /a, name: a }] }
  shared: { load: { executor: shared-iterations, vus: 6, iterations: 600 }, flow: [{ get: /b, name: b }, { think: 20ms }] }
  users: { load: { executor: constant-vus, vus: 3, duration: 1s }, flow: [{ get: /c, name: c }, { think: 20ms }] }
`;
        const run = await submitted(broker, text, 2);
        while (witness.seen.length < 150) await delay(20);
        process.kill(childrenOf(process.pid).find((pid) => !before.has(pid))!, 'SIGKILL');
        const summary = await run.summary;
        const { total, scenarios } = summary.scenarios!;
        expect(codesOf(summary)).toEqual(['worker-lost', 'iterations-not-started']);
        expect(summary.agents!.map(({ state }) => state)).toEqual(['finished', 'finished']);
        const [rate, shared, users] = scenarios;
        expect([rate?.scheduled, shared?.scheduled, users?.notStarted]).toEqual([300, 600, 0]);
        expect(rate!.notStarted + shared!.notStarted).toBe(total.notStarted);
        expect(rate!.notStarted).toBeGreaterThan(0);
        expect(shared!.notStarted).toBeGreaterThan(0);
        const missing = summary.agents!.map(({ iterations }) => iterations!.missing);
        expect(missing.reduce((sum: number, count) => sum + count!, 0)).toBe(total.notStarted);
        expect(missing).toContain(0);
      },
      { mode: 'processes' },
    );
  });

  test.concurrent('users without a number of iterations are missing with their agent', () =>
    withAgents([1, 1], async (connections, witness, broker) => {
      const load = `load: { executor: constant-vus, vus: 5, duration: 8s }`;
      const text = `url: http://127.0.0.1:${witness.port}\n${load}\nscenarios: { a: { flow: [{ get: /a, name: a }, { think: 50ms }] } }`;
      const run = await submitted(broker, text, 2);
      while (witness.seen.length < 50) await delay(20);
      connections[1]?.cut(true);
      const summary = await run.summary;
      expect(codesOf(summary)).not.toContain('identity-violated');
      expect(summary.degradedReasons.join()).toMatch(
        /^Agent agent-2 .* [23] of 5 users are missing from (?:\+[\d.]+ m?s on, when it last reported|the start on, as it reported nothing)\./,
      );
    }));

  test('an agent refuses code, what it may not send to, and a rate that scenarios do not have', async () => {
    const text = (port: number, step: string): string =>
      `url: http://127.0.0.1:${port}\nload: { executor: per-vu-iterations, vus: 2, iterations: 1 }\nscenarios: { a: { flow: [${step}] } }`;
    await withAgents([1], async (_, witness, broker) => {
      // A submitter refuses this itself; an agent does not rely on it.
      const { asked } = await planned(text(witness.port, '{ get: /a }'), false);
      const step = { type: 'call', at: '1:1', module: 'file:///own.js', name: 'act', sets: [] } as const;
      const inner = {
        type: 'if',
        at: '1:1',
        condition: { text: 'true', names: [], at: '1:1' },
        met: [],
      } as const;
      const exec = [{ ...inner, unmet: [{ type: 'group', at: '1:1', name: 'g', flow: [step] }] }] as const;
      const a = { exec, vuSetup: null, vuTeardown: null, hasJsonRows: false };
      const flow = { path: '/own.yaml', setup: null, teardown: null, scenarios: { a } };
      for (const code of [
        { type: 'module', url: 'file:///own.js' },
        { type: 'flow', flow },
      ] as const) {
        const { summary } = submitPlan(
          broker.connect(),
          { ...asked, scenarios: { ...asked.scenarios!, code } },
          { agents: 1 },
        );
        await expect(summary).rejects.toThrow(
          /its scenarios are code, and it was started without --allow-code/,
        );
      }
      const elsewhere = await startWitness();
      const sent = await submitted(
        broker,
        text(witness.port, `{ get: 'http://127.0.0.2:${elsewhere.port}/a', name: a }`),
        1,
      );
      expect((await sent.summary).errors).toEqual([
        expect.objectContaining({ kind: 'generator', code: 'NOT_ALLOWED', count: 2 }),
      ]);
      expect([witness.seen.length, elsewhere.seen.length]).toEqual([0, 0]);
      elsewhere.close();
      const few = await submitted(broker, text(witness.port, '{ get: /a }').replace('vus: 2', 'vus: 1'), 1);
      expect((await few.summary).requests.sent).toBe(1);
    });
    await withAgents([3], async (_, witness, broker) => {
      const few = await submitted(broker, text(witness.port, '{ get: /a }'), 1);
      await expect(few.summary).rejects.toThrow(
        'The scenarios have 2 users, which is less than the 3 workers of 1 agent: each worker needs a user of its own.',
      );
    });
    await withAgents(
      [1],
      async (_, witness, broker) => {
        const { summary } = await submitted(broker, text(witness.port, '{ get: /a }'), 1);
        await expect(summary).rejects.toThrow(
          /scenarios have no rate of requests to compare with its --max-rate/,
        );
      },
      { mostPerSecond: 10 },
    );
  });
});
