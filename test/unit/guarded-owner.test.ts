import { expect, test } from '@jest/globals';
import type { Exchange, ExchangeOwner } from '../../src/workers/exchange/exchange.ts';
import { GuardedOwner } from '../../src/workers/exchange/guarded-owner.ts';

const exchange = {} as Exchange;

test('what an owner throws is told, and nothing is thrown at a client', () => {
  const [ofComplete, ofFailure] = [new Error('in the verdict'), new Error('in the record')];
  const owner: ExchangeOwner = {
    onComplete: () => {
      throw ofComplete;
    },
    onFailure: () => {
      throw ofFailure;
    },
  };
  const broken: unknown[] = [];
  const guarded = new GuardedOwner(owner, (error) => broken.push(error));
  guarded.onComplete(exchange, 1);
  guarded.onFailure(exchange, 1, new Error('reset'));
  expect(broken).toEqual([ofComplete, ofFailure]);
});

test('all else is passed on', () => {
  const calls: unknown[] = [];
  const told =
    (name: string) =>
    (...values: unknown[]): void => {
      calls.push([name, ...values]);
    };
  const failure = new Error('reset');
  const guarded = new GuardedOwner(
    {
      onComplete: told('onComplete'),
      onFailure: told('onFailure'),
      onHeldBack: told('onHeldBack'),
      onBytes: told('onBytes'),
      onReadOn: told('onReadOn'),
      onRetry: told('onRetry'),
    },
    told('broken'),
  );
  guarded.onComplete(exchange, 1);
  guarded.onFailure(exchange, 2, failure);
  for (const name of ['onHeldBack', 'onBytes', 'onReadOn', 'onRetry'] as const) guarded[name](exchange);
  expect(calls).toEqual([
    ['onComplete', exchange, 1],
    ['onFailure', exchange, 2, failure],
    ...['onHeldBack', 'onBytes', 'onReadOn', 'onRetry'].map((name) => [name, exchange]),
  ]);
});
