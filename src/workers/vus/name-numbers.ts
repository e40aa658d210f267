import {
  MOST_NAMES,
  MOST_PLACES_OF_A_NAME,
  type Named,
  type NumberedName,
  OTHERS,
  type RequestPlace,
} from '../../protocol/scenario.ts';

/** Numbers names in order of first use, and reports each once. */
export class Names {
  readonly #of: Named;
  readonly #tell: (name: NumberedName) => void;
  readonly #numbers = new Map<string, number>();
  /** By number, where the requests of a name go. */
  readonly #places: Set<string>[] = [];

  /** @param tell called with a new name before its number is used */
  constructor(of: Named, tell: (name: NumberedName) => void) {
    this.#of = of;
    this.#tell = tell;
  }

  /** @param place where it goes, if the name is a request's */
  numberOf(name: string, place: RequestPlace | null = null): number {
    const number = this.#numbers.get(name) ?? this.#numbered(name, place);
    if (place !== null) this.#see(number, name, place);
    return number;
  }

  get isFull(): boolean {
    return this.#numbers.size >= MOST_NAMES;
  }

  #numbered(name: string, place: RequestPlace | null): number {
    const isOther = this.isFull;
    const known = isOther ? this.#numbers.get(OTHERS) : undefined;
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    const told = isOther ? OTHERS : name;
    this.#numbers.set(told, number);
    if (place !== null && !isOther) this.#places[number] = new Set([keyOf(place)]);
    this.#tell({ of: this.#of, number, name: told, place: isOther ? null : place });
    return number;
  }

  /** Requests of one name may go to several places, each of which is reported. */
  #see(number: number, name: string, place: RequestPlace): void {
    const places = this.#places[number];
    if (places === undefined || places.size >= MOST_PLACES_OF_A_NAME) return;
    const key = keyOf(place);
    if (places.has(key)) return;
    places.add(key);
    this.#tell({ of: this.#of, number, name, place });
  }
}

function keyOf({ method, url }: RequestPlace): string {
  return `${method} ${url}`;
}
