import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { FAULTS } from './faults.ts';

/** Per mille of the ids. */
const SHARES = { status: 30, reset: 10, hang: 5 } as const;
const ALL = 1_000;
const FAILED_STATUS = 500;

/** What becomes of an id: the same each time, so that who asks can be told from who is answered. */
export function fateOf(id: string): keyof typeof SHARES | 'ok' {
  let place = crc32(`flaky ${id}`) % ALL;
  for (const [fate, share] of Object.entries(SHARES)) {
    if (place < share) return fate as keyof typeof SHARES;
    place -= share;
  }
  return 'ok';
}

/**
 * Answers with the id as JSON; to 3 % of the ids with 500, to 1 % with RST and to 0.5 % never.
 *
 * @param seen how often the id has been asked for, this time included; where the query has `times=N`, the N+1st
 *   time is answered
 */
export function answerFlaky(
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
  seen: number,
): void {
  const times = new URLSearchParams(request.url?.split('?')[1]).get('times');
  const fate = times !== null && seen > Number(times) ? 'ok' : fateOf(id);
  switch (fate) {
    case 'reset':
    case 'hang':
      FAULTS[fate]?.(request.socket, request, response);
      return;
    case 'status':
    case 'ok': {
      const body = JSON.stringify({ id, fate });
      response.writeHead(fate === 'ok' ? 200 : FAILED_STATUS, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
      return;
    }
  }
}
