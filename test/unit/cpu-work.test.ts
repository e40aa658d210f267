import { expect, test } from '@jest/globals';
import { CpuWork } from '../../src/workers/jobs/cpu-work.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test.each([
  // The published values of 32-bit FNV-1a.
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('one round over %j', (text, hash) => {
  const work = new CpuWork(1);
  work.do(bytes(text));
  expect(work.hash).toBe(hash);
});

test('rounds go on from the last hash, and are counted', () => {
  const [once, thrice] = [new CpuWork(1), new CpuWork(3)];
  once.do(bytes('foobarfoobarfoobar'));
  thrice.do(bytes('foobar'));
  expect(thrice.hash).toBe(once.hash);
  thrice.do(bytes(''));
  expect(thrice.rounds).toBe(6);
});
