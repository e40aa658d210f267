import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { JournalReader } from '../../src/main/batch/journal.ts';
import { frameOf } from '../../src/main/batch/journal-frames.ts';
import type { AnsweredRow } from '../../src/main/batch/record.ts';
import { ANY_CHARACTER } from '../support/any-text.ts';
import { fc } from '../support/properties.ts';

const folder = mkdtempSync(join(tmpdir(), 'volley-damage-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = frameOf(JSON.stringify({ volleyJournal: 2, request: 'r', input: null, seed: 7, files: {} }));

/** Rows of a frame: their texts are what a search for the next frame has to step over. */
const framesOf = (texts: readonly (readonly string[])[]): Buffer[] => {
  let row = 0;
  return texts.map((ofFrame) => {
    const lines = ofFrame.map((text) => JSON.stringify([++row, 200, 1.5, 1, '', [text], [text]]));
    return frameOf(`${lines.join('\n')}\n${JSON.stringify({ checkpoint: { rows: row, digest: row } })}`);
  });
};

async function read(bytes: Buffer): Promise<{ frames: AnsweredRow[][]; end: number; damagedBytes: number }> {
  const path = join(folder, 'x.journal');
  writeFileSync(path, bytes);
  const reader = (await JournalReader.open(path))!;
  try {
    expect(await reader.header()).not.toBeNull();
    const frames: AnsweredRow[][] = [];
    for (let rows = await reader.rows(); rows !== null; rows = await reader.rows()) frames.push([...rows]);
    return { frames, end: reader.end, damagedBytes: reader.damagedBytes };
  } finally {
    await reader.file.close();
  }
}

type Damage =
  | { readonly kind: 'overwritten' | 'inserted'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cut' | 'zeros'; readonly at: number; readonly length: number };

const POSITION = fc.double({ min: 0, max: 1, noNaN: true });
const DAMAGE: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('overwritten' as const, 'inserted' as const),
    at: POSITION,
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      // What looks like the beginning of a frame of some length.
      fc.nat(400).map((length) => Uint8Array.from([length & 255, length >> 8, 0, 0, 1, 2, 3, 4, 91])),
    ),
  }),
  fc.record({
    kind: fc.constantFrom('cut' as const, 'zeros' as const),
    at: POSITION,
    length: fc.integer({ min: 1, max: 300 }),
  }),
);

/** The bytes with the damage, and from where to where, in the whole file, it has hit. */
function damaged(whole: Buffer, damage: Damage): { bytes: Buffer; from: number; to: number } {
  const from = HEADER.length + Math.floor(damage.at * (whole.length - HEADER.length));
  const before = whole.subarray(0, from);
  switch (damage.kind) {
    case 'inserted':
      return { bytes: Buffer.concat([before, damage.bytes, whole.subarray(from)]), from, to: from };
    case 'overwritten': {
      const to = Math.min(whole.length, from + damage.bytes.length);
      return { bytes: Buffer.concat([before, damage.bytes, whole.subarray(to)]), from, to };
    }
    case 'cut':
    case 'zeros': {
      const to = Math.min(whole.length, from + damage.length);
      const between = Buffer.alloc(damage.kind === 'cut' ? 0 : to - from);
      return { bytes: Buffer.concat([before, between, whole.subarray(to)]), from, to };
    }
  }
}

const TEXTS = fc.array(
  fc.array(fc.string({ unit: ANY_CHARACTER, maxLength: 60 }), { minLength: 1, maxLength: 4 }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

test('damage costs the frames that it has hit, no other, and makes up no row', async () => {
  await fc.assert(
    fc.asyncProperty(TEXTS, DAMAGE, async (texts, damage) => {
      const frames = framesOf(texts);
      const undamaged = await read(Buffer.concat([HEADER, ...frames]));
      expect(undamaged.frames.map((rows) => rows.length)).toEqual(texts.map(({ length }) => length));
      expect(undamaged.damagedBytes).toBe(0);

      const { bytes, from, to } = damaged(Buffer.concat([HEADER, ...frames]), damage);
      let start = HEADER.length;
      const unhit = undamaged.frames.filter((_rows, index) => {
        const end = start + frames[index]!.length;
        const isHit = from === to ? from > start && from < end : from < end && to > start;
        start = end;
        return !isHit;
      });
      const found = await read(bytes);
      // Bytes may be overwritten with what was there: then the frame is as good as before.
      const numbersOf = (rows: readonly AnsweredRow[]): number => rows[0]!.row;
      expect(found.frames.map(numbersOf)).toEqual(expect.arrayContaining(unhit.map(numbersOf)));
      for (const rows of found.frames)
        expect(rows).toEqual(undamaged.frames.find((original) => numbersOf(original) === numbersOf(rows)));
      expect(found.end).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 200 },
  );
});

test('frames behind more damage than is searched at once are found, and it is known how much it was', async () => {
  const [first, second] = framesOf([['a'], ['b']]);
  for (const length of [2 ** 20 - 9, 2 ** 20 - 4, 2 ** 20, 3 * 2 ** 20 + 1]) {
    const found = await read(Buffer.concat([HEADER, first!, Buffer.alloc(length, '['), second!]));
    expect(found.frames.map((rows) => rows[0]!.row)).toEqual([1, 2]);
    expect(found.damagedBytes).toBe(length);
  }
});

test('a torn end is no damage, and is where the next frame is written', async () => {
  const [first, second] = framesOf([['a'], ['b']]);
  const found = await read(Buffer.concat([HEADER, first!, second!.subarray(0, -1)]));
  expect(found).toMatchObject({ end: HEADER.length + first!.length, damagedBytes: 0 });
});
