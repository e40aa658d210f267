import { describe, expect, test } from '@jest/globals';
import { Parsed } from '../../src/main/cli/parsed.ts';
import { liveFormFrom } from '../../src/main/cli/run-shown.ts';
import { drawn } from '../../src/main/live/line.ts';
import type { LiveState } from '../../src/main/live/live-state.ts';
import {
  type Look,
  renderScreen,
  withHeatMapSwitched,
  withTableSwitched,
} from '../../src/main/live/screen.ts';
import { hasScreen, Terminal } from '../../src/main/live/terminal.ts';
import { agentLine } from '../../src/main/reporters/progress-line.ts';
import type { Paint } from '../../src/main/reporters/view.ts';
import { widthOf } from '../../src/main/text/cell-width.ts';
import { type HalfSecond, stateOf } from '../support/live.ts';
import { answered, type Sample } from '../support/samples.ts';

const LOOK: Look = {
  latency: 'response',
  hasTable: null,
  hasHeatMap: true,
  isFrozen: false,
  hasKeys: true,
  note: null,
};
const PLAIN: Paint = (_tone, text) => text;
const MIX = {
  url: undefined,
  mix: [
    { name: 'search', url: 'http://127.0.0.1:9/search' },
    { name: '遅い', url: 'http://127.0.0.1:9/slow' },
  ],
  rate: '40',
  duration: '60s',
  thresholds: ['p99<50ms', 'p50<20ms', 'throughput>10/s'],
};

/** Up to twenty requests, every tenth of them ever slower; from the fourth half second on one is turned away. */
function half(index: number): HalfSecond {
  const fails = index > 3;
  return {
    samples: Array.from({ length: 20 - (index % 4) }, (_, row): Sample => {
      const intendedMs = index * 500 + row * 25;
      if (fails && row === 7)
        return { intendedMs, serviceMs: 2, firstByteMs: 1, status: 503, outcome: 'status', request: 0 };
      const serviceMs = row % 10 === 3 ? 20 + 5 * index : 4 + row / 10;
      return { ...answered(serviceMs, intendedMs), request: row % 2 };
    }),
    errors: fails
      ? [
          {
            ...{ kind: 'status', code: '503', count: 1, firstAtMs: 0, lastAtMs: 0 },
            example: 'GET /search was answered with 503',
          },
        ]
      : [],
  };
}

const halves = (count: number): HalfSecond[] => Array.from({ length: count }, (_, index) => half(index));

const shown = (state: LiveState, width: number, height: number, look: Partial<Look> = {}): string =>
  renderScreen(state, { ...LOOK, ...look }, width, height, PLAIN).join('\n');

