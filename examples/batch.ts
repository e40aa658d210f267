// Rows go in, answers come out, one after the other: nothing is held in memory but what is under way.
// node examples/batch.ts http://127.0.0.1:8080/
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

interface Row {
  readonly id: number;
  readonly url: string | null;
  readonly volley_status: number | null;
  readonly volley_error: string | null;
}

const volley = fileURLToPath(new URL('bin/volley.js', import.meta.resolve('volley/package.json')));
const [base = 'http://127.0.0.1:8080/'] = process.argv.slice(2);

function* rows(): Generator<string> {
  for (let id = 1; id <= 100; id++) yield `${JSON.stringify({ id })}\n`;
}

const batch = spawn(
  process.execPath,
  [volley, 'batch', '-', `${base}headers?id={{id}}`, '-c', '10', '--retries', '2', '--select', 'url=url'],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
Readable.from(rows()).pipe(batch.stdin);

let answered = 0;
for await (const line of createInterface({ input: batch.stdout })) {
  const { id, url, volley_status: status, volley_error: error } = JSON.parse(line) as Row;
  if (status === 200) answered++;
  else console.log('row', id, 'failed:', error);
  if (id === 100) console.log('row 100 asked for', url);
}
console.log('answered', answered);
