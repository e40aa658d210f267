import { keepUncaught, takeUncaughtErrors } from '../../machine/at-top.ts';
import { divert } from '../../machine/diverted-output.ts';
import { endProcess } from '../../machine/ending-calls.ts';
import { endWith, guardShared, sharedSentence } from '../../machine/shared-code.ts';
import { EXIT_CODES } from '../../protocol/exit-codes.ts';
import { visibleLines } from '../../requests/visible.ts';
import { placeOfUncaught } from '../plan/scenarios/load-test.ts';
import { brokenSentence, expectCodeOfUsers, hearUncaught } from '../pool/own-process.ts';
import { say } from './say.ts';

const told = new Set<string>();
let isHearing = false;

/**
 * Call before code of the user's is loaded: what it prints goes to stderr, and what it throws where nobody catches it is
 * said and ends nothing. The workers, which load it too, count that; in one event loop, they count what came here.
 */
export function expectCode(): void {
  expectCodeOfUsers();
  // Of an earlier run in this process, whose workers were elsewhere.
  takeUncaughtErrors();
  divert(process.stdout, (text) => process.stderr.write(visibleLines(text)));
  if (isHearing) return;
  isHearing = true;
  hearUncaught(tell);
  guardShared((names, isAtTop) =>
    isAtTop
      ? endWith(`${sharedSentence(names)}. Nothing was sent.`, EXIT_CODES.usage)
      : endWith(`${sharedSentence(names)}. There is no result.`, EXIT_CODES.degraded),
  );
}

function tell(error: unknown): void {
  const sentence = placeOfUncaught(error);
  if (sentence === null) {
    say(brokenSentence(error));
    endProcess(EXIT_CODES.degraded);
  }
  keepUncaught(error);
  if (!told.has(sentence)) say(sentence);
  told.add(sentence);
}
