import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * A git ref in a worktree of its own, installed and built with its own lock file.
 *
 * @throws where git does not know the ref, or it cannot be installed; nothing is left behind then
 */
export function checkOut(ref) {
  const commit = commitOf(ref);
  const folder = join(mkdtempSync(join(tmpdir(), 'volley-base-')), 'volley');
  const remove = () => {
    rmSync(join(folder, '..'), { recursive: true, force: true });
    git('worktree', 'prune');
  };
  try {
    git('worktree', 'add', '--quiet', '--detach', folder, commit);
    process.stderr.write(`installing and building ${ref} (${commit.slice(0, 10)})\n`);
    // Its prepare script builds it.
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { name: `${ref} (${commit.slice(0, 10)})`, bin: join(folder, 'bin/volley.js'), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function commitOf(ref) {
  try {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).trim();
  } catch {
    throw new Error(`git knows no commit by the name ${ref}`);
  }
}

function git(...args) {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
}
