import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WaitingLine } from '../../src/workers/loads/waiting-line.ts';

test('a line gives back what it took, in its order, however it grows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: -700, max: -1 })), {
        maxLength: 30,
      }),
      (steps) => {
        const line = new WaitingLine();
        const model: [number, number][] = [];
        let next = 0;
        for (const step of steps) {
          for (let i = 0; i < Math.abs(step); i++) {
            if (step > 0) {
              line.push(next, -next);
              model.push([next, -next]);
              next++;
            } else {
              const taken: [number, number][] = [];
              line.shift((intendedMs, dispatchedMs) => taken.push([intendedMs, dispatchedMs]));
              expect(taken).toEqual(model.length === 0 ? [] : [model.shift()]);
            }
          }
          expect(line.length).toBe(model.length);
        }
      },
    ),
  );
});
