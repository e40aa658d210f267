import type { Problems } from '../problems.ts';
import { given, ofCurl, phrase } from '../words.ts';
import type { CurlOptions } from './curl-options.ts';

/** Those that volley speaks, of which a list of curl's leaves some. */
type WebProtocol = 'http' | 'https';

const ALL: readonly WebProtocol[] = ['http', 'https'];
const HAS_NAME = /^(?:[a-z][a-z\d+.-]*:\/\/)?[^/?#]*@/i;
const PIECE = /^([+=-]*)([a-z][a-z\d.+-]*)$/i;

/** The protocols that `--proto` allows, and those that it and `--proto-redir` allow to redirects. */
export function protocolsIn(
  options: CurlOptions,
  problems: Problems,
): { readonly first: readonly WebProtocol[]; readonly redirects: readonly WebProtocol[] } {
  const first = allowed(options, 'proto', problems);
  const redirects = allowed(options, 'proto-redir', problems);
  return { first, redirects: redirects.filter((one) => first.includes(one)) };
}

/** Each piece of a list adds (`+`, or nothing), takes away (`-`), or begins anew (`=`). */
function allowed(
  options: CurlOptions,
  name: 'proto' | 'proto-redir',
  problems: Problems,
): readonly WebProtocol[] {
  const list = options.text(name);
  if (list === undefined) return ALL;
  let left = ALL;
  for (const piece of list.split(',')) {
    if (piece === '') continue;
    const [, signs = '', word = ''] = PIECE.exec(piece) ?? [];
    if (word === '') {
      problems.add(
        phrase`${ofCurl(`--${name}`)} ${given(list)}: give protocols such as =https or -all,https.`,
      );
      return ALL;
    }
    const named = ALL.filter((one) => one === word.toLowerCase() || word.toLowerCase() === 'all');
    const sign = signs.at(-1) ?? '+';
    if (sign === '=') left = named;
    else if (sign === '-') left = left.filter((one) => !named.includes(one));
    else left = ALL.filter((one) => left.includes(one) || named.includes(one));
  }
  return left;
}

/** Refuses a whole URL that curl refuses: of another protocol, or with a name where none may be. */
export function checkAllowed(options: CurlOptions, url: string, problems: Problems): void {
  const scheme = /^https:/i.test(url) ? 'https' : 'http';
  if (!protocolsIn(options, problems).first.includes(scheme))
    problems.add(
      phrase`${ofCurl('--proto')} ${given(options.text('proto'))} does not allow ${scheme}, which the URL has, so curl refuses it: change one of them.`,
    );
  if (options.has('disallow-username-in-url') && HAS_NAME.test(url))
    problems.add(
      phrase`${ofCurl('--disallow-username-in-url')} with a URL that has a user name, which curl refuses: leave one of them out.`,
    );
}
