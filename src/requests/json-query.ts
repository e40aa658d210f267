/** A compiled path into JSON. */
export interface JsonQuery {
  /** Whether it leads to at most one place in any JSON (RFC 9535, 2.3.5.1). */
  readonly isSingular: boolean;
  /** Returns all values the path leads to. */
  find(root: unknown): readonly unknown[];
}
