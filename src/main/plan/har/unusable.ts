/** Why an entry is no request that could be sent; nothing of what was recorded is in it. */
export class Unusable extends Error {}
