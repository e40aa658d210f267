import { pathToFileURL } from 'node:url';
import { Interrupted, RequestError, ScenarioFailure } from '../../../protocol/scenario-errors.ts';

/** A step could not be done. Its stack is the step's place in the plan file, so that it is told like one of a module. */
class FlowError extends Error {
  override readonly name = 'FlowError';

  constructor(message: string, path: string, place: string) {
    super(message);
    this.stack = `FlowError: ${message}\n    at ${pathToFileURL(path).href}:${place}`;
  }
}

/** Does something of the step at a place, which stands in its error. */
export function at<T>(path: string, place: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw placed(error, path, place);
  }
}

/** An error with the place of its step, unless it says by itself what happened. */
export function placed(error: unknown, path: string, place: string): unknown {
  const isTold =
    error instanceof FlowError ||
    error instanceof RequestError ||
    error instanceof ScenarioFailure ||
    error instanceof Interrupted;
  if (isTold) return error;
  return new FlowError(error instanceof Error ? error.message : String(error), path, place);
}
