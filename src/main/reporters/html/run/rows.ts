import type { BatchRows } from '../../../../protocol/batch.ts';
import { counted, formatAskedRate } from '../../../text/format.ts';
import { shareTable } from '../charts/share-table.ts';
import { facts } from '../facts.ts';
import { html, type Markup } from '../markup.ts';
import { count } from '../numbers.ts';
import type { RunView } from './run-view.ts';

const NO_ANSWER = '0';
const FIRST_BAD_STATUS = 400;

/** How the rows ended, in a few words. */
export function rowsWords({ done, failed, total, isComplete }: BatchRows): string {
  if (failed > 0) return `${count(failed)} of ${counted(done, 'row')} failed.`;
  if (!isComplete)
    return total === null
      ? `${counted(done, 'row')} answered, but not all.`
      : `${count(done)} of ${counted(total, 'row')} answered.`;
  if (done === 0) return 'There was no row.';
  return done === 1 ? 'The row is ok.' : `All ${counted(done, 'row')} are ok.`;
}

/** How the rows of a batch ended. */
export function rowsPanel({ rows }: RunView): Markup | null {
  if (rows === null) return null;
  const {
    total,
    done,
    ok,
    failed,
    retries,
    doneBefore,
    returned,
    rateLimitReplies,
    isComplete,
    limitPerSecond = null,
  } = rows;
  const statuses = Object.entries(rows.statuses).map(([status, times]) => ({
    name: status === NO_ANSWER ? 'no answer' : status,
    times,
    isBad: status === NO_ANSWER || Number(status) >= FIRST_BAD_STATUS,
  }));
  const errors = Object.entries(rows.errors).map(([name, times]) => ({ name, times, isBad: true }));
  return html`${facts([
    ['Answered', total === null || total === done ? count(done) : `${count(done)} of ${count(total)}`],
    ['Ok', count(ok)],
    ['Failed', count(failed)],
    ['Complete', isComplete ? 'yes' : 'no: run the same command with --resume to continue'],
    ['Retries', count(retries)],
    ...rare('Journalled before', doneBefore),
    ...rare('Passed on', returned, ' from a lost worker to others'),
    ...(limitPerSecond === null ? [] : [['Begin at most', formatAskedRate(limitPerSecond)] as const]),
    ...rare('Too fast (429)', rateLimitReplies, ' answers'),
  ])}
${shareTable(`${counted(done, 'row')} by the status of the last attempt`, statuses, done)}
${shareTable(`${counted(failed, 'failed row')} by error`, errors, failed)}`;
}

/** A rare count; left out if it is zero. */
function rare(name: string, times: number, words = ''): (readonly [string, string])[] {
  return times === 0 ? [] : [[name, `${count(times)}${words}`]];
}
