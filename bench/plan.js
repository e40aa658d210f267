import { RIVALS, volley } from './tools.js';

const CLIENTS = ['wire', 'undici'];
const MODES = ['threads', 'processes', 'inline'];
const BASE = { connections: 50, path: '/', body: '11 B' };

const eachClient = (...forms) =>
  CLIENTS.flatMap((client) => forms.map((form) => volley({ client, ...form })));
const named = (...names) => RIVALS.filter(({ name }) => names.includes(name));

/** What is measured together: the tools of a group take turns, and its first one is what ratios refer to. */
export const GROUPS = [
  { title: 'all tools', ...BASE, tools: [...RIVALS, ...eachClient(...MODES.map((mode) => ({ mode })))] },
  {
    title: 'workers, all on one core',
    ...BASE,
    tools: ['threads', 'processes'].flatMap((mode) =>
      eachClient({ mode, workers: 1 }, { mode, workers: 2 }, { mode, workers: 4 }),
    ),
  },
  ...[10, 500].map((connections) => ({
    title: `${connections} connections`,
    ...BASE,
    connections,
    tools: [...named('wrk', 'autocannon'), ...eachClient({})],
  })),
  {
    title: 'a body of 4 KiB',
    ...BASE,
    path: '/bytes/4096',
    body: '4 KiB',
    tools: [...named('wrk', 'autocannon'), ...eachClient({})],
  },
  {
    title: 'a body of 64 KiB',
    ...BASE,
    path: '/bytes/65536',
    body: '64 KiB',
    tools: [...named('wrk', 'autocannon'), ...eachClient({})],
  },
  {
    title: 'POST of 1 KiB',
    ...BASE,
    tools: eachClient({ flags: ['-m', 'POST', '-b', 'x'.repeat(1_024)] }),
  },
];

/** One look. */
export const QUICK = [
  { title: 'a quick look', ...BASE, tools: [...named('wrk', 'autocannon'), ...eachClient({})] },
];

/** Every combination of client, mode, workers, connections and body. */
export const EVERY_COMBINATION = [10, 50, 500].flatMap((connections) =>
  [BASE, { path: '/bytes/4096', body: '4 KiB' }].map(({ path, body }) => ({
    title: `${connections} connections, ${body}`,
    connections,
    path,
    body,
    tools: [
      ...named('wrk'),
      ...eachClient(
        ...['threads', 'processes'].flatMap((mode) => [1, 2, 4].map((workers) => ({ mode, workers }))),
        { mode: 'inline' },
      ),
    ],
  })),
);
