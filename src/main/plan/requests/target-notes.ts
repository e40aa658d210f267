import type { NamedRequestOptions, RunOptions } from '../options.ts';
import { phrase, the, type Words } from '../words.ts';
import { piecesOf } from './placeholders.ts';

/** A name in single braces, as descriptions of APIs have it. */
const SINGLE_BRACES = /\{([A-Za-z_][\w-]{0,40})\}/;
/** Everything up to the path, and the path. */
const PATH = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*([^?#]*)/i;

/** What of a URL and its options is not as it may have been meant, though it can be sent. */
export function notesOnTarget(
  { insecure, pathAsIs }: Pick<RunOptions, 'insecure' | 'pathAsIs'>,
  requests: readonly Pick<NamedRequestOptions, 'url' | 'placeholders'>[],
  known: readonly { readonly target: { readonly origin: string }; readonly maxRedirects: number }[],
): Words[] {
  const isPlain =
    known.length > 0 &&
    known.every(({ target, maxRedirects }) => target.origin.startsWith('http:') && maxRedirects === 0);
  const names = pathAsIs === true ? [] : requests.flatMap(nameInBraces);
  return [
    ...(insecure === true && isPlain
      ? [
          phrase`${the('insecure')} does nothing over http://, which has no certificates: for TLS give an https:// URL.`,
        ]
      : []),
    ...[...new Set(names)].map(
      (name) =>
        phrase`${the('url')} has {${name}} in its path, which is sent as %7B${name}%7D: a placeholder has two braces, {{${name}}}.`,
    ),
  ];
}

function nameInBraces({ url, placeholders }: Pick<NamedRequestOptions, 'url' | 'placeholders'>): string[] {
  if (typeof url !== 'string' || placeholders === false) return [];
  const text = piecesOf(PATH.exec(url)?.[1] ?? '')
    .map((piece) => (typeof piece === 'string' ? piece : ''))
    .join('');
  const name = SINGLE_BRACES.exec(text)?.[1];
  return name === undefined ? [] : [name];
}
