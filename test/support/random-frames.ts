import { isDeepStrictEqual } from 'node:util';
import { answer, frame, settings } from './http2-frames.ts';
import { comparable, type Outcome, sessionWith } from './http2-session.ts';

const REQUESTS = 5;
const FRAMES = 30;
const MOST_PAYLOAD = 40;
/** What is no end of a request: a status, or a piece of a body. */
const NO_END = /^(?:\d{3}|\+\d+)$/;

/**
 * Gives a session random frames, of which some are answers and some have a byte wrong, whole and cut at random.
 *
 * @returns what is wrong with what it made of them; null where nothing is
 */
export function problemOfRandomFrames(random: () => number): string | null {
  const below = (most: number): number => Math.floor(random() * most);
  const frames = Array.from({ length: FRAMES }, () => {
    const payload = Buffer.from(Array.from({ length: below(MOST_PAYLOAD) }, () => below(256)));
    const bytes =
      random() < 0.3
        ? answer(1 + 2 * below(REQUESTS + 1))
        : frame(below(11), below(64), below(2 * REQUESTS + 2), payload);
    if (random() < 0.1) bytes[below(bytes.length)] = below(256);
    return bytes;
  });
  const bytes = Buffer.concat([settings(), ...frames]);
  const whole = outcomeOf([bytes]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = Math.min(bytes.length, at + 1 + below(MOST_PAYLOAD));
    pieces.push(bytes.subarray(at, to));
    at = to;
  }
  const cut = outcomeOf(pieces);
  const ends = whole.told.map((events) => events.filter((event) => !NO_END.test(event)).length);
  if (ends.some((count) => count !== 1)) return `ends ${ends.join(', ')}: ${bytes.toString('hex')}`;
  if (isDeepStrictEqual(comparable(whole).told, comparable(cut).told)) return null;
  return `cut at ${pieces.map(({ length }) => length).join(', ')}: ${bytes.toString('hex')}`;
}

function outcomeOf(pieces: readonly Buffer[]): Outcome {
  const { session, outcome } = sessionWith(REQUESTS);
  for (const piece of pieces) session.read(piece, piece.length);
  session.close(new Error('closed'));
  return outcome();
}
