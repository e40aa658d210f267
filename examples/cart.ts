// A shop: buyers with a row of users.csv each, and visitors who come at a rate, whatever has become of earlier ones.
// TARGET=http://127.0.0.1:8080 volley run examples/cart.ts
// `volley serve` answers /echo with what it was sent: put your own paths there.
import { csv, defineTest } from 'volley';

export default defineTest({
  baseURL: process.env['TARGET'] ?? 'http://127.0.0.1:8080',
  metrics: { orders: 'counter', 'order-value': 'trend' },
  // Once before all users: what it returns is vu.data.
  async setup({ http }) {
    const shop = await http.post('/echo', { json: { id: 'shop-1' } });
    return shop.json<{ id: string }>();
  },
  scenarios: {
    buy: {
      load: { executor: 'per-vu-iterations', vus: 4, iterations: 5 },
      rows: csv<'user' | 'password' | 'article'>('users.csv', 'per-vu'),
      // Once for each user: its iterations have the token.
      async vuSetup(vu) {
        const { user, password } = vu.row;
        const login = await vu.http.post('/echo', { json: { token: `${user}:${password}` } });
        vu.vars['token'] = login.pick<string>('token');
      },
      async exec(vu) {
        const headers = { authorization: `Bearer ${vu.vars['token']}` };
        await vu.group('checkout', async (vu) => {
          const lines = [{ article: vu.row.article, count: 2 }];
          const cart = await vu.http.post('/echo', { name: 'cart', headers, json: lines });
          vu.check(cart.json<typeof lines>(), {
            'one line': ({ length }) => length === 1,
            'the article chosen': ([line]) => line?.article === vu.row.article,
          });
          await vu.sleep('20ms');
          const order = { shop: vu.data.id, value: 30 };
          const placed = await vu.http.post('/echo', {
            name: 'order',
            headers,
            json: order,
            expect: [200, 201],
          });
          vu.metrics.orders.add();
          vu.metrics['order-value'].add(placed.pick<number>('value'));
        });
      },
    },
    look: {
      load: { executor: 'constant-arrival-rate', rate: 20, duration: '1s' },
      async exec(vu) {
        await vu.http.get('/bytes/1000', { query: { shop: vu.data.id }, name: 'look' });
      },
    },
  },
  async teardown({ id }, { http }) {
    await http.delete(`/echo?shop=${id}`, { expect: 'any' });
  },
  thresholds: ['p95(group){checkout}<1s', 'p95(iteration){look}<1s', 'count(orders)>0'],
});
