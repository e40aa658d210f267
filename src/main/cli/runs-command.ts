import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { EXIT_CODES, type ExitCode } from '../../protocol/exit-codes.ts';
import { ResultFile } from '../files/result-file.ts';
import { keptResults } from '../history/kept-results.ts';
import { type KeptRun, listRuns } from '../history/kept-run.ts';
import { RUN_FOLDER } from '../history/run-folder.ts';
import { RUN_TABLE } from '../plan/option-table/run-table.ts';
import { Problems, type Told } from '../plan/problems.ts';
import { quoted } from '../text/quoted.ts';
import { repeatedOptions } from './command-options.ts';
import { printedRuns, runsFormFrom } from './output-form.ts';
import { PAGE_OPTION, pagePathFrom, writeTrendPage } from './page-file.ts';
import type { Parsed } from './parsed.ts';
import { say } from './say.ts';

const DEFAULT_LIMIT = '20';
/** Limit on the number of kept results. */
const MOST_SHOWN = 500;

/** `volley runs [words]`: the results kept by --save, each compared with the previous one of the same plan. */
export async function runsCommand(parsed: Parsed, problems: Told[]): Promise<ExitCode> {
  const form = runsFormFrom(parsed.last('output'), problems);
  problems.push(...repeatedOptions(parsed, { html: RUN_TABLE.html }));
  const pagePath = pagePathFrom(parsed, problems);
  const limit = limitFrom(parsed, form === 'html', problems);
  if (problems.length > 0 || limit === null) throw new VolleyError(ERROR_CODES.usage, problems);
  const { all, unusable } = await everyRun();
  const [words] = parsed.positionals;
  const found = words === undefined ? all : all.filter((run) => has(run, words));
  if (found.length === 0) {
    say(whyNone(all.length, unusable, words));
    if (pagePath !== null) say(`--html ${quoted(pagePath)} was not written: there is nothing to show.`);
    // Whoever wants the list as JSON has one, which is empty.
    if (pagePath !== null || form === 'html') return EXIT_CODES.notWritten;
  }
  const shown = found.slice(0, limit);
  if (pagePath !== null && shown.length > 0) {
    const onPage = parsed.last('limit') === undefined ? found : shown;
    await writeTrendPage(await ResultFile.open(pagePath, PAGE_OPTION), onPage, unusable);
  }
  if (shown.length > 0 || form === 'json') process.stdout.write(await printedRuns(shown, form, unusable));
  if (found.length > limit)
    say(`${found.length - limit} older ones are not shown: --limit ${found.length} shows all.`);
  // What was shown is not all that is kept.
  return unusable > 0 ? EXIT_CODES.degraded : EXIT_CODES.ok;
}

function limitFrom(parsed: Parsed, isOnPage: boolean, problems: Told[]): number | null {
  const counts = new Problems();
  const given = parsed.last('limit') ?? (isOnPage ? String(MOST_SHOWN) : DEFAULT_LIMIT);
  const limit = counts.count('limit', given, 1, MOST_SHOWN);
  problems.push(...counts.list);
  return limit;
}

/** Reads them one by one, so that only what is listed stays in memory; says which cannot be used, and counts those. */
async function everyRun(): Promise<{ readonly all: KeptRun[]; readonly unusable: number }> {
  const runs: KeptRun[] = [];
  let unusable = 0;
  const passedOver = (sentence: string): void => {
    unusable++;
    say(sentence);
  };
  for await (const { run } of keptResults(RUN_FOLDER, passedOver)) runs.push(run);
  return { all: listRuns(runs), unusable };
}

function has({ target, plan, planName, branch, revision, verdict, kind }: KeptRun, words: string): boolean {
  return [target, plan.scenarios?.file, planName, branch, revision, verdict, kind].some((text) =>
    text?.toLowerCase().includes(words.toLowerCase()),
  );
}

function whyNone(kept: number, unusable: number, words: string | undefined): string {
  if (kept === 0 && unusable > 0) return `no file kept in ${RUN_FOLDER} can be used.`;
  if (kept === 0) return `no result is kept in ${RUN_FOLDER}: run with --save first.`;
  const has =
    kept === 1
      ? `the only result in ${RUN_FOLDER} does not have`
      : `none of the ${kept} results in ${RUN_FOLDER} has`;
  return `${has} '${words}' in its target, name, branch, revision or verdict.`;
}
