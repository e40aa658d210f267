const WORKBOOK = Buffer.from('PK\u0003\u0004');
const UTF_16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** What to do about a file that begins so and is not UTF-8. */
export function adviceOnEncoding(beginning: Buffer): string {
  const begins = (mark: Buffer): boolean => beginning.subarray(0, mark.length).equals(mark);
  if (begins(WORKBOOK)) return 'it looks like a workbook: save it as CSV, in Excel as CSV UTF-8';
  const what = UTF_16.some(begins) ? 'it looks like UTF-16: ' : '';
  return `${what}save the file as UTF-8, in Excel as CSV UTF-8`;
}
