import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { conduct } from '../../src/main/run/conduct.ts';
import type { Summary } from '../../src/protocol/summary.ts';
import { parseAllowRule } from '../../src/requests/allowed-targets.ts';
import { withBuiltIn } from '../support/built-in.ts';
import { startAgent, submit } from '../support/cluster.ts';
import { useFolder } from '../support/folder.ts';
import { MemoryBroker } from '../support/memory-broker.ts';
import { startWitness } from '../support/witness.ts';

const pathOf = useFolder();

describe('the rules of an agent', () => {
  test.each([
    ['staging.example:443', { name: 'staging.example', range: null, fromPort: 443, toPort: 443 }],
    ['*.Staging.example:80-443', { name: '*.staging.example', range: null, fromPort: 80, toPort: 443 }],
    [
      '10.0.0.0/8:80',
      { name: null, range: { address: '10.0.0.0', prefix: 8, family: 4 }, fromPort: 80, toPort: 80 },
    ],
    [
      '127.0.0.1:1',
      { name: null, range: { address: '127.0.0.1', prefix: 32, family: 4 }, fromPort: 1, toPort: 1 },
    ],
    [
      '[2001:db8::]/32:80',
      { name: null, range: { address: '2001:db8::', prefix: 32, family: 6 }, fromPort: 80, toPort: 80 },
    ],
    ['[::1]:80', { name: null, range: { address: '::1', prefix: 128, family: 6 }, fromPort: 80, toPort: 80 }],
    ['staging.example', null],
    ['*:80', null],
    ['*.*.example:80', null],
    ['10.0.0.0/33:80', null],
    ['host:0', null],
    ['host:90-80', null],
    ['host:65536', null],
    ['http://host:80', null],
    ['', null],
  ])('%s', (text, rule) => {
    expect(parseAllowRule(text)).toEqual(rule);
  });
});

describe.each(['undici', 'wire'] as const)('what is dialled by %s', (client) => {
  test.each<[string, string, (port: number) => Partial<RunOptions>, boolean]>([
    ['an address in a range', '127.0.0.0/8:1-65535', () => ({}), true],
    ['another port', '127.0.0.1:1', () => ({}), false],
    ['another address', '10.0.0.0/8:1-65535', () => ({}), false],
    ['an allowed name', 'localhost:1-65535', (port) => ({ url: `http://localhost:${port}/?n={{n}}` }), true],
    [
      'a name below an allowed one',
      '*.localhost:1-65535',
      (port) => ({ url: `http://localhost:${port}/?n={{n}}` }),
      false,
    ],
    [
      'an allowed name that the run itself gives an address',
      'staging.example:1-65535',
      (port) => ({
        url: `http://staging.example:${port}/?n={{n}}`,
        resolve: [`staging.example:${port}:127.0.0.1`],
      }),
      false,
    ],
    [
      'the same where the address is allowed',
      '127.0.0.1:1-65535',
      (port) => ({
        url: `http://staging.example:${port}/?n={{n}}`,
        resolve: [`staging.example:${port}:127.0.0.1`],
      }),
      true,
    ],
    [
      'elsewhere by --connect-to',
      'staging.example:1-65535',
      (port) => ({ url: `http://staging.example:${port}/?n={{n}}`, connectTo: [`::127.0.0.1:${port}`] }),
      false,
    ],
    [
      'a Unix socket, which no rule is about',
      '127.0.0.0/8:1-65535',
      () => ({ unixSocket: '/nowhere/docker.sock' }),
      false,
    ],
    [
      'a name behind an allowed proxy',
      '127.0.0.1:1-65535',
      (port) => ({ url: 'http://elsewhere.example/?n={{n}}', proxy: `http://127.0.0.1:${port}` }),
      false,
    ],
  ])('%s', async (_name, text, options, isAllowed) => {
    const witness = await startWitness();
    try {
      const rule = parseAllowRule(text);
      const plan = await resolvePlan({
        ...{ url: witness.url, requests: 4, concurrency: 2, mode: 'inline', client },
        ...options(witness.port),
      }).catch(() => null);
      if (plan === null || rule === null) throw new Error('the plan is not of this test');
      const { collect, sumUp } = conduct({ ...plan, settings: { ...plan.settings, allowed: [rule] } });
      const summary = sumUp(await collect());
      expect(summary.requests.ok).toBe(isAllowed ? 4 : 0);
      expect(witness.seen).toHaveLength(isAllowed ? 4 : 0);
      if (isAllowed) return;
      expect(summary.errors.map(({ kind, code }) => [kind, code])).toEqual([['generator', 'NOT_ALLOWED']]);
      expect(summary.degradedReasons.join()).toContain('because an agent may not send there (NOT_ALLOWED)');
    } finally {
      witness.close();
    }
  });

  test('a redirect to where it may not', async () => {
    const there = await startWitness();
    const witness = await startWitness('/redirect', { redirectsTo: `http://127.0.0.1:${there.port}` });
    try {
      const rule = parseAllowRule(`127.0.0.1:${witness.port}`);
      const url = witness.url;
      const plan = await resolvePlan({
        url,
        requests: 3,
        concurrency: 1,
        mode: 'inline',
        client,
        location: true,
      });
      const allowed = rule === null ? [] : [rule];
      const { collect, sumUp } = conduct({ ...plan, settings: { ...plan.settings, allowed } });
      const summary = sumUp(await collect());
      expect(summary.errors.map(({ kind, code, count }) => [kind, code, count])).toEqual([
        ['generator', 'NOT_ALLOWED', 3],
      ]);
      expect([witness.seen.length, there.seen.length]).toEqual([3, 0]);
    } finally {
      witness.close();
      there.close();
    }
  });
});

