import { expect, test } from '@jest/globals';
import { WaitingLine } from '../../src/workers/loads/waiting-line.ts';
import { fc } from '../support/properties.ts';

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
          const taken: [number, number][][] = [];
          for (let i = 0; i < Math.abs(step); i++) {
            if (step > 0) {
              line.push(next, -next);
              model.push([next, -next]);
              next++;
            } else {
              const now: [number, number][] = [];
              line.shift((intendedMs, dispatchedMs) => now.push([intendedMs, dispatchedMs]));
              taken.push(now);
            }
          }
          // All of a step at once, as text: hundreds of thousands of comparisons took seconds.
          const known = model.splice(0, taken.length).map((one) => [one]);
          const wanted = [...known, ...Array.from({ length: taken.length - known.length }, () => [])];
          expect(JSON.stringify(taken)).toBe(JSON.stringify(wanted));
          expect(line.length).toBe(model.length);
        }
      },
    ),
  );
});
