import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './cli.ts';

/** Signed by itself, for localhost and 127.0.0.1. */
export const CERTIFICATE_PATH = join(ROOT, 'test/fixtures/cert.pem');
export const KEY_PATH = join(ROOT, 'test/fixtures/key.pem');
/** Of the same key, valid in 2020 only. */
export const EXPIRED_PATH = join(ROOT, 'test/fixtures/expired.pem');
export const CERTIFICATE = {
  cert: readFileSync(CERTIFICATE_PATH, 'utf8'),
  key: readFileSync(KEY_PATH, 'utf8'),
};
