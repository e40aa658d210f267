import type { OnceStep } from '../../protocol/once.ts';
import type { Metrics, ScenarioDuration, VU } from '../../protocol/test-definition.ts';
import { checksIn, holdsBy } from './check-result.ts';
import { thinkMsOf } from './durations.ts';

type Tell = (step: OnceStep) => void;
type Checks<T> = Readonly<Record<string, (value: T) => boolean>>;

/** A view that reports each step as it is made, except requests, which are reported where they are sent. */
export function watchedView(vu: VU, tell: Tell): VU {
  const own: Partial<VU> = {
    metrics: watchedMetrics(vu.metrics, tell),
    sleep: (time: ScenarioDuration, upTo?: ScenarioDuration) => {
      const ms = thinkMsOf(time, upTo, vu);
      tell({ type: 'sleep', ms });
      return vu.sleep(ms);
    },
    check: <T>(value: T, checks: Checks<T>) =>
      vu.check(
        value,
        Object.fromEntries(
          Object.entries(checksIn(checks)).map(([name, check]) => [
            name,
            (checked: T) => {
              const holds = holdsBy(name, check, checked);
              tell({ type: 'check', name, holds });
              return holds;
            },
          ]),
        ),
      ),
    group: async <T>(name: string, body: (vu: VU) => T | Promise<T>) => {
      tell({ type: 'group', name });
      const fromMs = performance.now();
      let isFailed = true;
      try {
        // What is no function is refused where all groups are.
        const watched = typeof body === 'function' ? (inner: VU) => body(watchedView(inner, tell)) : body;
        const result = await vu.group(name, watched);
        isFailed = false;
        return result;
      } finally {
        tell({ type: 'group-left', name, tookMs: performance.now() - fromMs, isFailed });
      }
    },
  };
  return new Proxy(vu, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(own, name) ? own : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function watchedMetrics(metrics: VU['metrics'], tell: Tell): VU['metrics'] {
  const watched = Object.entries(metrics).map(([name, recorder]) => [
    name,
    Object.fromEntries(
      Object.entries(recorder as Readonly<Record<string, (value?: number | boolean) => void>>).map(
        ([verb, record]) => [
          verb,
          (value?: number | boolean) => {
            record(value);
            tell({ type: 'metric', name, value: value ?? 1 });
          },
        ],
      ),
    ),
  ]);
  return Object.fromEntries(watched) as VU<unknown, Metrics>['metrics'];
}
