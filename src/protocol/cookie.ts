/** A cookie as a user keeps it. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** Only for this host; else also for those below it. */
  readonly isHostOnly: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  /** In milliseconds since 1970; infinite where its session ends it. Past where it is to be deleted. */
  readonly expiresAtMs: number;
}
