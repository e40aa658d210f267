// A user's way: log in, take the token, list, open the first item. Each request follows from the answer before it.
// TARGET=http://127.0.0.1:8080 volley run examples/login.ts
// `volley serve` answers /echo with what it was sent and /headers with the headers it got: put your own paths there.
import { fail, scenario, url } from 'volley';

const options = {
  executor: 'shared-iterations',
  vus: 5,
  iterations: 50,
  baseURL: process.env['TARGET'] ?? 'http://127.0.0.1:8080',
  thresholds: ['p95(iteration)<2s', 'p95{login}<1s', 'p95{GET /bytes/{}}<1s'],
} as const;

export default scenario(options, async (vu) => {
  // Where the answer has no token, pick throws, and the iteration has failed.
  const login = await vu.http.post('/echo', { name: 'login', json: { token: `token-of-${vu.id}` } });
  const headers = { authorization: `Bearer ${login.pick<string>('token')}` };

  // Think time is in no request's time and not in the iteration's response.
  await vu.sleep('10ms', '50ms');
  const list = await vu.http.post('/echo', { name: 'list', headers, json: [{ size: 100 }, { size: 200 }] });
  const [first] = list.json<{ size: number }[]>();
  if (first === undefined) fail('no items');

  // Called GET /bytes/{} in the result, whatever the number.
  await vu.http.get(url`/bytes/${first.size}`, { headers, expect: 200 });
  vu.check(await vu.http.get('/headers', { headers }), {
    'is logged in': (answer) => answer.pick('headers.authorization') === headers.authorization,
  });
});
