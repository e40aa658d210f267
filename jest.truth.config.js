import common from './jest.config.js';

/** The experiments time things: they run alone, one after the other. */
export default {
  ...common,
  testMatch: ['<rootDir>/truth/*.test.js'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  // Timed as users start it.
  globalSetup: undefined,
  globalTeardown: undefined,
};
