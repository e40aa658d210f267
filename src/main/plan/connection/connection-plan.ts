import type { ConnectionSettings } from '../../../protocol/endpoint.ts';
import type { ConnectionOptions, RequestOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { parseProtocol } from './protocol.ts';
import { parseRoutes } from './routing.ts';
import { parseTls } from './tls-files.ts';

/**
 * Reads the options on how connections are made, and the files that they name; problems are noted.
 *
 * @param secure whether the URL is https; null if it cannot be read
 */
export function parseConnection(
  options: ConnectionOptions & Pick<RequestOptions, 'keepalive' | 'headers'>,
  secure: boolean | null,
  problems: Problems,
): ConnectionSettings {
  return {
    insecure: options.insecure ?? false,
    tls: parseTls(options, problems),
    protocol: parseProtocol(options, secure, problems),
    routes: parseRoutes(options, problems),
  };
}
