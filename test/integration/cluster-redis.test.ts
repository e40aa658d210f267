import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { render, renderHtml, start } from '../../src/api/index.ts';
import type { Broker } from '../../src/main/cluster/broker.ts';
import { connectBroker } from '../../src/main/cluster/engine.ts';
import { CERTIFICATE_PATH } from '../support/certificate.ts';
import { ROOT, type Started } from '../support/cli.ts';
import { startAgent, submit } from '../support/cluster.ts';
import { Fleet, hasRedis, KEY, load, RealBroker, resultOf } from '../support/fleet.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { SlowLink } from '../support/slow-link.ts';
import { startWitness } from '../support/witness.ts';

const HAS_REDIS = hasRedis();
/** For commands that end by themselves; where what else runs does not wait for them. */
const volley = useKeptProcess();
const broker = new RealBroker();
const fleet = new Fleet(broker);
const brokerOfTwins = new RealBroker();
const twins = new Fleet(brokerOfTwins, 'twins');
const started: Started[] = [];

beforeAll(async () => {
  if (!HAS_REDIS) return;
  await broker.startWithTls();
  await fleet.start({
    ...{ a1: [], a2: [], a3: ['--mode', 'processes'] },
    slow: ['--max-rate', '10', '--pool', 'slow'],
  });
});

afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  fleet.close();
  twins.close();
  await Promise.all([broker.close(), brokerOfTwins.close()]);
});

