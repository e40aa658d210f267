import { isIP, SocketAddress } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Address, ConnectToRule, HttpProxy, ResolveRule, Routes } from '../../../protocol/routes.ts';
import { DEFAULT_ADDRESSES } from '../defaults.ts';
import type { ConnectionOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, givenUrl, listed, phrase, the } from '../words.ts';

const HIGHEST_PORT = 65_535;
/** Limit of a socket's address; a longer path would be truncated, and another socket opened. */
const MOST_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;
const ADDRESS_CHOICES = ['spread', 'first'] as const;
const HOST = String.raw`\[[0-9a-fA-F:.]+\]|[^\s:/@[\]*]+`;
const RESOLVE = new RegExp(`^(${HOST}):(\\d+):(.+)$`);
const CONNECT_TO = new RegExp(`^(${HOST})?:(\\d+)?:(${HOST})?:(\\d+)?$`);

/** Reads where connections go; problems are noted. */
export function parseRoutes(options: ConnectionOptions, problems: Problems): Routes {
  const { unixSocket, proxy, proxyTunnel = false } = options;
  const resolve = (options.resolve ?? []).flatMap((text) => parseResolve(text, problems) ?? []);
  const connectTo = (options.connectTo ?? []).flatMap((text) => parseConnectTo(text, problems) ?? []);
  if (unixSocket?.includes('://') === true)
    problems.add(
      phrase`${the('unix-socket')} ${givenUrl(unixSocket)} is a URL: give the path of a socket, and the URL as the target.`,
    );
  if (unixSocket === '') problems.add(phrase`${the('unix-socket')} ${given('')}: give the path of a socket.`);
  const pathBytes = Buffer.byteLength(unixSocket ?? '');
  if (pathBytes > MOST_SOCKET_PATH_BYTES && process.platform !== 'win32')
    problems.add(
      phrase`${the('unix-socket')} ${given(unixSocket)} has ${pathBytes} bytes, and a socket's path may have ${MOST_SOCKET_PATH_BYTES}: give a shorter one, for instance relative to its folder.`,
    );
  if (unixSocket !== undefined) {
    const others = [
      ...(proxy === undefined ? [] : [the('proxy')]),
      ...(resolve.length === 0 ? [] : [the('resolve')]),
      ...(connectTo.length === 0 ? [] : [the('connect-to')]),
    ];
    if (others.length > 0) {
      problems.add(
        phrase`${the('unix-socket')} ${given(unixSocket)} with ${listed(others, ' and ')}: every connection goes to that socket: give one or the other.`,
      );
    }
  }
  if (proxyTunnel && proxy === undefined) {
    problems.add(phrase`${the('proxy-tunnel')} without ${the('proxy')}: name the proxy to tunnel through.`);
  }
  const addresses = problems.choice('addresses', options.addresses ?? DEFAULT_ADDRESSES, ADDRESS_CHOICES);
  return {
    resolve,
    connectTo,
    spreads: addresses !== 'first',
    unixSocket: unixSocket ?? null,
    proxy: proxy === undefined ? null : parseProxy(proxy, problems),
    alwaysTunnels: proxyTunnel,
  };
}

function parseResolve(text: string, problems: Problems): ResolveRule | null {
  const [, host = '', portText = '', list = ''] = RESOLVE.exec(text) ?? [];
  const port = portIn(portText);
  const addresses = list.split(',').flatMap((address) => addressOf(address) ?? []);
  if (host === '' || port === null || addresses.length !== list.split(',').length) {
    problems.add(
      phrase`${the('resolve')} ${given(text)}: give it as host:port:address, such as example.org:443:127.0.0.1; several addresses with commas between them.`,
    );
    return null;
  }
  return { hostname: asciiName(bare(host)), port, addresses };
}

function parseConnectTo(text: string, problems: Problems): ConnectToRule | null {
  const match = CONNECT_TO.exec(text);
  const [fromPort, toPort] = [match?.[2], match?.[4]].map((port) => (port === undefined ? 0 : portIn(port)));
  if (match === null || fromPort == null || toPort == null) {
    problems.add(
      phrase`${the('connect-to')} ${given(text)}: give it as host1:port1:host2:port2, where an empty part means any, or the same.`,
    );
    return null;
  }
  const [, fromHost, , toHost] = match;
  return {
    fromHostname: fromHost === undefined ? null : bare(fromHost),
    fromPort: fromPort === 0 ? null : fromPort,
    toHostname: toHost === undefined ? null : bare(toHost),
    toPort: toPort === 0 ? null : toPort,
  };
}

/** Reads the proxy; messages show it without its password. */
function parseProxy(text: string, problems: Problems): HttpProxy | null {
  const shown = given(text.replace(/^([a-z0-9+.-]+:\/\/)?.*@/i, '$1'));
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url !== null && url.protocol !== 'http:') {
    problems.add(
      phrase`${the('proxy')} ${shown} starts with ${url.protocol}//: only http:// proxies can be used, which are spoken to without TLS.`,
    );
    return null;
  }
  if (url === null || url.hostname === '' || url.pathname + url.search + url.hash !== '/') {
    problems.add(
      phrase`${the('proxy')} ${shown} cannot be read: give it as http://host:port or http://name:password@host:port.`,
    );
    return null;
  }
  return {
    hostname: bare(url.hostname),
    port: url.port === '' ? 80 : Number(url.port),
    authorization: authorizationOf(url, problems),
  };
}

function authorizationOf(url: URL, problems: Problems): string | null {
  if (url.username === '' && url.password === '') return null;
  try {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return `Basic ${Buffer.from(credentials).toString('base64')}`;
  } catch {
    problems.add(
      phrase`${the('proxy', 'The user name or password of the proxy')} cannot be read: write a % in it as %25.`,
    );
    return null;
  }
}

function portIn(text: string): number | null {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= HIGHEST_PORT ? port : null;
}

function addressOf(text: string): Address | null {
  const address = bare(text.trim());
  const family = isIP(address);
  if (family === 4) return { address, family };
  // In the form that sockets report, so that it can be compared; a zone is not part of that.
  return family === 0
    ? null
    : {
        address: address.includes('%') ? address : new SocketAddress({ address, family: 'ipv6' }).address,
        family: 6,
      };
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** The form that URLs use; an address stays as it is. */
function asciiName(host: string): string {
  return isIP(host) === 0 ? domainToASCII(host) || host : host;
}
