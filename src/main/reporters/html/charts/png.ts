import { constants, crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const BITS_A_PIXEL = 4;
const WITH_PALETTE = 3;

/**
 * A picture whose content is its opacity: its colour comes from the page's style, so that one
 * file serves both themes.
 *
 * @param levels width × height values below 16, row by row
 * @param alphas the opacity of each level, 0 to 255
 */
export function alphaPng(
  width: number,
  height: number,
  levels: Uint8Array,
  alphas: readonly number[],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BITS_A_PIXEL, WITH_PALETTE, 0, 0, 0], 8);
  const rowLength = Math.ceil(width / 2) + 1;
  const rows = Buffer.alloc(rowLength * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * rowLength + 1 + (x >> 1);
      rows[at] = (rows[at] ?? 0) | ((levels[y * width + x] ?? 0) << (x & 1 ? 0 : BITS_A_PIXEL));
    }
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.alloc(alphas.length * 3, 0xff)),
    chunk('tRNS', Buffer.from(alphas)),
    chunk('IDAT', deflateSync(rows, { level: 6, memLevel: 5, strategy: constants.Z_FILTERED })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
