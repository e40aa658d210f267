import { MOST_NAMES, type Named, type NumberedName, OTHERS } from '../../protocol/scenario.ts';

/** Numbers names in order of first use, and reports each once. */
export class Names {
  readonly #of: Named;
  readonly #tell: (name: NumberedName) => void;
  readonly #numbers = new Map<string, number>();

  /** @param tell called with a new name before its number is used */
  constructor(of: Named, tell: (name: NumberedName) => void) {
    this.#of = of;
    this.#tell = tell;
  }

  /** @param method the method, if the name is a request's */
  numberOf(name: string, method = ''): number {
    return this.#numbers.get(name) ?? this.#numbered(name, method);
  }

  get isFull(): boolean {
    return this.#numbers.size >= MOST_NAMES;
  }

  #numbered(name: string, method: string): number {
    const isOther = this.isFull;
    const known = isOther ? this.#numbers.get(OTHERS) : undefined;
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    const told = isOther ? OTHERS : name;
    this.#numbers.set(told, number);
    this.#tell({ of: this.#of, number, name: told, method: isOther ? '' : method });
    return number;
  }
}
