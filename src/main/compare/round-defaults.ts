export const DEFAULT_ROUNDS = 8;
export const DEFAULT_MARGIN = '3%';
export const FEWEST_ROUNDS_AT_ALL = 2;
