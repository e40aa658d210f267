/** A body is kept in memory by every worker. */
export const LARGEST_BODY_BYTES = 256 * 2 ** 20;
