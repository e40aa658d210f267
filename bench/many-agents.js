// One run over many simulated agents, with messages of real agents; prints the memory that it took. Usage: AGENTS
import { peakRssKib } from '../dist/src/machine/peak-memory.js';
import { submit } from '../dist/test/support/cluster.js';
import { finalStateOf, SimulatedFleet } from '../dist/test/support/simulated-fleet.js';
import { startTarget } from './target.js';

const SECONDS = 10;
const RATE = 200;
const MB = 2 ** 20;
const agents = Number(process.argv[2]);

const target = await startTarget();
const load = { url: target.url, duration: `${SECONDS}s`, pacing: 'eco', arrivals: 'constant' };
const state = await finalStateOf({ ...load, rate: RATE, concurrency: 8 });
await target.stop();
const fleet = new SimulatedFleet(state, SECONDS * 1_000);
const before = process.memoryUsage.rss();
const { summary } = await submit(
  fleet,
  { ...load, rate: RATE * agents, concurrency: 8 * agents },
  { agents, joinTimeoutMs: 60_000 },
);
const { requests } = await summary;
process.stdout.write(
  JSON.stringify({
    ...{ peakMb: peakRssKib() / 1_024, beforeMb: before / MB },
    ...{ messageBytes: fleet.carriedBytes, sent: requests.sent },
  }),
);
