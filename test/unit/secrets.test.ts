import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { withoutSecrets } from '../../src/main/secrets.ts';

const secret = fc.stringMatching(/^[A-Za-z0-9 %"\\/+é]{4,20}$/);
/** Shares no letter with a secret. */
const around = fc.stringMatching(/^[<>()]{0,10}$/);

describe('texts without secrets', () => {
  test('neither as they are, nor in a URL, nor in JSON', () => {
    fc.assert(
      fc.property(secret, around, around, (hidden, before, after) => {
        const inJson = JSON.stringify(hidden).slice(1, -1);
        for (const form of [hidden, encodeURIComponent(hidden), inJson]) {
          expect(withoutSecrets(before + form + after, [hidden])).toBe(`${before}…${after}`);
        }
      }),
    );
  });

  test('one that is a part of another leaves nothing of it', () => {
    expect(withoutSecrets('token-and-more, token', ['token', 'token-and-more'])).toBe('…, …');
  });

  test('three letters would be found anywhere', () => {
    expect(withoutSecrets('abc', ['abc'])).toBe('abc');
    expect(withoutSecrets('nothing to hide', [])).toBe('nothing to hide');
  });
});
