/** What a request says, wherever it goes. */
export interface Message {
  /** The URL as reported: without credentials. */
  readonly url: string;
  readonly path: string;
  readonly method: string;
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Uint8Array | null;
  /** It says `connection: close`: then the end of a connection is no doing of the target's. */
  readonly asksToClose: boolean;
}
