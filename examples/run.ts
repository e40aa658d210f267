// A load test as a part of a program: watched while it runs, and judged by its result.
// node examples/run.ts http://127.0.0.1:8080/
import { start, VolleyError } from 'volley';

const [url = 'http://127.0.0.1:8080/'] = process.argv.slice(2);

try {
  const run = await start({
    url,
    requests: 2_000,
    concurrency: 10,
    expectStatus: 200,
    thresholds: ['p99<500ms', 'error-rate<1%'],
  });
  for await (const { ended, p99Ms } of run.progress(200))
    console.log('so far', ended, 'requests, p99', p99Ms, 'ms');

  const { requests, latencyMs, thresholds, generator } = await run.summary;
  console.log('ok', requests.ok, 'failed', requests.failed);
  // A percentile that the sample is too small for is null.
  console.log('p99', latencyMs.service.percentiles['99'], 'ms');
  console.log('verdict', generator.verdict);
  process.exitCode = thresholds.every(({ ok }) => ok) ? 0 : 1;
} catch (error) {
  // Nothing was sent: the options have problems, or the host's name is unknown.
  if (!(error instanceof VolleyError)) throw error;
  for (const { message } of error.problems) console.error(message);
  process.exitCode = 2;
}
