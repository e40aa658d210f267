import {
  MOST_NAMES,
  MOST_PLACES_OF_A_NAME,
  type Named,
  type NumberedName,
  OTHERS,
  type RequestPlace,
} from '../../protocol/scenario.ts';

/** Of names as they are given, many may be shown alike. */
const MOST_GIVEN = 1_000;

/** Whose code gives a name, which may have a secret in it. */
export interface Naming {
  shownName(name: string): string;
}

/** Numbers names in order of first use, and reports each once. */
export class Names {
  readonly #of: Named;
  readonly #tell: (name: NumberedName) => void;
  readonly #numbers = new Map<string, number>();
  /** By number, where the requests of a name go. */
  readonly #places: Set<string>[] = [];
  /** The same by names as they are shown. */
  readonly #shown = new Map<string, number>();

  /** @param tell called with a new name before its number is used */
  constructor(of: Named, tell: (name: NumberedName) => void) {
    this.#of = of;
    this.#tell = tell;
  }

  /**
   * @param by whose code has given the name
   * @param place where it goes, if the name is a request's
   */
  numberOf(name: string, by: Naming, place: RequestPlace | null = null): number {
    const number = this.#numbers.get(name) ?? this.#numbered(name, by, place);
    if (place !== null) this.#see(number, name, by, place);
    return number;
  }

  get isFull(): boolean {
    return this.#shown.size >= MOST_NAMES || this.#numbers.size >= MOST_GIVEN;
  }

  /** Names that are shown alike have one number. */
  #numbered(name: string, by: Naming, given: RequestPlace | null): number {
    const isOther = this.isFull;
    const known = isOther ? this.#numbers.get(OTHERS) : undefined;
    if (known !== undefined) return known;
    const told = isOther ? OTHERS : by.shownName(name);
    const alike = this.#shown.get(told);
    if (alike !== undefined) {
      this.#numbers.set(name, alike);
      return alike;
    }
    const number = this.#shown.size;
    this.#numbers.set(isOther ? OTHERS : name, number);
    this.#shown.set(told, number);
    const place = given === null || isOther ? null : shownPlace(given, by);
    if (place !== null) this.#places[number] = new Set([keyOf(place)]);
    this.#tell({ of: this.#of, number, name: told, place });
    return number;
  }

  /** Requests of one name may go to several places, each of which is reported. */
  #see(number: number, name: string, by: Naming, given: RequestPlace): void {
    const places = this.#places[number];
    if (places === undefined || places.size >= MOST_PLACES_OF_A_NAME || places.has(keyOf(given))) return;
    const place = shownPlace(given, by);
    if (places.has(keyOf(place))) return;
    places.add(keyOf(place));
    this.#tell({ of: this.#of, number, name: by.shownName(name), place });
  }
}

function shownPlace({ method, url }: RequestPlace, by: Naming): RequestPlace {
  return { method, url: by.shownName(url) };
}

function keyOf({ method, url }: RequestPlace): string {
  return `${method} ${url}`;
}
