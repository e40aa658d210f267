import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, PINS, pinned } from './measure.js';

const CERTIFICATE = ['cert', 'key'].map((name) =>
  fileURLToPath(new URL(`../test/fixtures/${name}.pem`, import.meta.url)),
);
const LARGER_BODIES = [4_096, 65_536];

/**
 * nginx where it is installed, else the reference server; / has a body of 11 bytes, /bytes/4096 and /bytes/65536 larger
 * ones. nginx also speaks HTTP/2 without TLS (`h2cUrl`), and TLS with either protocol (`tlsUrl`).
 */
export async function startTarget() {
  return isInstalled('nginx') ? startNginx() : startReferenceServer();
}

async function startNginx() {
  const folder = mkdtempSync(join(tmpdir(), 'volley-bench-'));
  const [port, h2cPort, tlsPort] = [await freePort(), await freePort(), await freePort()];
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  // nginx's workers may be another user.
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'bytes'));
  for (const length of LARGER_BODIES) writeFileSync(join(folder, `bytes/${length}`), 'x'.repeat(length));
  const [cert, key] = CERTIFICATE;
  const hello = 'location / { default_type text/plain; return 200 "hello world"; }';
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 20000; }
http { access_log off; keepalive_requests 1000000000; ${temporary.join(' ')}
  server { listen 127.0.0.1:${port} backlog=4096; ${hello}
    location /bytes/ { default_type text/plain; root ${folder}; open_file_cache max=1; } }
  server { listen 127.0.0.1:${h2cPort} http2; ${hello} }
  server { listen 127.0.0.1:${tlsPort} ssl http2; ssl_certificate ${cert}; ssl_certificate_key ${key}; ${hello} } }
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
    h2cUrl: `http://127.0.0.1:${h2cPort}/`,
    tlsUrl: `https://127.0.0.1:${tlsPort}/`,
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

export async function freePort() {
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
