// What one step costs by itself. Usage: npm run bench:micro
import { Bench } from 'tinybench';
import { emptyTally, mergeTallies, tallyOf } from '../dist/src/main/collect/merge.js';
import { Series } from '../dist/src/main/collect/series.js';
import { Tally } from '../dist/src/main/collect/tally.js';
import { checkOptions } from '../dist/src/main/plan/resolve.js';
import { split } from '../dist/src/main/plan/split.js';
import { renderHtml } from '../dist/src/main/reporters/html/html-report.js';
import { Histogram } from '../dist/src/metrics/histogram.js';
import { OUTCOME } from '../dist/src/protocol/report.js';
import { blockByteLength, columnsOf, layoutOf } from '../dist/src/protocol/samples.js';
import { createMonotonicClock } from '../dist/src/time/clock.js';
import { EVENT, ResponseParser } from '../dist/src/workers/clients/wire/http1/response-parser.js';
import { Recorder } from '../dist/src/workers/record/recorder.js';
import { longRun } from '../dist/test/support/pages.js';
import { renderPlain } from './table.js';

const ROWS = 2_048;
const LAYOUT = layoutOf({ mix: [1] });
const answer = Buffer.from(
  'HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sun, 01 Jan 2026 00:00:00 GMT\r\n' +
    'Content-Type: text/plain\r\nContent-Length: 11\r\nConnection: keep-alive\r\n\r\nhello world',
);
const clock = createMonotonicClock();
const histogram = new Histogram();
const parser = new ResponseParser();
const marks = { intendedMs: 1, dispatchedMs: 1, sentMs: 1.1, firstByteMs: 1.5, status: 200, bodyBytes: 11 };
const block = blockOfRows();
const plan = { ...checkOptions({ url: 'http://127.0.0.1/', workers: 8, requests: 10_007 }) };
const tallies = [1, 2].map(() => {
  const tally = new Tally();
  tally.fold(block, recordsOf());
  return tallyOf(tally);
});

const bench = new Bench({ time: 500 });
const perCall = new Map();
const add = (name, count, step) => {
  perCall.set(name, count);
  bench.add(name, step);
};

add('clock: one look', 1, () => clock.nowMs());
add('histogram: one value', 1_000, () => {
  for (let index = 0; index < 1_000; index++) histogram.add(0.2 + index / 500);
});
add('wire: one answer of 160 bytes parsed', 1, () => {
  parser.begin(false);
  let at = 0;
  let event = EVENT.more;
  while (event !== EVENT.end) {
    event = parser.next(answer, at, answer.length);
    at = parser.at;
  }
});
const recorder = new Recorder({ post: (_message, [buffer]) => recorder.folded(buffer) }, LAYOUT, () => {});
add('recorder: one request', ROWS, () => {
  for (let row = 0; row < ROWS; row++) recorder.add(marks, 2, OUTCOME.ok, 0);
});
add('tally: one request folded', ROWS, () => new Tally().fold(block, recordsOf()));
add('merge: two workers', 1, () => mergeTallies(mergeTallies(emptyTally(), tallies[0]), tallies[1]));
add('split: a plan over 8 workers', 1, () => split(plan));
const tenMinutes = longRun(600, 1_000);
add('html: the page of ten minutes', 1, () => renderHtml(tenMinutes));

await bench.run();
recorder.close();
console.log(
  renderPlain(
    ['', 'median', 'p99', 'samples'],
    bench.tasks.map(({ name, result }) => {
      const { p50, p99, samplesCount } = result.latency;
      const shown = (milliseconds) =>
        milliseconds > 10
          ? `${milliseconds.toFixed(0)} ms`
          : `${((milliseconds * 1e6) / perCall.get(name)).toFixed(0)} ns`;
      return [name, shown(p50), shown(p99), String(samplesCount)];
    }),
  ),
);

function blockOfRows() {
  const buffer = new ArrayBuffer(blockByteLength(LAYOUT, ROWS));
  const block = { buffer, layout: LAYOUT, capacity: ROWS, count: ROWS };
  const columns = columnsOf(block);
  for (let row = 0; row < ROWS; row++) {
    columns.intendedMs[row] = row / 10;
    columns.serviceMs[row] = 0.3 + (row % 100) / 1_000;
    columns.firstByteMs[row] = 0.2;
    columns.status[row] = 200;
    columns.outcome[row] = OUTCOME.ok;
  }
  return block;
}

function recordsOf() {
  return {
    windowEndMs: Number.POSITIVE_INFINITY,
    series: new Series(),
    backlog: null,
    headline: 'service',
    start: null,
    mix: [],
  };
}
