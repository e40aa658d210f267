import { BlockList, isIP } from 'node:net';
import { authorityOf, type Dial } from '../protocol/dial.ts';
import type { AllowRule, Destination } from '../protocol/endpoint.ts';

const PREFIX_LENGTHS = { 4: 32, 6: 128 } as const;
const HIGHEST_PORT = 65_535;
const RULE = /^(\[[^\]]*\](?:\/\d{1,3})?|[^:]+):(\d{1,5})(?:-(\d{1,5}))?$/;
const NAME = /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?$/;

/** Parses `host:port`, `*.name:port` or `CIDR:port-range`; null for anything else. */
export function parseAllowRule(text: string): AllowRule | null {
  const [, written = '', first = '', last = first] = RULE.exec(text) ?? [];
  const [fromPort, toPort] = [Number(first), Number(last)];
  const host = written.replace(/[[\]]/g, '').toLowerCase();
  const [address = '', prefix] = host.split('/');
  const family = isIP(address);
  if (host === '' || fromPort < 1 || toPort > HIGHEST_PORT || fromPort > toPort) return null;
  if (family === 0) return NAME.test(host) ? { name: withoutEnd(host), range: null, fromPort, toPort } : null;
  const longest = PREFIX_LENGTHS[family === 6 ? 6 : 4];
  const length = Number(prefix ?? longest);
  if (length > longest) return null;
  const range = { address, prefix: length, family: family === 6 ? 6 : 4 } as const;
  return { name: null, range, fromPort, toPort };
}

/** The targets an agent may send to: everything else is refused before a packet leaves. */
export class AllowedTargets {
  readonly #rules: readonly { readonly rule: AllowRule; readonly list: BlockList }[];

  constructor(rules: readonly AllowRule[]) {
    this.#rules = rules.map((rule) => {
      const list = new BlockList();
      if (rule.range !== null)
        list.addSubnet(rule.range.address, rule.range.prefix, rule.range.family === 6 ? 'ipv6' : 'ipv4');
      return { rule, list };
    });
  }

  /**
   * The part of a dial that is not allowed, as `host:port`; null if everything is allowed.
   *
   * @param address the result of the name's lookup; undefined if none was needed
   */
  refused(
    { hostname, port, routes }: Pick<Destination, 'hostname' | 'port' | 'routes'>,
    dial: Dial,
    address: string | undefined,
  ): string | null {
    if (dial.unixSocket !== null) return dial.unixSocket;
    // A proxy looks the name up itself: only the name can be checked against the rules.
    if (dial.proxy !== null && !this.#isAllowed(hostname, port, undefined))
      return authorityOf(hostname, port);
    const isSaid = routes.resolve.some(
      (rule) => rule.port === dial.port && rule.hostname.toLowerCase() === dial.hostname.toLowerCase(),
    );
    // With --resolve, a name can stand for any address: then only the address counts.
    const name = isSaid ? '' : dial.hostname;
    if (this.#isAllowed(name, dial.port, address)) return null;
    return isSaid && address !== undefined
      ? authorityOf(address, dial.port)
      : authorityOf(dial.hostname, dial.port);
  }

  #isAllowed(hostname: string, port: number, address: string | undefined): boolean {
    const name = withoutEnd(hostname.toLowerCase());
    const dialled = address ?? (isIP(name) === 0 ? null : name);
    return this.#rules.some(({ rule, list }) => {
      if (port < rule.fromPort || port > rule.toPort) return false;
      if (rule.name === null)
        return dialled !== null && list.check(dialled, isIP(dialled) === 6 ? 'ipv6' : 'ipv4');
      return rule.name.startsWith('*.')
        ? name.endsWith(rule.name.slice(1)) && name.length > rule.name.length - 1
        : name === rule.name;
    });
  }
}

/** Removes the root's dot at the end of a name. */
function withoutEnd(name: string): string {
  return name.replace(/\.$/, '');
}
