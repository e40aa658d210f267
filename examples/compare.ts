// Is the candidate slower than the baseline? Comparing is a command: it measures in processes of its own, so that
// neither side finds code that the other has warmed up.
// node examples/compare.ts http://127.0.0.1:8080/ http://127.0.0.1:8081/ [other load than below]
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The part of the result that is read here; docs/comparing.md has all of it. */
interface Compared {
  readonly metric: string;
  readonly pairs: readonly {
    readonly failures: { readonly decision: string };
    readonly figures: Readonly<Record<string, { readonly ratio: number; readonly decision: string }>>;
  }[];
}

const volley = fileURLToPath(new URL('bin/volley.js', import.meta.resolve('volley/package.json')));
const [baseline = 'http://127.0.0.1:8080/', candidate = baseline, ...options] = process.argv.slice(2);
const load = options.length > 0 ? options : ['-n', '5000', '-c', '10', '--rounds', '8', '--warmup', '500ms'];

const { stdout } = await new Promise<{ stdout: string }>((resolve, reject) => {
  const args = [volley, 'compare', baseline, candidate, ...load, '-o', 'json'];
  execFile(process.execPath, args, (error, stdout) => (error === null ? resolve({ stdout }) : reject(error)));
});
const { metric, pairs } = JSON.parse(stdout) as Compared;
for (const { failures, figures } of pairs) {
  console.log('failures of the baseline:', failures.decision);
  console.log(metric, 'of the baseline:', figures[metric]?.decision, figures[metric]?.ratio);
}
