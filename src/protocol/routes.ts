export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** These addresses answer for that name and port. */
export interface ResolveRule {
  readonly hostname: string;
  readonly port: number;
  readonly addresses: readonly Address[];
}

/** What was for one host and port goes to another; null is any, or the same. */
export interface ConnectToRule {
  readonly fromHostname: string | null;
  readonly fromPort: number | null;
  readonly toHostname: string | null;
  readonly toPort: number | null;
}

/** An HTTP proxy: it is given whole requests, or asked for a tunnel to the target. */
export interface HttpProxy {
  /** Without brackets, also for IPv6. */
  readonly hostname: string;
  readonly port: number;
  /** The `proxy-authorization` header; in no result. */
  readonly authorization: string | null;
}

/** Where connections go instead of where a URL says. */
export interface Routes {
  readonly resolve: readonly ResolveRule[];
  readonly connectTo: readonly ConnectToRule[];
  /** The path of a socket that all connections go to. */
  readonly unixSocket: string | null;
  readonly proxy: HttpProxy | null;
  /** The proxy is asked for a tunnel also where it could be given whole requests. */
  readonly alwaysTunnels: boolean;
  /** Connections begin with one of several addresses after the other; else all with the first. */
  readonly spreads: boolean;
}
