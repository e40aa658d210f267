import type { Finding, FindingFigures } from '../../protocol/finding.ts';

type Redirects = FindingFigures['redirects-not-followed'];

/** The figures of each note on redirects. */
export function redirectsIn(notes: readonly Finding[]): Redirects[] {
  return notes.flatMap((note) => (note.code === 'redirects-not-followed' ? [note.figures] : []));
}

/** The figures of several runs as one; null without any. */
export function redirectsTogether(noted: readonly Redirects[]): Redirects | null {
  const [first] = noted;
  if (first === undefined) return null;
  return {
    redirects: noted.reduce((sum, { redirects }) => sum + redirects, 0),
    answered: noted.reduce((sum, { answered }) => sum + answered, 0),
    location: noted.find(({ location }) => location !== null)?.location ?? null,
    isFollowing: noted.every(({ isFollowing }) => isFollowing),
  };
}