describe('a name that leads elsewhere once its agent has joined', () => {
  /** A run over an agent that may send to one address: what the name leads to after its agent has joined is another. */
  async function whereItMoves(options: (url: string) => Partial<RunOptions>): Promise<{
    readonly summary: Summary;
    readonly allowed: number;
    readonly other: number;
    readonly lookUps: string[];
  }> {
    const witness = await startWitness();
    let other = 0;
    const elsewhere = createServer((_, response) => {
      other++;
      response.end();
    }).listen(witness.port, '127.0.0.2');
    await once(elsewhere, 'listening');
    const broker = new MemoryBroker();
    const lookUps: string[] = [];
    let address = '127.0.0.1';
    const lookup = async (): Promise<{ address: string; family: number }[]> => {
      lookUps.push(address);
      return [{ address, family: 4 }];
    };
    try {
      let summary: Summary | undefined;
      await withBuiltIn('node:dns/promises', { lookup }, async () => {
        const say = (sentence: string): void => {
          if (sentence.endsWith(': joined.')) address = '127.0.0.2';
        };
        const allow = `127.0.0.1:${witness.port}`;
        const agent = await startAgent(broker.connect(), 'one', { allow, say, mode: 'inline' });
        const run = await submit(
          broker.connect(),
          { requests: 6, concurrency: 2, ...options(`http://moving.example:${witness.port}`) },
          { agents: 1 },
        );
        summary = await run.summary;
        await agent.leave();
      });
      return { summary: summary as Summary, allowed: witness.seen.length, other, lookUps };
    } finally {
      witness.close();
      elsewhere.closeAllConnections();
      elsewhere.close();
      broker.close();
    }
  }

  test('is dialled where it led when it was checked', async () => {
    const { summary, allowed, other, lookUps } = await whereItMoves((url) => ({ url: `${url}/?n={{n}}` }));
    expect(lookUps).toEqual(['127.0.0.1']);
    expect([summary.requests.ok, allowed, other]).toEqual([6, 6, 0]);
  });

  test('is refused where it is looked up only when it is dialled', async () => {
    const path = pathOf('hosts.csv');
    writeFileSync(path, 'host\nmoving.example\n');
    const { summary, allowed, other, lookUps } = await whereItMoves((url) => ({
      url: `${url.replace('moving.example', '{{host}}')}/?n={{n}}`,
      rows: path,
    }));
    expect(lookUps).toEqual(['127.0.0.2']);
    expect(summary.errors).toEqual([
      expect.objectContaining({ kind: 'generator', code: 'NOT_ALLOWED', count: 6 }),
    ]);
    expect([summary.requests.ok, allowed, other]).toEqual([0, 0, 0]);
  });
});
