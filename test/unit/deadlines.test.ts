import { describe, expect, jest, test } from '@jest/globals';
import { Deadline, Deadlines } from '../../src/workers/exchange/deadlines.ts';

function setUp(timeoutMs: number): {
  deadlines: Deadlines<string>;
  expired: string[];
  add: (name: string) => Deadline<string>;
  passMs: (ms: number) => void;
} {
  jest.useFakeTimers();
  let nowMs = 0;
  const expired: string[] = [];
  const deadlines = new Deadlines<string>(timeoutMs, { nowMs: () => nowMs }, (name) => {
    expired.push(`${name}@${nowMs}`);
  });
  return {
    deadlines,
    expired,
    add: (name) => {
      const deadline = new Deadline(name);
      deadlines.add(deadline, nowMs);
      return deadline;
    },
    passMs: (ms) => {
      for (let i = 0; i < ms; i++) {
        nowMs++;
        jest.advanceTimersByTime(1);
      }
    },
  };
}

describe('deadlines', () => {
  test('each expires a timeout after it was assigned, in order', () => {
    const { expired, add, passMs } = setUp(10);
    add('a');
    passMs(3);
    add('b');
    add('c');
    passMs(20);
    expect(expired).toEqual(['a@10', 'b@13', 'c@13']);
  });

  test('what has ended does not expire, wherever it stands; ending twice does no harm', () => {
    const { deadlines, expired, add, passMs } = setUp(10);
    const [first, middle, last] = ['a', 'b', 'c', 'd'].map(add).filter((_, index) => index !== 1);
    for (const deadline of [first!, middle!, last!, first!, last!]) deadlines.remove(deadline);
    passMs(30);
    expect(expired).toEqual(['b@10']);
  });

  test('one that is added when all have ended expires in its own time', () => {
    const { deadlines, expired, add, passMs } = setUp(10);
    deadlines.remove(add('a'));
    passMs(7);
    add('b');
    passMs(20);
    expect(expired).toEqual(['b@17']);
  });

  test('nothing expires once they are closed', () => {
    const { deadlines, expired, add, passMs } = setUp(10);
    add('a');
    deadlines.close();
    passMs(30);
    expect(expired).toEqual([]);
  });
});
