import type { Address, Routes } from './routes.ts';

/** HTTP/2 is negotiated in the TLS handshake (`h2`), or used in clear text by prior knowledge (`h2c`). */
const PROTOCOLS = ['http/1.1', 'h2', 'h2c'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** TLS settings; null is Node's default. */
export interface TlsSettings {
  /** Certificates of the trusted authorities, in place of Node's; PEM. */
  readonly ca: string | null;
  /** The client's own certificate and its key; PEM. */
  readonly cert: string | null;
  readonly key: string | null;
  /** Server name for SNI, which the certificate must match. */
  readonly servername: string | null;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3' | null;
}

/** Where connections may lead: a name (with `*.`, all names below it) or a range of addresses, and ports. */
export interface AllowRule {
  readonly name: string | null;
  readonly range: { readonly address: string; readonly prefix: number; readonly family: 4 | 6 } | null;
  readonly fromPort: number;
  readonly toPort: number;
}

/** How connections are made, whatever their target: the same for the whole run. */
export interface ConnectionSettings {
  /** Accept any certificate. */
  readonly insecure: boolean;
  readonly tls: TlsSettings;
  readonly protocol: Protocol;
  /** Where connections go instead of where the URL says. */
  readonly routes: Routes;
  /** Absent where any target is allowed. */
  readonly allowed?: readonly AllowRule[] | undefined;
}

/** Where a request goes. */
export interface Endpoint {
  readonly origin: string;
  /** Without brackets, also for IPv6. */
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
  /** Addresses to connect to; if empty, the name is looked up when connecting. */
  readonly addresses: readonly Address[];
}

/** Everything that a connection depends on. */
export type Destination = Endpoint & ConnectionSettings;
