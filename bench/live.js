// What the live screen costs: CPU of the main thread with the screen and with a plain line, in turns, as a share of
// the workers' CPU. Both run on a terminal of 120 × 40 (util-linux' script makes it).
// Usage: npm run bench:live -- [seconds of a run, default 10] [rounds, default 6]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, median, PINS, pinned } from './measure.js';
import { renderTable } from './table.js';
import { startTarget } from './target.js';

const VOLLEY = fileURLToPath(new URL('../bin/volley.js', import.meta.url));
const [seconds, rounds] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 6)];
const COLUMNS = 120;
const ROWS = 40;
const HEADING = [
  'load',
  'workers',
  'main, screen',
  'main, plain',
  'difference',
  'min – max',
  'of the workers',
];
const WAYS = ['screen', 'plain'];
const LOADS = [
  { title: 'closed, 50 connections', args: ['-c', '50'] },
  { title: 'open, 1,000/s', args: ['-r', '1000'] },
];
/** Of the workers' CPU, where they are busy: with little to do any screen is much of it. */
const MOST_SHARE = 0.01;

if (process.platform !== 'linux' || !isInstalled('script')) {
  console.error('bench:live needs Linux and the command script (util-linux), which makes terminals.');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'volley-bench-live-'));
const target = await startTarget();
try {
  const rows = [];
  for (const load of LOADS) rows.push(await costOf(load));
  console.log(renderTable(HEADING, rows.map(cellsOf)));
  const [busy] = rows;
  const isCheap = busy.share < MOST_SHARE;
  console.log(
    `\nUnder ${MOST_SHARE * 100} % of the workers' CPU where they are busy: ${isCheap ? 'yes' : 'NO'}`,
  );
  if (!isCheap) process.exitCode = 1;
} finally {
  await target.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** In every other round the order is the other one. */
async function costOf({ title, args }) {
  const measured = [];
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${title}: round ${round + 1} of ${rounds}\n`);
    const took = {};
    for (const way of round % 2 === 0 ? WAYS : WAYS.toReversed())
      took[way] = await cpuOf(
        way,
        args,
        join(folder, `${title}-${way}-${round}.json`.replaceAll(/[ ,/]/g, '')),
      );
    measured.push(took);
  }
  const differences = measured.map(({ screen, plain }) => screen.mainMs - plain.mainMs);
  const middleOf = (of) => median(measured.map(of));
  const workersMs = middleOf(({ screen }) => screen.workersMs);
  return {
    title,
    workersMs,
    screenMs: middleOf(({ screen }) => screen.mainMs),
    plainMs: middleOf(({ plain }) => plain.mainMs),
    differences,
    share: median(differences) / workersMs,
  };
}

async function cpuOf(way, args, file) {
  const volley = [process.execPath, VOLLEY, target.url, ...args, '-w', '1', '-d', `${seconds}s`];
  const command = [...volley, '--live', way, '--out', file].map((word) => `'${word}'`).join(' ');
  const inTerminal = `stty cols ${COLUMNS} rows ${ROWS}; exec ${command}`;
  const child = spawn(...pinned(PINS.client, 'script', ['-qec', inTerminal, '/dev/null']), {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, TERM: 'xterm-256color', CI: '' },
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} exited with ${code}`);
  const { coordinatorCpuMs, workersCpuMs } = JSON.parse(readFileSync(file, 'utf8')).generator;
  return { mainMs: coordinatorCpuMs, workersMs: workersCpuMs };
}

function cellsOf({ title, workersMs, screenMs, plainMs, differences, share }) {
  const ms = (value) => `${value.toFixed(0)} ms`;
  return [
    title,
    ms(workersMs),
    ms(screenMs),
    ms(plainMs),
    ms(median(differences)),
    `${Math.min(...differences).toFixed(0)} – ${Math.max(...differences).toFixed(0)}`,
    `${(share * 100).toFixed(2)} %`,
  ];
}
