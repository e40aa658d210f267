// CPU time per request of volley's modes and of wrk where it is installed, in alternating rounds of one
// run. Usage: npm run bench -- [rounds] [seconds]

import { measure, median, PINS } from './measure.js';
import { renderTable } from './table.js';
import { startTarget } from './target.js';
import { toolsFor } from './tools.js';

const [rounds = 5, seconds = 3] = process.argv.slice(2).map(Number);
const CONNECTIONS = 50;

const target = await startTarget();
try {
  const tools = toolsFor(target.url, CONNECTIONS, seconds);
  const results = new Map(tools.map(({ name }) => [name, []]));
  console.log(
    `${target.name}, ${CONNECTIONS} connections, one worker, ${rounds} rounds of ${seconds} s, ` +
      `${PINS.client === null ? 'not pinned' : 'client and server pinned to different cores'}\n`,
  );
  for (let round = 0; round < rounds; round++) {
    // Every other round runs backwards, so that no tool is always first.
    for (const tool of round % 2 === 0 ? tools : tools.toReversed()) {
      results.get(tool.name).push(await measure(tool));
    }
  }
  const [reference] = [...results.values()];
  console.log(
    renderTable(
      ['', 'CPU µs/request', 'min – max', `÷ ${tools[0].name}`, 'requests/s'],
      [...results].map(([name, list]) => {
        const cpu = list.map(({ cpuMicros }) => cpuMicros);
        const ratios = list.map(({ cpuMicros }, round) => cpuMicros / reference[round].cpuMicros);
        return [
          name,
          median(cpu).toFixed(1),
          `${Math.min(...cpu).toFixed(1)} – ${Math.max(...cpu).toFixed(1)}`,
          median(ratios).toFixed(2),
          Math.round(median(list.map(({ perSecond }) => perSecond))).toLocaleString('en-US'),
        ];
      }),
    ),
  );
} finally {
  await target.stop();
}
