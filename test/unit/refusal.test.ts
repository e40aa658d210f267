import { expect, test } from '@jest/globals';
import { causeOf, refusalIn } from '../../src/main/cluster/refusal.ts';

test('what an agent says of an error leaves it to the run to say that nothing was sent', () => {
  expect(causeOf(new Error('Worker 0 could not start: no. Nothing was sent.'))).toBe(
    'Worker 0 could not start: no',
  );
  expect(causeOf(new Error('the command that started it is gone'))).toBe(
    'the command that started it is gone',
  );
});

test("what the broker refused is found again in an agent's words, and nothing else is taken for it", () => {
  const refused = Object.assign(new Error('OOM (used > max)'), { name: 'ReplyError' });
  expect(refusalIn(`agent-1: ${causeOf(refused)}`)).toBe('OOM (used > max)');
  expect(refusalIn(`agent-1: ${causeOf(new Error('OOM (used > max)'))}`)).toBeNull();
  // It stands in a sentence of ours.
  const ended = Object.assign(new Error("OOM used memory > 'maxmemory'."), { name: 'ReplyError' });
  expect(refusalIn(causeOf(ended))).toBe("OOM used memory > 'maxmemory'");
});
