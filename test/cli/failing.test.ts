import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/main/index.ts';
import { volley } from '../support/cli.ts';
import { listening, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Answers this many of a hundred requests with 500. */
async function faultyTarget(percent: number): Promise<string> {
  let count = 0;
  const server = createServer((_request, response) => {
    response.writeHead(count++ % 100 < percent ? 500 : 200).end('x');
  });
  servers.push(server);
  return `http://127.0.0.1:${await listening(server)}/`;
}

describe('a target of which much fails', () => {
  test('breaks the rule that every other rule implies; on stderr too where the result is for a machine', async () => {
    const url = await faultyTarget(90);
    const { code, stdout, stderr } = await volley(url, '-n', '300', '--threshold', 'p95<30s', '-o', 'json');
    const { thresholds, generator } = JSON.parse(stdout) as Summary;
    expect(thresholds).toMatchObject([
      { expression: 'p95<30s', isImplied: false, ok: true },
      { expression: 'error-rate<=1%', isImplied: true, measured: 0.9, ok: false },
    ]);
    expect(generator.verdict).toBe('failing');
    expect(stderr).toContain(
      'volley: error-rate<=1% did not hold: 90.0 % (implied, since no rule says what may fail).\n',
    );
    expect(stderr).not.toContain('p95');
    expect(code).toBe(1);
  });

  test('keeps a rule that allows it', async () => {
    const url = await faultyTarget(90);
    const rules = ['--threshold', 'p95<30s', '--threshold', 'error-rate<=90%'];
    const { code, stdout, stderr } = await volley(url, '-n', '300', ...rules);
    expect(stderr).toBe('');
    expect(stdout).toContain('✓ error-rate<=90%   90.0 %');
    expect(stdout).toContain('30 ok, 270 failed (90.0 %)');
    expect(stdout).toMatch(/^verdict {4}failing\. 90\.0 % of the requests failed \(270 of 300\)/m);
    expect(code).toBe(0);
  });

  test.each([
    [8, 1, '<failure type="threshold" message="measured 8.0 % (implied'],
    [1, 0, '<testcase classname="volley" name="error-rate&lt;=1%" time='],
  ])('with %d %% failed junit and the exit code, %d, agree', async (percent, expected, text) => {
    const { code, stdout } = await volley(await faultyTarget(percent), '-n', '300', '-o', 'junit');
    expect(stdout).toContain(text);
    expect(stdout).toContain(`failures="${expected}"`);
    expect(code).toBe(expected);
  });

  test('a percentile of too few requests says how many it takes', async () => {
    const { url } = await startTarget();
    const rule = ['--threshold', 'p99.9<1s'];
    const { code, stdout, stderr } = await volley(url, '-n', '200', ...rule, '-o', 'csv');
    expect(stderr).toContain('p99.9<1s did not hold: too few requests to tell: it takes 1,000 requests.');
    expect(stdout).not.toContain('did not hold');
    expect(code).toBe(1);
  });
});