describe('the screen of a run', () => {
  test('agents have a row each, the lost ones first', async () => {
    const state = await stateOf({ ...MIX, mix: undefined, url: 'http://127.0.0.1:9/' }, halves(4));
    const agents: LiveState['agents'] = [
      { name: 'agent-10', state: 'finished', sent: 7, perSecond: null, mostLagMs: null },
      { name: 'agent-1', state: 'running', sent: 1_200, perSecond: 20, mostLagMs: 1.25 },
      { name: 'agent-2', state: 'lost', sent: 300, perSecond: null, mostLagMs: 4 },
      { name: 'agent-3', state: 'finished', sent: 0, perSecond: null, mostLagMs: null },
    ];
    const text = shown({ ...state, agents }, 80, 24);
    expect(text).toContain(
      [
        'agent        state   sent    rate  latest start',
        'agent-2       LOST    300               4.00 ms',
        'agent-1    running  1,200  20.0/s       1.25 ms',
        'agent-3   finished      0',
        'agent-10  finished      7',
      ].join('\n'),
    );
    const many = Array.from({ length: 100 }, (_, index) => ({ ...agents[1], name: `a${index}` }) as never);
    expect(shown({ ...state, agents: many }, 80, 24)).toMatch(/and \d+ more agents/);
    expect(agents.slice(1).map(agentLine)).toEqual([
      '      agent-1: running, 1,200 sent, 20.0/s, starts up to 1.25 ms late',
      '      agent-2: LOST, 300 sent, starts up to 4.00 ms late',
      '      agent-3: finished, 0 sent',
    ]);
  });

  test('80 by 24, as many half seconds as there are columns', async () => {
    expect(
      shown(await stateOf(MIX, halves(40)), 80, 24),
    ).toBe(`volley  2 requests, the first GET http://127…  20.0 s of 1 min  █████▎░░░░░░░░░░
threads: 2 workers, open model: 40/s, constant arrivals
rules   ✗ p99<50ms 195 ms   ✗ error-rate<=1% 4.8 %   ✓ p50<20ms 5.00 ms
        ✓ throughput>10/s 35.3/s

rate    asked 40.0/s  ended 37.0/s  ok 35.0/s  ▇██▇▇██▇▇██▇▇██▇▇██▇▇██▇▇██▇▇██▇▇
p50     5.03 ms     now 5.03 ms         ████████████████████████████████████████
p99     201 ms      now 215 ms          ▂▂▂▂▂▂▃▃▃▃▃▃▄▄▄▄▄▄▅▅▅▅▅▅▆▆▆▆▆▆▇▇▇▇▇▇████
waiting 58 without an answer  start lag 0 µs  wait 0 µs  ▄▄▄▅▅▅▅▅▅▅▆▆▆▆▆▇▇▇▇████

  100 ms                                                ░░░░░░░░░░░░░░░░░░░░░░░░
   30 ms                                  ░░░░░░░░░░░░░░
   10 ms                                ░░
    3 ms                                ████████████████████████████████████████
    1 ms                                    ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
response                                20.0 s ago                           now

request  sent   ok  failed      p50      p99
search    406  371   8.6 %  4.78 ms  5.78 ms
遅い      317  317   0.0 %  5.09 ms   205 ms

failed  36 (4.9 %): 36 × status (503)
        GET /search was answered with 503
q stop  Q now  space freeze  s service  t table  h heat map`);
  });

  test('60 by 16, where the heat map gives way', async () => {
    expect(
      shown(await stateOf(MIX, halves(13)), 60, 16, { isFrozen: true }),
    ).toBe(`volley  2 requests, the f…  frozen  6.5 s of 1 min  ▊░░░░░░░
threads: 2 workers, open model: 40/s, constant arrivals
rules   ✗ p99<50ms 75.0 ms   and 3 more, 1 ✗

rate    asked 40.0/s  ended 37.0/s  ok 35.0/s  ██▇▇█▇▇▇█▇▇▇█
p50     5.03 ms     now 5.03 ms                █████████████
p99     75.5 ms     now 80.5 ms                ▃▃▄▄▅▅▅▆▆▇▇██
waiting 18 without an answer  start lag 0 µs  wait 0 µs

request  sent   ok  failed      p50      p99
search    133  124   6.8 %  4.78 ms  5.78 ms
遅い      109  109   0.0 %  5.09 ms  80.0 ms

failed  9 (3.7 %): 9 × status (503)
        GET /search was answered with 503
q stop  Q now  space go on  s service  t table  h heat map`);
  });

  test('120 by 40: a closed model, seconds once half seconds have no room, and the times of a single request', async () => {
    const state = await stateOf({ requests: '10000', duration: '5m' }, halves(113));
    expect(
      shown(state, 120, 40, { latency: 'service', hasKeys: false }),
    ).toBe(`volley  GET http://127.0.0.1:9/                                       2,092 of 10,000, 56.5 s of 5 min  ███▎░░░░░░░░░░░░
threads: 2 workers, 2 connections, closed model, 10,000 requests or 5 min, seed 1

rate    ended 37.0/s  ok 35.0/s                                █▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█▇█
p50     5.03 ms     now 5.03 ms                                █████████████████████████████████████████████████████████
p99     532 ms      now 580 ms                                 ▁▁▂▂▂▂▂▂▂▂▃▃▃▃▃▃▃▃▃▄▄▄▄▄▄▄▄▅▅▅▅▅▅▅▅▆▆▆▆▆▆▆▆▆▇▇▇▇▇▇▇▇█████
waiting 0 µs at p99, before it was sent

  500 ms                                                                                                       ▒▒▒▒▒▒▒▒░
  300 ms                                                                                   ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
  200 ms                                                                         ▒▒▒▒▒▒▒▒▒▒
  150 ms                                                                    ▒▒▒▒▒
  100 ms                                                               ▒▒▒▒▒
   70 ms                                                            ▒▒▒
   50 ms                                                          ▒▒
   30 ms                                                        ▒▒
   20 ms                                                       ▒
   15 ms
   10 ms
    7 ms
    5 ms                                                       ████████████████████████████████████████████████████████▓
    3 ms                                                       ████████████████████████████████████████████████████████▓
    2 ms                                                         ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
 service                                                       56.5 s ago                                            now

times         p50     p99     max
response  5.03 ms  532 ms  580 ms
service   5.03 ms  532 ms  580 ms
statuses  1,983 × 200  109 × 503








failed  109 (5.2 %): 109 × status (503)
        GET /search was answered with 503
Ctrl-C stop, again: end now`);
  });

  test('users, their iterations and checks have a line where there are scenarios', async () => {
    const state = await stateOf(MIX, halves(13));
    const users = {
      users: 12,
      areAtTeardown: false,
      completed: 1_340,
      failed: 0,
      interrupted: 0,
      dropped: 0,
      failedChecks: 0,
      failedGroups: [],
      example: null,
    };
    const lineOf = (changes: object): string | undefined =>
      shown({ ...state, users: { ...users, ...changes } }, 120, 24)
        .split('\n')
        .find((text) => text.startsWith('users'));
    expect(shown(state, 80, 24)).not.toMatch(/^users/m);
    expect(lineOf({})).toBe('users   12 now  1,340 iterations completed');
    expect(
      lineOf({ failed: 3, failedChecks: 9, interrupted: 1, dropped: 2, example: 'fail (no items)' }),
    ).toBe(
      'users   12 now  1,340 iterations completed  3 failed  9 checks failed  1 interrupted  2 dropped  most fail (no items)',
    );
    const failedGroups = [9, 4, 1].map((failed) => ({ name: `pay > ${failed}`, failed }));
    expect(lineOf({ failed: 14, failedGroups, example: 'fail (no items)' })).toBe(
      'users   12 now  1,340 iterations completed  14 failed  in pay > 9 9, pay > 4 4  most fail (no items)',
    );
    expect(lineOf({ users: 1, areAtTeardown: true })).toBe(
      'users   1 now, in vuTeardown  1,340 iterations completed',
    );
    expect(lineOf({ users: 0, areAtTeardown: true })).toBe('users   0 now  1,340 iterations completed');
    const hostile = lineOf({ failed: 1, example: '\x1b[2J\r\n\u202e'.repeat(40) })!;
    expect(widthOf(hostile)).toBeLessThanOrEqual(120);
    expect(hostile).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  test('keys change what is shown', async () => {
    const state = await stateOf(MIX, halves(13));
    const [whole, noMap, noTable] = [{}, { hasHeatMap: false }, { hasTable: false }].map((look) =>
      shown(state, 80, 24, look),
    );
    const hasAxis = (text = ''): boolean => /\nresponse {40,}now\n/.test(text);
    expect([whole, noMap, noTable].map((text) => [hasAxis(text), text?.includes('遅い')])).toEqual([
      [true, true],
      [false, true],
      [true, false],
    ]);
    expect(shown(state, 59, 16, { latency: 'service' }).split('\n').at(-1)).toBe(
      'q stop  Q now  space freeze  s response  t table  h heat',
    );
    expect(shown(state, 80, 24, { note: 'stopping' }).split('\n').at(-1)).toBe('stopping');
  });

  test.each([
    [60, 16],
    [80, 40],
  ])(
    'on %d by %d a key never takes away the only picture, and h shows a map that had no room',
    async (width, height) => {
      const state = await stateOf({ ...MIX, mix: undefined, url: 'http://127.0.0.1:9/' }, halves(13));
      const seen = (look: Look): string[] => {
        const text = shown(state, width, height, look);
        return [
          ...(/\nresponse {30,}now\n/.test(text) ? ['map'] : []),
          ...(/\ntimes +p50 /.test(text) ? ['table'] : []),
        ];
      };
      let look = LOOK;
      for (const key of 'tthhhtthtththht') {
        const before = seen(look);
        const isMap = key === 'h';
        look = isMap
          ? withHeatMapSwitched(state, look, width, height)
          : withTableSwitched(state, look, height);
        expect(seen(look)).not.toEqual([]);
        expect(seen(look).includes(isMap ? 'map' : 'table')).toBe(!before.includes(isMap ? 'map' : 'table'));
      }
    },
  );

  test('requests that were cancelled on purpose are nothing bad, and a few have no p99 but a maximum', async () => {
    const bad: Paint = (tone, text) => (tone === 'bad' ? `!${text}!` : text);
    const lines = async (outcome: 'cancelled' | 'status'): Promise<string[]> => {
      const samples = Array.from(
        { length: 20 },
        (_, row): Sample =>
          row < 5
            ? { intendedMs: row, serviceMs: 9, status: 0, outcome }
            : { ...answered(4, row * 20), waitMs: 2 },
      );
      return renderScreen(await stateOf({ duration: '60s' }, [{ samples }, { samples }]), LOOK, 80, 24, bad);
    };
    const good = (await lines('cancelled')).join('\n');
    expect(good).toContain('ended 40.0/s  ok 30.0/s');
    expect(good).not.toContain('!');
    expect(good).toMatch(/^waiting [\d.]+ .?s at most, before it was sent$/m);
    expect((await lines('status')).join('\n')).toContain('ended 40.0/s!  ok 30.0/s!');
  });

  test('nothing has begun, and everything waits', async () => {
    const none = await stateOf(MIX, []);
    expect(shown({ ...none, elapsedMs: -600 }, 80, 24).split('\n')[0]).toMatch(/warming up, 600 ms to go$/);
    const silent = await stateOf({ ...MIX, mix: undefined, url: 'http://127.0.0.1:9/' }, [
      half(0),
      ...Array.from({ length: 5 }, () => ({ samples: [] })),
    ]);
    expect(shown(silent, 80, 24)).toContain('waiting no request has ended for 2.52 s\n');
    expect(silent.spans.map(({ outstanding }) => outstanding)).toEqual([0, 0, 20, 40, 60, 80]);
    const late: Sample[] = Array.from({ length: 300 }, () => ({ outcome: 'timeout', serviceMs: 400 }));
    const bound = await stateOf({}, [{ samples: late }]);
    expect(shown(bound, 80, 24)).toMatch(/\np99 {5}≥ 400 ms {4}now 402 ms {2}/);
  });

  test('whatever names and errors are, only text changes: no line is too long, and nothing is obeyed', async () => {
    const hostile = '\x1b[2J\x1b]0;x\x07‮漢字🙂\r\n\tе́'.repeat(9);
    const state = await stateOf(MIX, halves(13));
    const with_ = (text: string): LiveState => ({
      ...state,
      title: text,
      plan: text,
      mix: state.mix.map((row) => ({ ...row, name: text })),
      failures: [{ name: text, count: 9, example: text }],
      rules: state.rules.map((rule) => ({ ...rule, expression: text })),
    });
    for (const [width, height] of [
      [60, 16],
      [80, 24],
      [120, 40],
      [17, 5],
    ] as const) {
      const lines = renderScreen(with_(hostile), LOOK, width, height, PLAIN);
      expect(lines).toHaveLength(height);
      expect(lines.filter((line) => widthOf(line) > width || /\p{Cc}|\p{Cf}/u.test(line))).toEqual([]);
      const plain = renderScreen(with_('name'), LOOK, width, height, PLAIN);
      expect(lines.filter((line) => /[█▁▂▃]/.test(line)).length).toBe(
        plain.filter((line) => /[█▁▂▃]/.test(line)).length,
      );
    }
  });

  test('colours are put around text that has been cut', () => {
    const paint: Paint = (tone, text) => `<${tone}>${text}</>`;
    expect(drawn([{ text: '漢字漢字', tone: 'bad' }, { text: 'never' }], 6, paint)).toBe('<bad>漢字…</>…');
    expect(drawn([{ text: 'a' }, { text: '  ', tone: 'good' }], 6, paint)).toBe('a');
  });
});

test.each<[string, object, NodeJS.ProcessEnv, boolean]>([
  ['a terminal', { isTTY: true, columns: 60, rows: 16 }, {}, true],
  ['a pipe', { columns: 60, rows: 16 }, {}, false],
  ['a narrow one', { isTTY: true, columns: 59, rows: 16 }, {}, false],
  ['a low one', { isTTY: true, columns: 60, rows: 15 }, {}, false],
  ['one that does not know its size', { isTTY: true, columns: 0, rows: 0 }, {}, false],
  ['a dumb one', { isTTY: true, columns: 60, rows: 16 }, { TERM: 'dumb' }, false],
  ['that of a CI job', { isTTY: true, columns: 60, rows: 16 }, { CI: 'true' }, false],
  ['one where CI is said to be off', { isTTY: true, columns: 60, rows: 16 }, { CI: 'false' }, true],
])('%s has a screen or not', (_name, stream, environment, has) => {
  expect(hasScreen(stream, environment)).toBe(has);
});

const QUIET = '--live and --quiet: one shows the run, the other does not: leave one of them out.';
test.each<[Record<string, unknown>, readonly string[]]>([
  [{}, []],
  [{ live: 'plain' }, []],
  [{ live: ['plain', 'prometheus'], quiet: true }, [QUIET]],
  [{ live: 'prometheus:9464', quiet: true }, []],
  [
    { live: 'prometheus:70000' },
    ["--live 'prometheus:70000': a port is at most 65535: give a lower one, or 0 for any free one."],
  ],
  [
    { live: 'scren' },
    ["--live 'scren': choose one of screen, plain, web, prometheus, statsd:HOST:PORT; did you mean screen?"],
  ],
  [{ live: 'web' }, []],
  [{ live: 'statsd:[::1]:8125' }, []],
  [
    { live: 'web:1234567' },
    ["--live 'web:1234567': a port is at most 65535: give a lower one, or 0 for any free one."],
  ],
  [
    { live: ['web:70000', 'prometheus:70001'] },
    ['web:70000', 'prometheus:70001'].map(
      (live) => `--live '${live}': a port is at most 65535: give a lower one, or 0 for any free one.`,
    ),
  ],
  ...['statsd:h:0', 'statsd:h:123456'].map((live): [{ live: string }, string[]] => [
    { live },
    [`--live '${live}': a port is from 1 to 65535: give the one that StatsD listens on.`],
  ]),
  [{ live: 'web:8089' }, []],
  ...['collector:4318', 'grpc://me:hidden@h', 'http://%zz@h/'].map((otlp): [{ otlp: string }, string[]] => [
    { otlp },
    [
      `--otlp '${otlp.replace('me:hidden', '…').replace('%zz', '…')}': give the URL of an OpenTelemetry collector, such as http://127.0.0.1:4318.`,
    ],
  ]),
  [
    { live: 'web:0.0.0.0:80' },
    ["--live 'web:0.0.0.0:80': a run is served only on 127.0.0.1: give web, or web:PORT."],
  ],
  [
    { live: 'screen' },
    ["--live 'screen': stderr is not a terminal of at least 60 columns and 16 lines: leave it out."],
  ],
  [
    { live: 'plain', 'no-progress': true },
    ['--live and --no-progress: one shows the run, the other does not: leave one of them out.'],
  ],
])('%j, without a terminal', (values, told) => {
  const problems: string[] = [];
  expect(liveFormFrom(new Parsed(values, []), problems, false)).toEqual({
    liveForm: values['live'] === 'screen' ? 'screen' : 'plain',
    otlp: null,
    scrapePort: /prometheus(?!:7)/.test(String(values['live'])) ? 9_464 : null,
    statsd: String(values['live']).startsWith('statsd:[') ? { hostname: '::1', port: 8_125 } : null,
    webPort: { web: 0, 'web:8089': 8_089 }[String(values['live'])] ?? null,
  });
  expect(problems).toEqual(told);
});

test('a frame clears what was there before it writes, so that a full last line keeps its last character', () => {
  const written: string[] = [];
  const terminal = new Terminal({ write: (text: string) => written.push(text) > 0, columns: 4, rows: 2 });
  terminal.enter();
  terminal.draw(['full', 'last']);
  expect(written.at(-1)?.endsWith('full\r\n\x1b[Jlast\x1b[?2026l')).toBe(true);
});
