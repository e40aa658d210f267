import type { Destination } from './endpoint.ts';
import type { Address, ConnectToRule, HttpProxy, Routes } from './routes.ts';

/** What is dialled: a socket's path, or a host. */
export type Dial =
  | { readonly unixSocket: string }
  | {
      readonly unixSocket: null;
      readonly hostname: string;
      readonly port: number;
      /** None where the name has yet to be looked up. */
      readonly addresses: readonly Address[];
      /** The host is this proxy; null without one. */
      readonly proxy: HttpProxy | null;
      /** What the proxy is asked for a tunnel to; null where it is given whole requests, or there is none. */
      readonly tunnelTo: string | null;
    };

type Dialled = Pick<Destination, 'hostname' | 'port' | 'addresses' | 'routes' | 'secure' | 'protocol'>;

/**
 * What is dialled for a host and port, by the rules. As with curl, a proxy is asked for the host that
 * `connectTo` leads to, and `resolve` goes by what is dialled: of a proxy by its own name.
 */
export function dialOf(destination: Dialled): Dial {
  const { hostname, port, addresses, routes } = destination;
  const { proxy, unixSocket } = routes;
  if (unixSocket !== null) return { unixSocket };
  const end = endOf(hostname, port, routes);
  const dialled = proxy ?? end;
  const rule = routes.resolve.find(
    (known) => isSameName(known.hostname, dialled.hostname) && known.port === dialled.port,
  );
  return {
    unixSocket: null,
    hostname: dialled.hostname,
    port: dialled.port,
    addresses: rule?.addresses ?? addresses,
    proxy,
    tunnelTo:
      proxy === null || wholeRequestsTo(destination) !== null ? null : authorityOf(end.hostname, end.port),
  };
}

/**
 * The proxy that is given whole requests for a destination, with the URL in their first line (RFC 9112, 3.2.2); null
 * without a proxy, and where it is asked for a tunnel: for TLS and HTTP/2, and, as with curl, where `connectTo` leads
 * elsewhere than the URL that it would be told.
 */
export function wholeRequestsTo({
  hostname,
  port,
  routes,
  secure,
  protocol,
}: Omit<Dialled, 'addresses'>): HttpProxy | null {
  if (routes.proxy === null || routes.unixSocket !== null || routes.alwaysTunnels) return null;
  if (secure || protocol !== 'http/1.1' || ruleFor(hostname, port, routes) !== null) return null;
  return routes.proxy;
}

/** A host and port as one text, an IPv6 address in brackets. */
export function authorityOf(hostname: string, port: number): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}

function endOf(
  hostname: string,
  port: number,
  routes: Routes,
): { readonly hostname: string; readonly port: number } {
  const rule = ruleFor(hostname, port, routes);
  return { hostname: rule?.toHostname ?? hostname, port: rule?.toPort ?? port };
}

function ruleFor(hostname: string, port: number, { connectTo }: Routes): ConnectToRule | null {
  const rule = connectTo.find(
    ({ fromHostname, fromPort }) =>
      (fromHostname === null || isSameName(fromHostname, hostname)) &&
      (fromPort === null || fromPort === port),
  );
  return rule ?? null;
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
