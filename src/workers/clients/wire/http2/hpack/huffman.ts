/**
 * Code lengths in bits of HPACK's Huffman code (RFC 7541, appendix B), by byte; the last is EOS. The code is
 * canonical: codes of one length are consecutive in byte order, so the lengths determine it.
 */
const LENGTHS = [
  [13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  [28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  [6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  [5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  [13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  [7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  [15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  [6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  [20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  [24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  [22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  [21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  [26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  [19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  [20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  [26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
  [30],
].flat();

const END_OF_TEXT = 256;
const LONGEST_CODE = 30;
/** Bits per step: no code is shorter, so each step completes at most one byte. */
const STEP_BITS = 4;
const STEPS = 1 << STEP_BITS;
const LONGEST_PADDING = 7;

/** By node, the targets of 0 and 1; a negative target is a byte, as -1 - byte. */
type Tree = (readonly [zero: number, one: number])[];

/** By state and next four bits: the next state, or -1 if invalid. */
const NEXT: Int16Array = new Int16Array(END_OF_TEXT * STEPS);
/** The byte completed by that step; -1 if none. */
const BYTE: Int16Array = new Int16Array(END_OF_TEXT * STEPS);
/** By state: 1 if a text may end there, that is within up to seven bits of padding with ones. */
const MAY_END: Uint8Array = new Uint8Array(END_OF_TEXT);

fillTables(treeOf(codes()));

/**
 * Decodes `bytes[from…to)` into `target` at `at`; the text is at most 8/5 as long as its code.
 *
 * @returns the end of the text in `target`; -1 if the code or its padding is invalid
 */
export function decodeHuffman(
  bytes: Uint8Array,
  from: number,
  to: number,
  target: Uint8Array,
  at: number,
): number {
  let place = 0;
  let end = at;
  for (let i = from; i < to; i++) {
    const code = bytes[i] as number;
    let step = place * STEPS + (code >> STEP_BITS);
    let byte = BYTE[step] as number;
    if (byte >= 0) target[end++] = byte;
    place = NEXT[step] as number;
    if (place < 0) return -1;
    step = place * STEPS + (code & (STEPS - 1));
    byte = BYTE[step] as number;
    if (byte >= 0) target[end++] = byte;
    place = NEXT[step] as number;
    if (place < 0) return -1;
  }
  return MAY_END[place] === 1 ? end : -1;
}

/** Most bytes that a code of a given length can decode to. */
export function mostDecoded(lengthBytes: number): number {
  return Math.ceil((lengthBytes * 8) / 5);
}

/** By byte, and for EOS. */
function codes(): number[] {
  const all: number[] = [];
  let code = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    LENGTHS.forEach((own, byte) => {
      if (own === length) all[byte] = code++;
    });
    code *= 2;
  }
  return all;
}

function treeOf(all: readonly number[]): Tree {
  const tree: [number, number][] = [[0, 0]];
  all.forEach((code, byte) => {
    let node = 0;
    for (let bit = (LENGTHS[byte] ?? 0) - 1; bit > 0; bit--) {
      const side = (code >> bit) & 1;
      const children = tree[node] as [number, number];
      if (children[side] === 0) children[side] = tree.push([0, 0]) - 1;
      node = children[side] as number;
    }
    (tree[node] as [number, number])[code & 1] = -1 - byte;
  });
  return tree;
}

function fillTables(tree: Tree): void {
  for (let place = 0; place < tree.length; place++) {
    for (let bits = 0; bits < STEPS; bits++) {
      let node = place;
      let byte = -1;
      for (let bit = STEP_BITS - 1; bit >= 0 && node >= 0; bit--) {
        const child = (tree[node] as readonly [number, number])[(bits >> bit) & 1] as number;
        if (child >= 0) node = child;
        else if (child === -1 - END_OF_TEXT) node = -1;
        else {
          byte = -1 - child;
          node = 0;
        }
      }
      NEXT[place * STEPS + bits] = node;
      BYTE[place * STEPS + bits] = byte;
    }
  }
  let node = 0;
  for (let ones = 0; ones <= LONGEST_PADDING; ones++) {
    MAY_END[node] = 1;
    node = (tree[node] as readonly [number, number])[1];
  }
}
