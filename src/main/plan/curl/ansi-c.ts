import { toByteText } from './byte-text.ts';

// Adjacent \u escapes are read together: browsers write the two halves of a surrogate pair as two escapes.
const ESCAPE =
  /((?:\\u[\da-fA-F]{1,4})+)|\\(?:U([\da-fA-F]{1,8})|x(\{[\da-fA-F]+\}?|[\da-fA-F]{1,2})|([0-7]{1,3})|c(\\\\|.)|(.))/gs;
/** The lowest codes that need two, three and more bytes. */
const LEAST_OF_LENGTH = [0x80, 0x800, 0x10000, 0x200000, 0x4000000];
const MARKS = 0xff00;
const NEXT_MARK = 0x80;
const NEXT = 0x3f;
const BITS_OF_NEXT = 6;
const SURROGATE = /[\ud800-\udfff]/;

const ONE_CHARACTER: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** Reads what bash reads between `$'` and `'`; both texts are byte texts. Unknown escapes stay as they are. */
export function readAnsiC(inner: string): string {
  return inner.replace(
    ESCAPE,
    (
      written: string,
      units: string | undefined,
      codePoint: string | undefined,
      hexadecimal: string | undefined,
      octal: string | undefined,
      control: string | undefined,
      character: string,
    ) => {
      if (units !== undefined) return fromUnits(units);
      if (codePoint !== undefined) return bytesOfCode(Number.parseInt(codePoint, 16));
      if (hexadecimal !== undefined) return byte(Number.parseInt(hexadecimal.replace('{', ''), 16));
      if (octal !== undefined) return byte(Number.parseInt(octal, 8));
      if (control !== undefined) return control === '?' ? '\x7f' : byte(control.charCodeAt(0) & 0x1f);
      return ONE_CHARACTER[character] ?? written;
    },
  );
}

function fromUnits(escapes: string): string {
  const units = escapes.split('\\u').slice(1);
  const text = units.map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('');
  return [...text]
    .map((character) =>
      SURROGATE.test(character) && character.length === 1
        ? bytesOfCode(character.charCodeAt(0))
        : toByteText(character),
    )
    .join('');
}

/** UTF-8 as bash writes it: also half a surrogate pair, and codes that no character has. */
function bytesOfCode(code: number): string {
  const more = LEAST_OF_LENGTH.filter((least) => code >= least).length;
  if (more === 0) return byte(code);
  const first = (MARKS >> (more + 1)) | (code >> (BITS_OF_NEXT * more));
  const next = Array.from({ length: more }, (_, index) => (code >> (BITS_OF_NEXT * index)) & NEXT);
  return [first, ...next.reverse().map((bits) => NEXT_MARK | bits)].map(byte).join('');
}

function byte(value: number): string {
  return String.fromCharCode(value & 0xff);
}
