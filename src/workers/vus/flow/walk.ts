import type { FlowSource } from '../../../protocol/flow.ts';
import type { VU } from '../../../protocol/test-definition.ts';
import { MS_PER_SECOND } from '../../../protocol/units.ts';
import { uuid } from '../../../requests/render.ts';

type Values = Record<string, unknown>;

/** State of a running flow: of one iteration, or of a user's setup or teardown. */
export class Walk {
  /** Values set by steps. */
  readonly values: Values;
  /** Status of the last answer. */
  status = 0;
  serviceMs = 0;
  /** Rounds of its loops so far. */
  rounds = 0;
  readonly #row: Values;
  /** Values known beforehand, of the user and of the run. */
  readonly #kept: Values;
  readonly #data: Values;

  constructor(values: Values, row: unknown, kept: Values, data: unknown) {
    this.values = values;
    this.#row = (row ?? NOTHING) as Values;
    this.#kept = kept;
    this.#data = (data ?? NOTHING) as Values;
  }

  /** @throws Error if the value was not set */
  variable(name: string): unknown {
    const value = this.known(name);
    if (value !== undefined) return value;
    throw new Error(`'${name}' is not set: no step has set it so far`);
  }

  /** The value of a name that steps set, which may be null; undefined if none has. */
  known(name: string): unknown {
    const value = this.values[name];
    if (value !== undefined) return value;
    return Object.hasOwn(this.#kept, name) ? this.#kept[name] : own(this.#data, name);
  }

  /** All values by name, for functions that steps call. */
  get all(): Values {
    return { ...this.#data, ...this.#kept, ...this.#row, ...this.values };
  }

  value(source: FlowSource, vu: VU): unknown {
    switch (source.type) {
      case 'variable':
        return this.variable(source.name);
      case 'column': {
        const value = own(this.#row, source.name);
        if (value === undefined) throw new Error(`the row has no '${source.name}'`);
        return value;
      }
      case 'constant':
        return source.value;
      case 'number':
        return vu.n;
      case 'user':
        return vu.id;
      case 'iteration':
        return vu.iteration;
      case 'uuid':
        return uuid(() => vu.random());
      case 'random':
        return source.from + Math.floor(vu.random() * (source.to - source.from + 1));
      case 'now':
        return now(source.unit);
      case 'status':
        return this.status;
      case 'service':
        return this.serviceMs;
    }
  }
}

const NOTHING: Values = {};

function own(values: Values, name: string): unknown {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function now(unit: 'iso' | 'ms' | 's'): string | number {
  const dayMs = Date.now();
  if (unit === 'iso') return new Date(dayMs).toISOString();
  return unit === 'ms' ? dayMs : Math.floor(dayMs / MS_PER_SECOND);
}
