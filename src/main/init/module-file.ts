import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The file that a new module is written to: `.mts` where Node takes `.ts` for CommonJS, which has no imports. */
export function moduleFileFor(name: string, folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const text = packageIn(at);
    if (text !== null) return isCommonJs(text) ? name.replace(/\.ts$/, '.mts') : name;
    if (dirname(at) === at) return name;
  }
}

function packageIn(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    return null;
  }
}

function isCommonJs(packageText: string): boolean {
  try {
    const described: unknown = JSON.parse(packageText);
    return (
      typeof described === 'object' &&
      described !== null &&
      'type' in described &&
      described.type === 'commonjs'
    );
  } catch {
    return false;
  }
}
