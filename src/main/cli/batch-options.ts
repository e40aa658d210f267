import type { BatchOptions } from '../batch/resolve-batch.ts';
import { SET_FOR_RUN } from '../plan/options.ts';
import type { Parsed } from './parsed.ts';
import { runOptionsFrom } from './run-options.ts';

/** Reads the options of a batch, with the problems that only the command line can have. */
export function batchOptionsFrom(parsed: Parsed, problems: string[]): BatchOptions {
  const [rows, url] = parsed.positionals;
  return {
    rows,
    // Batches have no --set, which has been told.
    run: { ...runOptionsFrom(parsed, problems), url, [SET_FOR_RUN]: undefined },
    out: parsed.last('out'),
    select: parsed.all('select'),
    saveBody: parsed.last('save-body'),
    byDefault: parsed.last('default'),
    order: parsed.last('order'),
    chunk: parsed.last('chunk'),
    retries: parsed.last('retries'),
    retryUnsafe: parsed.flag('retry-unsafe'),
    idempotencyKey: parsed.last('idempotency-key'),
    resume: parsed.flag('resume'),
    retryFailed: parsed.flag('retry-failed'),
    force: parsed.flag('force'),
    isCsvSafe: parsed.flag('csv-safe'),
  };
}
