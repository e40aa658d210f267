export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses to use for this name and port. */
export interface ResolveRule {
  readonly hostname: string;
  readonly port: number;
  readonly addresses: readonly Address[];
}

/** Connections for one host and port go to another; null is any, or the same. */
export interface ConnectToRule {
  readonly fromHostname: string | null;
  readonly fromPort: number | null;
  readonly toHostname: string | null;
  readonly toPort: number | null;
}

/** An HTTP proxy: it takes whole requests, or opens a tunnel to the target. */
export interface HttpProxy {
  /** Without brackets, also for IPv6. */
  readonly hostname: string;
  readonly port: number;
  /** The `proxy-authorization` header; never in a result. */
  readonly authorization: string | null;
}

/** Where connections go in place of the URL's host. */
export interface Routes {
  readonly resolve: readonly ResolveRule[];
  readonly connectTo: readonly ConnectToRule[];
  /** Path of a socket for all connections. */
  readonly unixSocket: string | null;
  readonly proxy: HttpProxy | null;
  /** Ask the proxy for a tunnel even where it could take whole requests. */
  readonly alwaysTunnels: boolean;
  /** Connections start from each of several addresses in turn; else all from the first. */
  readonly spreads: boolean;
}
