import { pathToFileURL } from 'node:url';
import { Interrupted, RequestError, ScenarioFailure } from '../../../protocol/scenario-errors.ts';
import { isA, placeOf, textOf, toldInFull } from '../script-place.ts';

/** A step failed. Its stack points to the step in the plan file, so that it is reported like an error of a module. */
class FlowError extends Error {
  override readonly name = 'FlowError';

  constructor(message: string, path: string, place: string) {
    super(message);
    this.stack = `FlowError: ${message}\n${frameAt(path, place)}`;
  }
}

const TOLD = [FlowError, RequestError, ScenarioFailure, Interrupted];

function frameAt(path: string, place: string): string {
  return `    at ${pathToFileURL(path).href}:${place}`;
}

/** Calls `act` for the step at a place; errors get that place. */
export function at<T>(path: string, place: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw placed(error, path, place);
  }
}

/** Errors whose stack is the place of their step, the innermost one. */
const isPlaced = new WeakSet<Error>();

/** Adds the place of its step to an error; if that already says what happened, only its stack changes. */
export function placed(error: unknown, path: string, place: string): unknown {
  if (isTold(error)) {
    if (!(error instanceof FlowError || error instanceof Interrupted) && !isPlaced.has(error)) {
      isPlaced.add(error);
      error.stack = `${error.name}: ${error.message}\n${frameAt(path, place)}`;
    }
    return error;
  }
  // What a called function throws has a place of its own, in its module.
  return new FlowError(placeOf(error) === null ? textOf(error) : toldInFull(error), path, place);
}

/** Whether it can be given a place, and says what happened; what is called may throw anything, frozen too. */
function isTold(error: unknown): error is Error {
  return TOLD.some((type) => isA<Error>(error, type)) && !Object.isFrozen(error);
}
