// What reading streams of tokens costs: CPU per token event, as a ratio to a bare loop with undici that stamps and parses
// the same streams, paired by round. Start-up is left out: each figure is the difference between a long and a short run.
// Usage: npm run bench:streams -- [--rounds 7] [--requests 1000] [--output table|markdown]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measure, median, PINS, pinned } from './measure.js';
import { renderPlain, renderTable } from './table.js';
import { VOLLEY } from './tools.js';

const BARE = fileURLToPath(new URL('bare-streams.mjs', import.meta.url));
const STREAMS = 50;
const TOKENS = 100;
const GAP_MS = 5;
/** How many times the CPU of the bare loop a token event may take. */
const BOUND = 1.5;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '1000' },
    output: { type: 'string', default: 'table' },
  },
});
const [rounds, requests] = [options.rounds, options.requests].map(Number);

const model = await startModel();
const url = `${model.url}v1/chat/completions?ttft=${GAP_MS}&gap=${GAP_MS}&tokens=${TOKENS}`;
const readers = [bare(), ...['wire', 'undici'].map(volley)];
try {
  const micros = readers.map(() => []);
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    const order = readers.map((_, index) => index);
    for (const index of round % 2 === 0 ? order : order.toReversed())
      micros[index].push(await microsPerToken(readers[index]));
  }
  const render = options.output === 'markdown' ? renderTable : renderPlain;
  console.log(
    `${STREAMS} streams at once, a token event each ${GAP_MS} ms, ${rounds} rounds of ` +
      `${(requests * TOKENS).toLocaleString('en-US')} events, ` +
      `${PINS.client === null ? 'not pinned' : 'client and server pinned to a core each'}\n`,
  );
  const header = ['', 'CPU µs/event', 'min – max', '÷ bare loop', 'min – max', 'bound', ''];
  console.log(
    render(
      header,
      readers.map(({ name }, index) => row(name, micros[index], micros[0], index)),
    ),
  );
} finally {
  await model.stop();
}

/** CPU of a long run above that of a short one, for each token event that it has more. */
async function microsPerToken({ run }) {
  const [short, long] = [await measure(run(STREAMS)), await measure(run(STREAMS + requests))];
  const total = ({ cpuMicros, requests: events }) => cpuMicros * events;
  return (total(long) - total(short)) / (long.requests - short.requests);
}

function bare() {
  return {
    name: 'bare undici loop',
    run: (count) => ({
      command: process.execPath,
      args: [BARE, url, STREAMS, count].map(String),
      read: (output) => events(JSON.parse(output).tokens, count),
    }),
  };
}

function volley(client) {
  return {
    name: `volley ${client}`,
    run: (count) => ({
      command: process.execPath,
      args: [
        [VOLLEY, url, '--preset', 'openai-chat', '--model', 'mock', '--tokens', 'events', '-o', 'json'],
        ['--client', client, '-w', 1, '-c', STREAMS, '-n', count, '--timeout', '60s'].map(String),
      ].flat(),
      read: (output) => events(JSON.parse(output).streams.tokens.events, count),
    }),
  };
}

/** `measure` divides by what it calls requests: here, token events. */
function events(count, asked) {
  if (count !== asked * TOKENS) throw new Error(`${count} of ${asked * TOKENS} token events`);
  return { requests: count, p50Ms: null };
}

function row(name, micros, reference, index) {
  const ratios = micros.map((value, round) => value / reference[round]);
  const [cpu, ratio] = [median(micros), median(ratios)];
  const range = (values, digits) =>
    `${Math.min(...values).toFixed(digits)} – ${Math.max(...values).toFixed(digits)}`;
  return [
    ...[name, cpu.toFixed(1), range(micros, 1), ratio.toFixed(2), range(ratios, 2)],
    ...(index === 0 ? ['', ''] : [`≤ ${BOUND}`, ratio <= BOUND ? 'reached' : 'missed']),
  ];
}

async function startModel() {
  const args = [VOLLEY, 'serve', '--model', '--port', '0'];
  const child = spawn(...pinned(PINS.server, process.execPath, args), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return {
    url: /listening on (\S+)/.exec(String(line))[1],
    stop: async () => {
      child.kill('SIGINT');
      await once(child, 'close');
    },
  };
}
