// What runs over agents cost, and whether every start of a plan is carried out once. Takes redis-server; some three minutes.
// Usage: npm run bench:agents -- [--rounds 5] [--requests 200000] [--rate 40000] [--seconds 10] [--agents 1000]
//   [--output table|markdown]
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isInstalled, median, PINS, pinned } from './measure.js';
import { renderPlain, renderTable } from './table.js';
import { freePort } from './target.js';

const CLI = fileURLToPath(new URL('../bin/volley.js', import.meta.url));
const MANY = fileURLToPath(new URL('many-agents.js', import.meta.url));
const TARGET = fileURLToPath(new URL('numbered-target.js', import.meta.url));
const AGENTS = 4;
const MS_PER_TICK = 10;
const LOAD = ['-c', '50', '--client', 'wire'];
/** A longer run has so many times the requests of a shorter one. */
const LONGER = 3;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '200000' },
    rate: { type: 'string', default: '40000' },
    seconds: { type: 'string', default: '10' },
    agents: { type: 'string', default: '1000' },
    output: { type: 'string', default: 'table' },
  },
});
const [rounds, requests, rate, seconds, many] = ['rounds', 'requests', 'rate', 'seconds', 'agents'].map(
  (name) => Number(options[name]),
);
if (!isInstalled('redis-server')) throw new Error('redis-server is missing: apt-get install redis-server');

const planned = rate * seconds;
const brokerPort = await freePort();
const broker = spawn(
  'redis-server',
  ['--port', String(brokerPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
  { stdio: ['ignore', 'pipe', 'ignore'] },
);
for await (const text of broker.stdout.iterator({ destroyOnReturn: false }))
  if (String(text).includes('Ready to accept')) break;
broker.stdout.resume();
process.env.VOLLEY_BROKER = `redis://127.0.0.1:${brokerPort}`;
const target = fork(TARGET, [String(planned)]);
const [{ port }] = await once(target, 'message');
const url = `http://127.0.0.1:${port}/?n={{n}}`;
const agents = [];
try {
  for (let index = 1; index <= AGENTS; index++) agents.push(await startAgent(`agent-${index}`));
  const rows = [
    ...(await costRows()),
    ...(await startRows()),
    ...(await rateRows()),
    ...(await memoryRows()),
  ];
  console.log((options.output === 'markdown' ? renderTable : renderPlain)(['', '', ''], rows));
} finally {
  for (const agent of agents) agent.kill('SIGKILL');
  target.disconnect();
  broker.kill();
}

/**
 * CPU per request over one agent ÷ the same run without agents, in turns: what a longer run takes more than a shorter one;
 * and what a run takes besides, since over agents there is one process more to start.
 */
async function costRows() {
  const [ratios, besides] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const [alone, over] =
      round % 2 === 0 ? [await aloneMs(), await overMs()] : [await overMs(), await aloneMs()].reverse();
    ratios.push((over.longer - over.shorter) / (alone.longer - alone.shorter));
    besides.push(over.shorter - alone.shorter);
  }
  return [
    [
      'CPU per request over one agent ÷ on one machine',
      `${median(ratios).toFixed(3)}`,
      `${Math.min(...ratios).toFixed(3)} – ${Math.max(...ratios).toFixed(3)}`,
    ],
    [
      'CPU of a run over one agent beside that of its requests',
      `${median(besides).toFixed(0)} ms`,
      `${Math.min(...besides).toFixed(0)} – ${Math.max(...besides).toFixed(0)} ms`,
    ],
  ];
}

/** CPU of a shorter and a longer run on this machine. */
async function aloneMs() {
  const cpuMs = async (count) => (await run([...LOAD, '-n', String(count), '-w', '1'])).cpuMs;
  return { shorter: await cpuMs(requests), longer: await cpuMs(LONGER * requests) };
}

/** The same over one agent, with what the agents take. */
async function overMs() {
  const cpuMs = async (count) => {
    const before = agentsCpuMs();
    const { cpuMs: own } = await run([...LOAD, '-n', String(count), '--agents', '1']);
    return own + agentsCpuMs() - before;
  };
  return { shorter: await cpuMs(requests), longer: await cpuMs(LONGER * requests) };
}

/** How much later a run over one agent has ended than the same run without agents, in turns: it hardly sends anything. */
async function startRows() {
  const load = ['-n', '10', '-c', '1'];
  const timed = async (words) => {
    const before = performance.now();
    await run([...load, ...words]);
    return (performance.now() - before) / 1_000;
  };
  const later = [];
  for (let round = 0; round < rounds; round++) {
    const alone = await timed(['-w', '1']);
    later.push((await timed(['--agents', '1'])) - alone);
  }
  return [
    [
      'ends later over one agent than on one machine, ten requests',
      `${median(later).toFixed(2)} s`,
      `${Math.min(...later).toFixed(2)} – ${Math.max(...later).toFixed(2)} s`,
    ],
  ];
}

/** Each start of an open plan, over all agents and at the target. */
async function rateRows() {
  await seen();
  const { summary } = await run(
    ['-r', String(rate), '-d', `${seconds}s`, '-c', '400', '--client', 'wire', '--agents', String(AGENTS)],
    [0, 3],
  );
  const { once: single, twice, others } = await seen();
  const { scheduled, sent, ok } = summary.requests;
  const parts = summary.agents.map((agent) => `${agent.sent} of ${agent.planned}`).join(', ');
  return [
    [`${rate}/s over ${AGENTS} agents: planned, sent, ok`, `${scheduled}, ${sent}, ${ok}`, parts],
    [
      'came once, twice or more, other requests',
      `${single}, ${twice}, ${others}`,
      single === planned && sent === planned && twice + others === 0 ? 'each start once' : 'NOT EACH ONCE',
    ],
  ];
}

/** Of the process that collects many agents, who are simulated in it and keep nothing. */
async function memoryRows() {
  const child = spawn(...pinned(PINS.client, process.execPath, [MANY, String(many)]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const { peakMb, beforeMb, messageBytes, sent } = JSON.parse(text);
  return [
    [
      `memory of a run over ${many} agents`,
      `${peakMb.toFixed(0)} MB`,
      `${beforeMb.toFixed(0)} MB before it; ${(messageBytes / 1e6).toFixed(1)} MB of messages, ${sent} requests`,
    ],
  ];
}

async function startAgent(name) {
  const words = ['agent', '--name', name, '--allow-target', `127.0.0.1:${port}`, '-w', '1'];
  const child = spawn(...pinned(PINS.client, process.execPath, [CLI, ...words]), {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const text of child.stderr.iterator({ destroyOnReturn: false }))
    if (String(text).includes('waits in pool')) break;
  child.stderr.resume();
  return child;
}

async function run(words, codes = [0]) {
  const before = childrenCpuMs();
  const child = spawn(...pinned(PINS.client, process.execPath, [CLI, url, '-q', '-o', 'json', ...words]), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  if (!codes.includes(code)) throw new Error(`volley ${words.join(' ')} ended with ${code}: ${errors}`);
  return { summary: JSON.parse(output), cpuMs: childrenCpuMs() - before };
}

async function seen() {
  target.send('count');
  const [counts] = await once(target, 'message');
  return counts;
}

// proc(5), fields 14 to 17, in clock ticks of 10 ms.
function agentsCpuMs() {
  return agents.reduce((sum, { pid }) => sum + (ticks(pid, 13) + ticks(pid, 14)) * MS_PER_TICK, 0);
}

function childrenCpuMs() {
  return (ticks('self', 15) + ticks('self', 16)) * MS_PER_TICK;
}

function ticks(pid, field) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[field - 2]);
}
