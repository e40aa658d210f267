import { ERROR_CODES, messageOf, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { readSaved } from '../files/result-file.ts';
import { type Kept, type KeptRun, listRuns } from '../history/kept-run.ts';
import { keptRuns, RUN_FOLDER } from '../history/run-folder.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { RUNS_REPORTERS } from '../reporters/runs-text.ts';
import { runsFormFrom } from './output-form.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

const DEFAULT_LIMIT = '20';
const MOST_SHOWN = 500;

/** `volley runs [words]`: what --save has kept, each result held against the one before it of the same plan. */
export async function runsCommand(parsed: Parsed, problems: Told[]): Promise<ExitCode> {
  const form = runsFormFrom(parsed.last('output') ?? 'text', problems);
  const counts = new Problems();
  const limit = counts.count('limit', parsed.last('limit') ?? DEFAULT_LIMIT, 1, MOST_SHOWN);
  problems.push(...counts.list);
  if (problems.length > 0 || limit === null) throw new VolleyError(ERROR_CODES.usage, problems);
  const kept: { path: string; result: Kept }[] = [];
  for (const path of await keptRuns()) {
    try {
      kept.push({ path, result: await readSaved(path) });
    } catch (error) {
      say(messageOf(error));
    }
  }
  const all = listRuns(kept);
  const [words] = parsed.positionals;
  const found = words === undefined ? all : all.filter((run) => has(run, words));
  if (found.length === 0) say(whyNone(all.length, words));
  if (found.length > 0 || form === 'json') process.stdout.write(RUNS_REPORTERS[form](found.slice(0, limit)));
  if (found.length > limit)
    say(`${found.length - limit} older ones are not shown: --limit ${found.length} shows all.`);
  return EXIT_CODES.ok;
}

function has({ target, branch, revision, verdict, kind }: KeptRun, words: string): boolean {
  return [target, branch, revision, verdict, kind].some((text) =>
    text?.toLowerCase().includes(words.toLowerCase()),
  );
}

function whyNone(kept: number, words: string | undefined): string {
  return kept === 0
    ? `no result is kept in ${RUN_FOLDER}: run with --save first.`
    : `none of the ${kept} results in ${RUN_FOLDER} has '${words}' in its target, branch, revision or verdict.`;
}
