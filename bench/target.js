import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, PINS, pinned } from './measure.js';

/** nginx where it is installed, else the reference server; / has a body of 11 bytes, /bytes/4096 a larger one. */
export async function startTarget() {
  return isInstalled('nginx') ? startNginx() : startReferenceServer();
}

async function startNginx() {
  const folder = mkdtempSync(join(tmpdir(), 'volley-bench-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  // nginx's workers may be another user.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'bytes'));
  writeFileSync(join(folder, 'bytes/4096'), 'x'.repeat(4_096));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 20000; }
http { access_log off; keepalive_requests 1000000000; ${temporary.join(' ')}
  server { listen 127.0.0.1:${port} backlog=4096; location / { default_type text/plain; return 200 "hello world"; }
    location /bytes/ { default_type text/plain; root ${folder}; open_file_cache max=1; } } }
`,
  );
  const child = spawn(...pinned(PINS.server, 'nginx', ['-c', join(folder, 'nginx.conf')]), {
    stdio: 'ignore',
  });
  await reachable(port);
  const version = /nginx\/\S+/.exec(spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr);
  return {
    name: String(version),
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      child.kill('SIGQUIT');
      await once(child, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}

async function startReferenceServer() {
  const volley = fileURLToPath(new URL('../bin/volley.js', import.meta.url));
  const child = spawn(...pinned(PINS.server, process.execPath, [volley, 'serve', '--port', '0']), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return {
    name: 'the reference server',
    url: /listening on (\S+)/.exec(String(line))[1],
    stop: async () => {
      child.kill('SIGINT');
      await once(child, 'close');
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function reachable(port) {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`nothing answers on port ${port}`);
}
