import fc from 'fast-check';

/**
 * Any character, lone surrogates aside. fast-check's own `binary` means the same, and first makes a table of all of
 * them, which takes each test file seconds.
 */
export const ANY_CHARACTER: fc.Arbitrary<string> = fc
  .oneof(
    fc.integer({ min: 0, max: 0xff }),
    fc.integer({ min: 0, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map((codePoint) => String.fromCodePoint(codePoint));
