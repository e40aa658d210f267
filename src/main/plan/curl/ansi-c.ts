import { toByteText } from './byte-text.ts';

// Adjacent \u escapes are read together: browsers write the two halves of a surrogate pair as two escapes.
const ESCAPE =
  /((?:\\u[\da-fA-F]{1,4})+)|\\(?:U([\da-fA-F]{1,8})|x([\da-fA-F]{1,2})|([0-7]{1,3})|c(.)|(.))/gs;
const LAST_CODE_POINT = 0x10ffff;

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
      if (units !== undefined) return toByteText(fromUnits(units));
      if (codePoint !== undefined)
        return toByteText(String.fromCodePoint(Math.min(Number.parseInt(codePoint, 16), LAST_CODE_POINT)));
      if (hexadecimal !== undefined) return byte(Number.parseInt(hexadecimal, 16));
      if (octal !== undefined) return byte(Number.parseInt(octal, 8));
      if (control !== undefined) return byte(control.charCodeAt(0) & 0x1f);
      return ONE_CHARACTER[character] ?? written;
    },
  );
}

function fromUnits(escapes: string): string {
  const units = escapes.split('\\u').slice(1);
  return units.map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join('');
}

function byte(value: number): string {
  return String.fromCharCode(value & 0xff);
}
