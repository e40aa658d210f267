import type { OptionTable } from '../plan/option-table/entry.ts';

/** Options of the reference server. */
export const SERVE_TABLE = {
  host: {
    kind: 'text',
    group: 'own',
    value: 'ADDRESS',
    help: 'Address to listen on',
    byDefault: '127.0.0.1',
    commands: ['serve'],
  },
  port: {
    kind: 'count',
    group: 'own',
    help: 'Port to listen on; 0 is a free one',
    byDefault: '8080',
    commands: ['serve'],
  },
  cert: {
    kind: 'file',
    group: 'own',
    help: 'Certificate in PEM form; with --key, serves https and HTTP/2',
    commands: ['serve'],
  },
  key: {
    kind: 'file',
    group: 'own',
    help: 'Key of the certificate in PEM form',
    commands: ['serve'],
  },
  h2c: {
    kind: 'flag',
    group: 'own',
    help: 'Serve only HTTP/2 without TLS, by prior knowledge',
    commands: ['serve'],
  },
  'close-every': {
    kind: 'count',
    group: 'own',
    help: 'Close every N-th connection as soon as it is accepted',
    commands: ['serve'],
  },
  model: {
    kind: 'flag',
    group: 'own',
    help: 'Also serve a mock model that streams tokens at known times',
    commands: ['serve'],
  },
  'first-token': {
    kind: 'duration',
    group: 'own',
    help: 'With --model: time from the start of an answer to its first token',
    byDefault: '150ms',
    commands: ['serve'],
  },
  'token-gap': {
    kind: 'duration',
    group: 'own',
    help: 'With --model: time between tokens',
    byDefault: '20ms',
    commands: ['serve'],
  },
  slots: {
    kind: 'count',
    group: 'own',
    help: 'With --model: answers at once; further requests wait in a queue',
    byDefault: 'no limit',
    commands: ['serve'],
  },
} as const satisfies OptionTable;
