/** A path into JSON, ready to be followed. */
export interface JsonQuery {
  /** Whether it leads to one place at most, whatever the JSON (RFC 9535, 2.3.5.1). */
  readonly isSingular: boolean;
  /** Everything that it leads to. */
  find(root: unknown): readonly unknown[];
}
