import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocket } from 'undici';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const file = useFolder();
const open: WebSocket[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

interface Paused {
  readonly hitBreakpoints?: readonly string[];
  readonly callFrames: readonly [{ readonly callFrameId: string; readonly location: { lineNumber: number } }];
}

/** A debugger's end of the inspector protocol. */
async function attached(url: string) {
  const socket = new WebSocket(url);
  open.push(socket);
  const answers = new Map<number, (result: unknown) => void>();
  const pauses: Paused[] = [];
  let heard: (() => void) | null = null;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as {
      id?: number;
      method?: string;
      params?: unknown;
      result?: unknown;
    };
    if (message.id !== undefined) answers.get(message.id)?.(message.result);
    if (message.method !== 'Debugger.paused') return;
    pauses.push(message.params as Paused);
    heard?.();
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  let last = 0;
  const say = async <T>(method: string, params: object = {}): Promise<T> => {
    const id = ++last;
    const answered = new Promise((resolve) => answers.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    return (await answered) as T;
  };
  const pause = async (): Promise<Paused> => {
    while (pauses.length === 0)
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    return pauses.shift()!;
  };
  return { say, pause, leave: () => socket.close() };
}

test('a debugger stops with --once at a line of the scenario, and sees its user there', async () => {
  const module = file('shop.ts');
  writeFileSync(
    module,
    `import { scenario } from 'volley';
const load = { executor: 'constant-vus', vus: 3, duration: '1m' } as const;
export default scenario({ ...load, baseURL: '${shop.url}' }, async (vu) => {
  const answer: { status: number } = await vu.http.get('/status/200');
  vu.check(answer, { good: (it) => it.status === 200 });
});
`,
  );
  const started = startVolley(['run', module, '--once'], {
    env: { NODE_OPTIONS: '--inspect-brk=127.0.0.1:0' },
  });
  const stderr = await started.stderrHas('For help');
  const { say, pause, leave } = await attached(/ws:\S+/.exec(stderr)![0]);
  await say('Debugger.enable');
  const { breakpointId } = await say<{ breakpointId: string }>('Debugger.setBreakpointByUrl', {
    urlRegex: '/shop\\.ts$',
    lineNumber: 4,
  });
  await say('Runtime.runIfWaitingForDebugger');
  // The first stop is at the first line of volley.
  expect((await pause()).hitBreakpoints).not.toContain(breakpointId);
  await say('Debugger.resume');
  const { hitBreakpoints, callFrames } = await pause();
  expect([hitBreakpoints, callFrames[0].location.lineNumber]).toEqual([[breakpointId], 4]);
  const seen = await say<{ result: { value: unknown } }>('Debugger.evaluateOnCallFrame', {
    callFrameId: callFrames[0].callFrameId,
    expression: '[vu.n, answer.status].join()',
  });
  expect(seen.result.value).toBe('1,200');
  await say('Debugger.resume');
  await started.stderrHas('disconnect');
  leave();
  const { code, stdout } = await started.ended;
  expect([code, shop.visits.map(({ path }) => path)]).toEqual([0, ['/status/200']]);
  expect(stdout).toContain('good');
});
