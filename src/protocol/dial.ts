import type { Destination } from './endpoint.ts';
import type { Address, ConnectToRule, HttpProxy, Routes } from './routes.ts';

/** What to connect to: a socket path, or a host. */
export type Dial =
  | { readonly unixSocket: string }
  | {
      readonly unixSocket: null;
      readonly hostname: string;
      readonly port: number;
      /** Empty where the name is still to be looked up. */
      readonly addresses: readonly Address[];
      /** The host is this proxy; null without a proxy. */
      readonly proxy: HttpProxy | null;
      /** Target of the tunnel that the proxy is asked for; null without a proxy, or where it takes whole requests. */
      readonly tunnelTo: string | null;
    };

type Dialled = Pick<Destination, 'hostname' | 'port' | 'addresses' | 'routes' | 'secure' | 'protocol'>;

/**
 * What to connect to for a host and port, by the routing rules. As in curl, the proxy is asked for the host that
 * `connectTo` leads to, and `resolve` applies to what is connected to: with a proxy, to the proxy's name.
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
 * The proxy that takes whole requests for a destination, with the URL in the request line (RFC 9112, 3.2.2); null
 * without a proxy and where it is asked for a tunnel: for TLS and HTTP/2 and, as in curl, where `connectTo` leads
 * somewhere other than that URL.
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
