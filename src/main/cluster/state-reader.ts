import type { Broker } from './broker.ts';
import { type AgentState, baseName, purposes, type StateBase, stateName } from './messages.ts';
import type { Sealer } from './seal.ts';
import type { StateSource } from './states.ts';

/** Reads what the agents of a run have put on its broker. */
export class StateReader implements StateSource {
  readonly #broker: Pick<Broker, 'get' | 'carried'>;
  readonly #sealer: Sealer;
  readonly #run: string;
  /** The last base of each agent, by nonce: most states refer to the one before. */
  readonly #bases = new Map<string, StateBase>();

  constructor(broker: Pick<Broker, 'get' | 'carried'>, sealer: Sealer, run: string) {
    this.#broker = broker;
    this.#sealer = sealer;
    this.#run = run;
  }

  /** Null if there is none yet, or if it was replaced meanwhile: the next one then makes up for it. */
  async state(nonce: string): Promise<AgentState | null> {
    const state = await this.#get<AgentState>(stateName(nonce), purposes.state(this.#run, nonce));
    if (state === null || state.base === null) return state;
    const { place, number } = state.base;
    let base = this.#bases.get(nonce);
    if (base?.number !== number) {
      base =
        (await this.#get<StateBase>(baseName(nonce, place), purposes.base(this.#run, nonce))) ?? undefined;
      if (base?.number !== number) return null;
      this.#bases.set(nonce, base);
    }
    const { records } = state;
    return { ...state, records: { ...records, series: { ...records.series, earlier: base.series } } };
  }

  carried(nonce: string): Promise<number> {
    return this.#broker.carried(this.#run, stateName(nonce));
  }

  async #get<T>(name: string, purpose: string): Promise<T | null> {
    const sealed = await this.#broker.get(this.#run, name);
    return sealed === null ? null : this.#sealer.open<T>(purpose, sealed);
  }
}
