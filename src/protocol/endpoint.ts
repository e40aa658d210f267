import type { Address, Routes } from './routes.ts';

/** HTTP/2 is agreed on in the TLS handshake (`h2`), or known beforehand and spoken in the clear (`h2c`). */
export const PROTOCOLS = ['http/1.1', 'h2', 'h2c'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What a TLS handshake goes by; null is Node's own default. */
export interface TlsSettings {
  /** Certificates of the authorities that are trusted, instead of Node's; PEM. */
  readonly ca: string | null;
  /** The client's own certificate and its key; PEM. */
  readonly cert: string | null;
  readonly key: string | null;
  /** The name that the server is asked for, and that its certificate has to be for. */
  readonly servername: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3' | null;
}

/** Where connections may lead: a name (`*.` in front: all below it) or a range of addresses, and ports. */
export interface AllowRule {
  readonly name: string | null;
  readonly range: { readonly address: string; readonly prefix: number; readonly family: 4 | 6 } | null;
  readonly fromPort: number;
  readonly toPort: number;
}

/** How connections are made, wherever they lead: the same for all of a run. */
export interface ConnectionSettings {
  /** Accept any certificate. */
  readonly insecure: boolean;
  readonly tls: TlsSettings;
  readonly protocol: Protocol;
  /** Where connections go instead of where the URL says. */
  readonly routes: Routes;
  /** Absent where they may lead anywhere. */
  readonly allowed?: readonly AllowRule[] | undefined;
}

/** Where a request goes. */
export interface Endpoint {
  readonly origin: string;
  /** Without brackets, also for IPv6. */
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** Of what is dialled; where there are none, its name is looked up when it is dialled. */
  readonly addresses: readonly Address[];
}

/** All that a connection goes by. */
export type Destination = Endpoint & ConnectionSettings;
