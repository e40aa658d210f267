// A bare loop that reads streams of tokens with undici: stamps each read, parses its events, and keeps the times of tokens.
// Usage: node bare-streams.mjs URL CONCURRENCY REQUESTS
import { createParser } from 'eventsource-parser';
import { Agent, request } from 'undici';

const [url, concurrency, requests] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const dispatcher = new Agent({ connections: concurrency, pipelining: 1 });
const body = JSON.stringify({
  model: 'mock',
  messages: [{ role: 'user', content: 'Tell me in a few sentences how the sea became salty.' }],
  max_tokens: 128,
  stream: true,
});
let left = requests;
let tokens = 0;

async function ask() {
  const timesMs = [];
  let readAtMs = 0;
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') return;
      const content = JSON.parse(data).choices[0]?.delta?.content;
      if (typeof content === 'string' && content !== '') timesMs.push(readAtMs);
    },
  });
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    dispatcher,
  });
  for await (const chunk of answer.body) {
    readAtMs = performance.now();
    parser.feed(decoder.decode(chunk, { stream: true }));
  }
  if (answer.statusCode !== 200) throw new Error(`answered with ${answer.statusCode}`);
  tokens += timesMs.length;
}

await Promise.all(
  Array.from({ length: concurrency }, async () => {
    while (left > 0) {
      left--;
      await ask();
    }
  }),
);
await dispatcher.close();
console.log(JSON.stringify({ tokens }));
