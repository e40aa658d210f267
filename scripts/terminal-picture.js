// The picture of the README: a terminal in which volley runs, recorded frame by frame (docs/terminal.svg).
// node scripts/terminal-picture.js; it takes tmux, which is the terminal, and a built volley.
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { svgOf } from './terminal-svg.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BIN = join(ROOT, 'bin/volley.js');
const [COLUMNS, ROWS] = [80, 36];
const EACH_MS = 500;
const LONGEST_MS = 30_000;
const PORT = '8080';
const COMMAND = `volley http://127.0.0.1:${PORT}/delay/20 -c 20 -d 5s --threshold 'p99<50ms'`;

const tmux = (...words) =>
  execFileSync('tmux', ['-L', `volley-picture-${process.pid}`, '-f', '/dev/null', ...words], {
    encoding: 'utf8',
    env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '' },
  });
const frame = () => tmux('capture-pane', '-t', 'picture', '-e', '-p').trimEnd();

const server = spawn(process.execPath, [BIN, 'serve', '--port', PORT], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((resolve) => server.stdout.once('data', resolve));
try {
  const size = ['-x', String(COLUMNS), '-y', String(ROWS)];
  tmux('new-session', '-d', '-s', 'picture', ...size, 'env', '-u', 'NO_COLOR', 'PS1=$ ', 'sh');
  tmux('send-keys', '-t', 'picture', `volley() { '${process.execPath}' '${BIN}' "$@"; }; clear`, 'Enter');
  await delay(EACH_MS);
  tmux('send-keys', '-t', 'picture', '-l', COMMAND);
  await delay(EACH_MS);
  const frames = [frame()];
  tmux('send-keys', '-t', 'picture', 'Enter');
  for (let elapsedMs = 0; elapsedMs < LONGEST_MS; elapsedMs += EACH_MS) {
    await delay(EACH_MS);
    frames.push(frame());
    // The prompt is back.
    if (/\n\S*\$\s*$/.test(stripVTControlCharacters(frames.at(-1)))) break;
  }
  const shown = frames.filter((text, index) => text !== frames[index + 1]);
  const path = join(ROOT, 'docs/terminal.svg');
  writeFileSync(path, svgOf(shown, { columns: COLUMNS, rows: ROWS, eachMs: EACH_MS, title: COMMAND }));
  process.stdout.write(`${path.slice(dirname(ROOT).length + 1)}: ${shown.length} frames\n`);
} finally {
  server.kill();
  tmux('kill-server');
}
