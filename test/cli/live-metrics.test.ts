import { expect, test } from '@jest/globals';
import { startVolley, volley } from '../support/cli.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

test('a run can be scraped while it goes on, and a port that is taken is told before anything is sent', async () => {
  const target = await startTarget();
  const args = ['-d', '30s', '-c', '2', '-w', '1', '-u', 'me:scraped-secret', '-o', 'json'];
  const run = startVolley([`${target.url}delay/5?k=%1B%22`, ...args, '--live', 'prometheus:0']);
  const said = await run.stderrHas('/metrics');
  const url = /http:\S+/.exec(said)?.[0] ?? '';
  let text = '';
  for (let tries = 0; tries < 200 && !/outcome="ok"\} [1-9]\d\d/.test(text); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    text = await (await fetch(url)).text();
  }
  expect(text).toMatch(/^volley_run_running\{method="GET",url="http:[^"]+"\} 1$/m);
  expect(text).toMatch(/^volley_responses_total\{.*status="200"\} [1-9]\d*$/m);
  expect(text).toMatch(/^volley_latency_seconds\{.*latency="service",quantile="0\.5"\} \d+\.\d+$/m);
  expect(text).not.toContain('scraped-secret');
  // One line of its form each, or a comment.
  const lines = text.trimEnd().split('\n');
  expect(lines.filter((line) => !/^(# (HELP|TYPE) .+|volley_\w+\{.*\} [\d.e+-]+)$/.test(line))).toEqual([]);
  expect((await fetch(url.replace('metrics', 'other'))).status).toBe(404);
  const port = new URL(url).port;
  const before = target.stats().requests;
  const second = await volley(`${target.url}status/204`, '-n', '1', '--live', `prometheus:${port}`);
  expect(second.code).toBe(2);
  expect(second.stderr).toBe(
    `volley: --live prometheus: port ${port} of 127.0.0.1 cannot be listened on (something else listens there): give another, as in --live prometheus:0.\n`,
  );
  expect(before).toBeGreaterThan(0);
  run.child.kill('SIGINT');
  expect((await run.ended).code).toBe(130);
  await expect(fetch(url)).rejects.toThrow();
});
