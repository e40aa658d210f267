import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { FAULTS } from './faults.ts';

/** Per mille of the ids. */
const SHARES = { status: 30, reset: 10, hang: 5 } as const;
const ALL = 1_000;
const FAILED_STATUS = 500;

/** The outcome for an id: always the same, so that results can be checked against it. */
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
 * @param seen how often the id was requested, this time included; with `times=N` in the query, the N+1st
 *   request succeeds
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
