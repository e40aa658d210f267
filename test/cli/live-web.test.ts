import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { startVolley, volley } from '../support/cli.ts';
import { wrongIn } from '../support/markup.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

interface Update {
  readonly event: string;
  readonly parts: ReadonlyMap<string, string>;
}

async function asked(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  return response;
}

/** Each update as it comes, until the stream ends. */
async function* updatesOf(response: IncomingMessage): AsyncGenerator<Update> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end))!;
      yield { event: event!, parts: new Map((JSON.parse(data!) as { changed: [string, string][] }).changed) };
      text = text.slice(end + 2);
    }
  }
}

test('a run is served while it goes on, to this machine alone, and its readers get the result', async () => {
  const target = await startTarget();
  const args = ['-d', '60s', '-c', '2', '-w', '1', '-u', 'me:served-secret', '-o', 'json', '--live', 'web'];
  const run = startVolley([`${target.url}delay/5?<script>`, ...args]);
  const said = await run.stderrHas('the page of the run');
  const url = /http:\S+/.exec(said)?.[0] ?? '';
  expect(new URL(url).hostname).toBe('127.0.0.1');

  const visit = await asked(url);
  let page = '';
  for await (const chunk of visit.setEncoding('utf8')) page += String(chunk);
  expect(wrongIn(page)).toEqual([]);
  expect(page).toMatch(
    /default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ('sha256-[^']+' ?){2}; connect-src 'self'/,
  );
  expect((await asked(url, { host: 'evil.example' })).resume().statusCode).toBe(403);
  expect((await asked(`${url}other`)).resume().statusCode).toBe(404);

  const events = await asked(`${url}events`);
  expect(events.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  expect(events.headers['access-control-allow-origin']).toBeUndefined();
  const seen: Update[] = [];
  for await (const update of updatesOf(events)) {
    seen.push(update);
    if (seen.length === 3) run.child.kill('SIGINT');
  }
  expect(seen.slice(0, 3).map(({ event }) => event)).toEqual(['parts', 'parts', 'parts']);
  expect(seen[0]!.parts.has('plan')).toBe(true);
  expect(seen[1]!.parts.get('verdict')).toContain('Under way: ');
  const last = seen.at(-1)!;
  expect(last.event).toBe('last');
  expect(last.parts.get('verdict')).toContain('Interrupted: this is what was measured until then.');
  expect([...last.parts.values()].join()).not.toMatch(/served-secret|<script>/);

  const ended = await run.ended;
  expect(ended.code).toBe(130);
  expect(JSON.parse(ended.stdout)).toMatchObject({ interrupted: true });
  await expect(fetch(url)).rejects.toThrow();
});

test('where it cannot be served is told before anything is sent', async () => {
  const target = await startTarget();
  const before = target.stats().requests;
  const inline = await volley(target.url, '-n', '1', '--mode', 'inline', '--live', 'web');
  expect(inline).toMatchObject({ code: 2 });
  expect(inline.stderr).toContain('--live web with --mode inline: drawing the page would hold up the load');
  const port = new URL(target.url).port;
  const taken = await volley(target.url, '-n', '1', '--live', `web:${port}`);
  expect(taken).toMatchObject({ code: 2 });
  expect(taken.stderr).toContain(
    `--live web: port ${port} of 127.0.0.1 cannot be listened on (something else listens there)`,
  );
  expect(target.stats().requests).toBe(before);
});

test('with --quiet, only the address of a page on a free port is told', async () => {
  const target = await startTarget();
  const args = [target.url, '-n', '4', '-c', '1', '-w', '1', '--quiet', '--live'];
  const free = await volley(...args, 'web');
  expect(free.stderr.trim()).toMatch(/^volley: the page of the run is at http:\/\/127\.0\.0\.1:\d+\/$/);
  const port = new URL(/http:\S+/.exec(free.stderr)?.[0] ?? '').port;
  expect(await volley(...args, `web:${port}`)).toMatchObject({ code: 0, stderr: '' });
});
