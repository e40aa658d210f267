import type { Destination } from './endpoint.ts';
import type { Address, HttpProxy, Routes } from './routes.ts';

/** What is dialled: a socket's path, or a host. */
export type Dial =
  | { readonly unixSocket: string }
  | {
      readonly unixSocket: null;
      readonly hostname: string;
      readonly port: number;
      /** None where the name has yet to be looked up. */
      readonly addresses: readonly Address[];
      /** The host is this proxy, to be asked for a tunnel to `authority`; null without one. */
      readonly tunnel: { readonly proxy: HttpProxy; readonly authority: string } | null;
    };

/**
 * What is dialled for a host and port, by the rules. As with curl, a proxy is asked for the host that
 * `connectTo` leads to, and `resolve` goes by what is dialled: of a proxy by its own name.
 */
export function dialOf({
  hostname,
  port,
  addresses,
  routes,
}: Pick<Destination, 'hostname' | 'port' | 'addresses' | 'routes'>): Dial {
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
    tunnel: proxy === null ? null : { proxy, authority: authorityOf(end.hostname, end.port) },
  };
}

/** A host and port as one text, an IPv6 address in brackets. */
export function authorityOf(hostname: string, port: number): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
}

function endOf(
  hostname: string,
  port: number,
  { connectTo }: Routes,
): { readonly hostname: string; readonly port: number } {
  const rule = connectTo.find(
    ({ fromHostname, fromPort }) =>
      (fromHostname === null || isSameName(fromHostname, hostname)) &&
      (fromPort === null || fromPort === port),
  );
  return { hostname: rule?.toHostname ?? hostname, port: rule?.toPort ?? port };
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
