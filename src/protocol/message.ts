/** The content of a request, independent of its target. */
export interface Message {
  /** The URL as reported, without credentials. */
  readonly url: string;
  readonly path: string;
  readonly method: string;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | null;
  /** It says `connection: close`, so the end of the connection is not a fault of the target. */
  readonly asksToClose: boolean;
}
