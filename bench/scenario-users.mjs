// What users do in bench/scenarios.js, which says by --only, --vus and --iterations which of these and how much of it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defineTest } from 'volley';

/** So many requests are one iteration, as in a flow. */
const PER_ITERATION = 20;
const BY_COUNT = { executor: 'shared-iterations', vus: 50, iterations: 1, maxDuration: '10m' };
const BY_TIME = { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: 0 };

/** Whether it is the first user's first iteration: a run without a request and a completed iteration has failed. */
const isFirst = (vu) => vu.id === 1 && vu.iteration === 0;

/** By then all users sleep: what they hold of the worker's heap, without garbage. */
async function tellHeap(vu) {
  await vu.sleep('4s');
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  vu.metrics.heapKb.set(process.memoryUsage().heapUsed / 1_024);
}

export default defineTest({
  baseURL: process.env.BENCH_TARGET,
  metrics: { wakes: 'counter', lateMs: 'trend', heapKb: 'gauge' },
  scenarios: {
    get: {
      load: BY_COUNT,
      async exec(vu) {
        for (let count = 0; count < PER_ITERATION; count++) await vu.http.get('/');
      },
    },
    group: {
      load: BY_COUNT,
      async exec(vu) {
        for (let count = 0; count < PER_ITERATION; count++) await vu.group('one', (vu) => vu.http.get('/'));
      },
    },
    follow: {
      load: BY_COUNT,
      async exec(vu) {
        const word = (await vu.http.get('/')).match(/hello (\w+)/);
        await vu.http.get('/', { headers: { authorization: `Bearer ${word}` } });
      },
    },
    iteration: { load: BY_COUNT, exec: (vu) => vu.http.get('/').then(() => {}) },
    idle: {
      load: BY_TIME,
      async exec(vu) {
        if (isFirst(vu)) {
          await vu.http.get('/');
          await tellHeap(vu);
        } else await vu.sleep('1h');
      },
    },
    connected: {
      load: BY_TIME,
      async exec(vu) {
        await vu.http.get('/');
        if (isFirst(vu)) await tellHeap(vu);
        else await vu.sleep('1h');
      },
    },
    waking: {
      load: BY_TIME,
      async exec(vu) {
        if (isFirst(vu)) {
          await vu.http.get('/');
          return;
        }
        // Not all at once.
        await vu.sleep(0, '1s');
        for (let dueMs = performance.now(); ; ) {
          dueMs += 1_000;
          await vu.sleep(Math.max(0, dueMs - performance.now()));
          vu.metrics.wakes.add();
          vu.metrics.lateMs.add(performance.now() - dueMs);
        }
      },
    },
  },
});
