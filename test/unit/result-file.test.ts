import { describe, expect, test } from '@jest/globals';
import { StepSummary } from '../../src/main/cli/step-summary.ts';
import { cannotWrite, ResultFile } from '../../src/main/files/result-file.ts';

const failed = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('a file that cannot be written', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS'])('%s is no mistake of the user', (code) => {
    expect(cannotWrite('--samples', 'x.csv', failed(code))).toMatchObject({
      code: 'VOLLEY_NOT_WRITTEN',
      message: expect.stringContaining(`--samples 'x.csv' cannot be written (${code})`),
    });
  });

  test.each(['ENOENT', 'EACCES', 'ENOTDIR', 'ENAMETOOLONG'])('%s is one', (code) => {
    expect(cannotWrite('--out', 'x', failed(code)).code).toBe('VOLLEY_OUTPUT');
  });

  test('a disk that is full when the result is there', async () => {
    const file = await ResultFile.open('/dev/full');
    await expect(file.commit('x')).rejects.toMatchObject({ code: 'VOLLEY_NOT_WRITTEN' });
    const summary = await StepSummary.open('/dev/full');
    await expect(summary.append('x')).rejects.toMatchObject({ code: 'VOLLEY_NOT_WRITTEN' });
  });
});
