import { inflateSync } from 'node:zlib';
import type { Box } from './chromium.ts';

const SIGNATURE_BYTES = 8;

/** A picture as a browser takes it: eight bits a channel, not interlaced. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
}

export function pictureOf(png: Buffer): Picture {
  const parts: Buffer[] = [];
  let [width, height, channels] = [0, 0, 4];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR')
      [width, height, channels] = [data.readUInt32BE(0), data.readUInt32BE(4), data[9] === 2 ? 3 : 4];
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const rows = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  // With a row of nothing above the first.
  const pixels = new Uint8Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1) + 1;
    const to = (y + 1) * stride;
    const filter = rows[from - 1]!;
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? pixels[to + x - channels]! : 0;
      const above = pixels[to + x - stride]!;
      let guess = 0;
      if (filter === 1) guess = left;
      else if (filter === 2) guess = above;
      else if (filter === 3) guess = (left + above) >> 1;
      else if (filter === 4)
        guess = nearest(left, above, x >= channels ? pixels[to + x - stride - channels]! : 0);
      pixels[to + x] = rows[from + x]! + guess;
    }
  }
  return { width, height, channels, pixels: pixels.subarray(stride) };
}

/** The one of three that is nearest to left + above − corner. */
function nearest(left: number, above: number, corner: number): number {
  const byLeft = Math.abs(above - corner);
  const byAbove = Math.abs(left - corner);
  const byCorner = Math.abs(left + above - 2 * corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/** Whether two pictures of the same size differ within a box. */
export function differs(a: Picture, b: Picture, { x, y, width, height }: Box): boolean {
  const bytes = Math.floor(width) * a.channels;
  for (let row = Math.ceil(y); row < Math.min(a.height, y + height); row++) {
    const from = (row * a.width + Math.ceil(x)) * a.channels;
    const [ofA, ofB] = [a.pixels.subarray(from, from + bytes), b.pixels.subarray(from, from + bytes)];
    if (Buffer.compare(ofA, ofB) !== 0) return true;
  }
  return false;
}