(HAS_REDIS ? describe : describe.skip)('over a real broker', () => {
  test('every number once, in both models, also where runs want more agents than there are, and over TLS, where the certificate is to be trusted', async () => {
    const { code, summary } = await resultOf(fleet.submit(3, '-n', '2003', '-c', '9'));
    fleet.holds(summary);
    fleet.isWhole(code, summary);
    expect([summary.requests.ok, fleet.witness.seen.length]).toEqual([2_003, 2_003]);
    // Two of them over TLS, one of which does not trust the certificate.
    const secure = { url: `rediss://127.0.0.1:${broker.tlsPort}` };
    const trusting = { NODE_EXTRA_CA_CERTS: CERTIFICATE_PATH };
    const runs = [
      fleet.submit(3, ...load(400, '1s')),
      fleet.submit(2, '-n', '400'),
      fleet.submitVia(secure, 2, ['-n', '20'], trusting),
    ];
    const unknown = await fleet.submitVia(secure, 2, ['-n', '20']).ended;
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      expect.stringMatching(/could not be reached \(self-signed certificate.*NODE_EXTRA_CA_CERTS/),
    ]);
    const results = await Promise.all(runs.map(resultOf));
    for (const { code, summary } of results) fleet.isWhole(code, summary);
    expect(results.map(({ summary }) => summary.requests.ok)).toEqual([400, 400, 20]);
    expect(fleet.witness.seen.length).toBe(820);
    expect(results.map(({ summary }) => summary.agents?.map(({ state }) => state))).toEqual([
      ['finished', 'finished', 'finished'],
      ['finished', 'finished'],
      ['finished', 'finished'],
    ]);
  });

  test.concurrent('a long value goes over a narrow way in pieces, and what is asked between them does not wait for all of it', async () => {
    const link = new SlowLink(() => broker.port, { delayMs: 1, bytesPerMs: 64 });
    await link.start();
    const [near, narrow] = await Promise.all([
      connectBroker(broker.url, 'values'),
      connectBroker(link.url, 'values'),
    ]);
    try {
      const [first, second] = [randomBytes(100_000), randomBytes(80_000)];
      let isThere = false;
      const putting = narrow.put('r', 'v', first).then(() => {
        isThere = true;
      });
      const carried: number[] = [];
      let asked = 0;
      while (!isThere) {
        carried.push(await near.carried('r', 'v'));
        await narrow.nowUs();
        if (!isThere) asked++;
      }
      await putting;
      expect(Buffer.from((await near.get('r', 'v')) ?? []).equals(first)).toBe(true);
      expect(carried).toEqual(carried.toSorted((a, b) => a - b));
      expect(carried.filter((bytes) => bytes > 0 && bytes < first.length).length).toBeGreaterThan(0);
      expect(asked).toBeGreaterThan(2);
      expect(await near.carried('r', 'v')).toBe(0);
      // What is given up leaves what was there, and nothing of it gets into what comes next.
      const giveUp = new AbortController();
      const given = narrow.put('r', 'v', second, giveUp.signal);
      while ((await near.carried('r', 'v')) === 0);
      giveUp.abort();
      await given;
      expect(Buffer.from((await near.get('r', 'v')) ?? []).equals(first)).toBe(true);
      await narrow.put('r', 'v', second.subarray(0, 30_000));
      expect(Buffer.from((await near.get('r', 'v')) ?? []).equals(second.subarray(0, 30_000))).toBe(true);
      await near.forget('r', ['v']);
      expect([await near.get('r', 'v'), await near.carried('r', 'v')]).toEqual([null, 0]);
    } finally {
      await Promise.all([near.close(), narrow.close()]);
      link.close();
    }
  }, 60_000);

  test('the library gives the same run, which can be watched', async () => {
    const { witness } = fleet;
    witness.forget();
    const cluster = { broker: broker.url, key: KEY, agents: 2, joinTimeout: '10s' };
    const load = { url: witness.url, rate: 100, duration: '3s', pacing: 'eco' } as const;
    // A proxy is an object too.
    const run = await start(load, { cluster: new Proxy(cluster, {}) });
    const ended: number[] = [];
    for await (const progress of run.progress(500)) ended.push(progress.ended);
    const summary = await run.summary;
    fleet.holds(summary);
    expect(summary.requests.ok).toBe(300);
    expect(ended).toEqual(ended.toSorted((a, b) => a - b));
    expect(ended.length).toBeGreaterThan(2);
    expect(await renderHtml(summary)).toContain('What each agent did');
    expect(render(summary)).toMatch(/agents +2 agents, 2 finished\n/);
    await expect(
      start({ url: witness.url, workers: 2 }, { cluster: { ...cluster, agents: 0, broker: 'http://x/' } }),
    ).rejects.toMatchObject({
      code: 'VOLLEY_USAGE',
      problems: [
        { message: expect.stringMatching(/^workers with cluster/) },
        { message: expect.stringMatching(/^cluster\.agents '0'/) },
        { message: expect.stringMatching(/^cluster\.broker 'http:\/\/x\/': give it as redis/) },
      ],
    });
  });

  test('Ctrl-C ends the run within a second, with the result of what ran', async () => {
    const run = fleet.submit(3, ...load(200, '60s'));
    await fleet.seen(200);
    run.child.kill('SIGINT');
    const { code, summary } = await resultOf(run);
    fleet.holds(summary);
    expect([code, summary.interrupted]).toEqual([130, true]);
    expect(summary.requests.sent).toBe(fleet.witness.seen.length);
  });

  test('a run is held against the last good one over as many agents', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'volley-held-'));
    const words = [
      fleet.witness.url,
      '--agents',
      '2',
      '-n',
      '40',
      '-c',
      '4',
      '-o',
      'json',
      '-q',
      '--save',
      '--baseline',
      'last',
    ];
    try {
      // A run that a busy machine has degraded is none to hold others against.
      for (let good = 0, held = 0; held === 0; ) {
        const { summary } = await resultOf({ ended: volley.with(fleet.environment, words, cwd) });
        if (good === 0) expect(summary.baseline).toBeNull();
        else expect(summary.baseline).toMatchObject({ source: 'last' });
        if (good > 0) held++;
        if (!summary.degraded && summary.generator.verdict !== 'failing') good++;
      }
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });

  test('what does not fit is refused before anything is sent, and named', async () => {
    fleet.witness.forget();
    const elsewhere = { VOLLEY_CLUSTER_KEY: 'another key, which is long enough' };
    const runs: { args: string[]; env?: NodeJS.ProcessEnv; code: number; says: RegExp }[] = [
      {
        args: ['--agents', '9', '--join-timeout', '2s'],
        code: 3,
        says: /3 of 9 agents joined within 2 s\. In the pool: a1 \(.*a2.*a3.*Nothing was sent\./,
      },
      { args: ['--agents', '1'], env: elsewhere, code: 3, says: /cannot be opened with this cluster key/ },
      {
        args: ['--agents', '1', '--pool', 'slow', '-r', '11'],
        code: 3,
        says: /^volley: Agent slow: its share of 11\/s is more than its --max-rate 10\/s\. Nothing was sent\./,
      },
      {
        args: ['--agents', '3', '-c', '2'],
        code: 2,
        says: /--concurrency 2 is less than the 3 workers of 3 agents/,
      },
      {
        args: ['--agents', '3', '-r', '9', '--max-in-flight', '2'],
        code: 2,
        says: /--max-in-flight 2 is less than the 3 workers of 3 agents/,
      },
      {
        args: ['--broker', 'redis://127.0.0.1:1', '--agents', '1'],
        code: 3,
        says: /redis:\/\/127\.0\.0\.1:1 could not be reached \(.*ECONNREFUSED.*docker run.*apt-get install redis-server/,
      },
    ];
    const check = async ({ args, code, says, env = {} }: (typeof runs)[number]): Promise<void> => {
      const words = [fleet.witness.url, '-n', '10', '-q', ...args];
      const ended = await volley.with({ ...fleet.environment, ...env }, words);
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(says)]);
      expect(ended.stderr).not.toMatch(/hidden|\n {4}at /);
    };
    for (const run of runs) await check(run);
    expect(fleet.witness.seen).toEqual([]);
    broker.cli('config', 'set', 'requirepass', 'hidden');
    const wrong = await volley.with(
      { ...fleet.environment, VOLLEY_BROKER: `redis://:hiddn@127.0.0.1:${broker.port}` },
      [fleet.witness.url, '--agents', '1'],
    );
    expect([wrong.code, wrong.stderr]).toEqual([3, expect.stringMatching(/WRONGPASS/)]);
    broker.cli('-a', 'hidden', 'config', 'set', 'requirepass', '');
    broker.cli('config', 'set', 'maxmemory-policy', 'allkeys-lru');
    broker.cli('config', 'set', 'maxmemory', '1mb');
    const evicting = await fleet.submit(1).ended;
    expect([evicting.code, evicting.stderr]).toEqual([
      3,
      expect.stringMatching(/maxmemory-policy is allkeys-lru.*noeviction/),
    ]);
    expect(evicting.stderr).toMatch(/memory left/);
  });

  test('what a user of the broker may not do is said in one sentence, by agents and by their list', async () => {
    const own = new RealBroker();
    await own.start();
    const rights = ['-@all', '+@read', '+@write', '+@connection', '+@transaction', '+time', '+info'];
    own.cli('ACL', 'SETUSER', 'elsewhere', 'on', '>PASSWORD', '~other:*', 'resetchannels', ...rights);
    own.cli('ACL', 'SETUSER', 'scriptless', 'on', '>PASSWORD', '~volley:*', 'resetchannels', ...rights);
    const said = async (user: string, ...words: string[]): Promise<unknown[]> => {
      const env = { ...fleet.environment, VOLLEY_BROKER: own.url.replace('//', `//${user}:PASSWORD@`) };
      const { code, stderr } = await volley.with(env, words);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      return [code, stderr];
    };
    const agent = ['agent', '--allow-target', '127.0.0.1:9', '-w', '1'];
    const [list, joining, running] = await Promise.all([
      said('elsewhere', 'agents'),
      said('scriptless', ...agent),
      said('scriptless', fleet.witness.url, '--agents', '1', '-n', '1', '-q'),
    ]);
    expect(list).toEqual([3, expect.stringMatching(/NOPERM.*keys.*ACL SETUSER.*docs\/cluster\.md/)]);
    expect(joining).toEqual([3, expect.stringMatching(/NOPERM.*'eval'.*ACL SETUSER/)]);
    expect(running).toEqual([3, expect.stringMatching(/The broker refused the run \(NOPERM.*'eval/)]);
    await own.close();
  });

  test.concurrent('a user of the broker who may do no more than the page says carries out a run, and is denied nothing', async () => {
    const page = readFileSync(join(ROOT, 'docs/cluster.md'), 'utf8');
    const rules = /^ACL SETUSER (volley on >PASSWORD .*)$/m.exec(page)?.[1]?.split(' ') ?? [];
    expect(broker.cli('ACL', 'SETUSER', ...rules)).toBe('OK\n');
    const url = broker.url.replace('//', '//volley:PASSWORD@');
    const witness = await startWitness();
    const connections = await Promise.all([1, 2, 3].map(() => connectBroker(url, 'acl')));
    const [of, ...ofAgents] = connections as [Broker, ...Broker[]];
    const agents = await Promise.all(ofAgents.map((one, index) => startAgent(one, `acl-${index}`)));
    try {
      const load = { rate: 100, duration: '2s', pacing: 'eco', concurrency: 4 } as const;
      const summary = await (await submit(of, { url: witness.url, ...load }, { joinTimeoutMs: 30_000 }))
        .summary;
      expect([summary.requests.ok, witness.seen.length, witness.twice()]).toEqual([200, 200, []]);
      expect(summary.agents?.map(({ because }) => because)).toEqual([null, null]);
      await Promise.all(agents.map((agent) => agent.leave()));
      expect(broker.cli('--raw', 'ACL', 'LOG').trim()).toBe('');
    } finally {
      await Promise.all(connections.map((one) => one.close()));
      witness.close();
    }
  });

  test.concurrent('two agents of one name are told apart; they and their run end when they are told to although the broker is gone', async () => {
    await brokerOfTwins.start();
    await twins.start({});
    const { environment: env } = twins;
    const agents = await Promise.all([1, 2].map(() => twins.startAgent('twin')));
    started.push(...agents);
    const listed = await volley.with(env, ['agents', '--pool', 'twins']);
    for (const { child } of agents) expect(listed.stdout).toContain(`twin (pid ${child.pid} on `);
    const run = twins.submit(2, ...load(100, '60s'));
    await twins.seen(100);
    const watching = await connectBroker(brokerOfTwins.url, 'twins');
    await brokerOfTwins.close();
    // A command that the broker never gets fails once the connection is given up, and so ends whatever waits for it.
    const unanswered = expect(watching.nowUs()).rejects.toThrow(/Connection is closed/);
    for (const { child } of [...agents, run]) child.kill('SIGINT');
    await Promise.all([watching.close(), unanswered]);
    expect((await Promise.all(agents.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([0, 0]);
    const { code, summary } = await resultOf(run);
    twins.holds(summary);
    expect([code, summary.agents?.map(({ because }) => because)]).toEqual([
      130,
      ['the broker was away', 'the broker was away'],
    ]);
  });

  test('a broker that is gone for good holds nobody: neither agents nor a run that waits for them', async () => {
    broker.cli('config', 'set', 'maxmemory', '0');
    broker.cli('config', 'set', 'maxmemory-policy', 'noeviction');
    const run = fleet.submit(4, '-n', '10', '--join-timeout', '300s');
    while (!broker.cli('keys', 'volley:default:run:*:plan').includes('plan')) await delay(20);
    await broker.kill();
    run.child.kill('SIGINT');
    for (const { child } of fleet.agents.values()) child.kill('SIGTERM');
    const agents = await Promise.all([...fleet.agents.values()].map(({ ended }) => ended));
    expect(new Set(agents.map(({ code }) => code))).toEqual(new Set([0]));
    expect((await run.ended).code).not.toBe(0);
    expect(fleet.witness.seen.length).toBe(0);
  });
});
