import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { atServerMs, immediateAnswers } from '../../src/main/doctor/known-answers.ts';
import { Checks, type Experiment } from './check.ts';
import { brief, observe, percentileOf } from './harness.ts';

const immediate: Experiment = {
  name: 'immediate answer, 1000/s, precise',
  async run(isShort) {
    const seconds = isShort ? 2 : 10;
    let onWire: readonly number[] | null = null;
    const { scenario, options, count } = immediateAnswers(1_000, seconds * 1_000);
    const { summary, requests, recorded, log, disordered } = await observe(
      scenario,
      options,
      canCapture()
        ? {
            ...brief(isShort),
            port: async (port) => {
              const stop = await capture(port);
              return async () => {
                onWire = await stop();
              };
            },
          }
        : brief(isShort),
    );
    const checks = new Checks();
    checks.exact('requests, ok', `${count}, ${count}`, `${summary.requests.sent}, ${summary.requests.ok}`);
    checks.exact('requests at the server, with the warm-up', recorded, log.arrivedMs.length);
    checks.exact('stamps in disorder', 0, disordered);
    const measured = summary.latencyMs.service.percentiles['50'] ?? Number.NaN;
    const between = onWire as readonly number[] | null;
    if (between === null) {
      // Without a capture: the server's own time, and what it takes to and from it over the loopback.
      const atServer = percentileOf(requests.map(atServerMs), 50);
      checks.between('service p50 above the server’s own', 0, 0.2, measured - atServer);
    } else {
      checks.exact('requests and answers on the wire', recorded, between.length);
      checks.near(
        'service p50 against the packets',
        percentileOf(between.slice(recorded - requests.length), 50),
        0.05,
        measured,
      );
    }
    checks.below('response p50', 0.3, summary.latencyMs.response.percentiles['50'] ?? Number.NaN);
    return checks.list;
  },
};

function canCapture(): boolean {
  return process.getuid?.() === 0 && spawnSync('tcpdump', ['--version']).status === 0;
}

/** Captures the loopback; the function stops it and gives the times between request and answer, in ms. */
async function capture(port: number): Promise<() => Promise<number[]>> {
  const args = [
    '-i',
    'lo',
    '-nn',
    '-tt',
    '--nano',
    '-B',
    '16384',
    '-q',
    '-l',
    `tcp port ${port} and tcp[tcpflags] & tcp-push != 0`,
  ];
  const tcpdump = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  tcpdump.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(tcpdump.stderr, 'data');
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    tcpdump.kill('SIGINT');
    await once(tcpdump, 'close');
    return gapsIn(output, port);
  };
}

/** Pairs each packet to the server with the next one from it on the same connection. */
function gapsIn(output: string, port: number): number[] {
  const asked = new Map<string, bigint>();
  const gaps: number[] = [];
  for (const line of output.split('\n')) {
    const [, seconds, nanos, source, target] = /^(\d+)\.(\d{9}) IP (\S+) > (\S+):/.exec(line) ?? [];
    if (seconds === undefined || nanos === undefined || source === undefined || target === undefined)
      continue;
    const atNanos = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
    if (target.endsWith(`.${port}`)) {
      asked.set(source, atNanos);
    } else {
      const askedAt = asked.get(target);
      asked.delete(target);
      if (askedAt !== undefined) gaps.push(Number(atNanos - askedAt) / 1e6);
    }
  }
  return gaps;
}

export const WIRE_EXPERIMENTS: readonly Experiment[] = [immediate];
