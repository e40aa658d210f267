/** Node's module of ciphers and hashes. Loading it takes milliseconds, which most starts do without. */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** So many random bytes, as hexadecimal digits. */
export function randomHex(bytes: number): string {
  return nodeCrypto().randomBytes(bytes).toString('hex');
}
