// The flow of bench/scenarios.js in autocannon: what an answer says is in a header of the next request.
// Usage: node rival-flow.mjs URL CONNECTIONS REQUESTS
import autocannon from 'autocannon';

const [url, connections, amount] = process.argv.slice(2);
const requests = [
  {
    onResponse: (_status, body, context) => {
      context.word = /hello (\w+)/.exec(body)[1];
    },
  },
  {
    setupRequest: (request, { word }) => ({ ...request, headers: { authorization: `Bearer ${word}` } }),
  },
];
const { '2xx': ok } = await autocannon({
  ...{ url, requests, pipelining: 1 },
  ...{ connections: Number(connections), amount: Number(amount) },
});
console.log(JSON.stringify({ ok }));
