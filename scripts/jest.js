import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const JEST = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));

/**
 * What starts jest. The flags are arguments: in NODE_OPTIONS every child would inherit them. Most of what tests make is
 * garbage at once: with more room for it, less of it is copied.
 */
export const JEST_COMMAND = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=32', JEST];

/** Runs a Node script to its end and resolves with its exit code; 1 where a signal ended it. */
export function runNode(args, env = process.env) {
  const child = spawn(process.execPath, args, { stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
