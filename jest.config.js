/** Tests run on the built output: workers need real files, as users have them. */
export default {
  rootDir: 'dist/test',
  transform: {},
  runtime: '<rootDir>/../../scripts/test-runtime.js',
  testEnvironment: '<rootDir>/../../scripts/test-environment.js',
  injectGlobals: false,
  testMatch: ['<rootDir>/**/*.test.js'],
  testPathIgnorePatterns: ['<rootDir>/truth/', '<rootDir>/browser/every-page'],
  // For what hangs alone: a busy machine takes ten times as long as a free one.
  testTimeout: 240_000,
  // A worker that leaves nothing open still takes a second to end on a busy machine; who leaves something is told later.
  workerGracefulExitTimeout: 10_000,
  reporters: ['default', '<rootDir>/../../scripts/named-tests.js'],
  globalSetup: '<rootDir>/support/global-setup.js',
  globalTeardown: '<rootDir>/support/global-teardown.js',
  // Most tests wait half of their time. With six at a time, tests of leases and clocks are starved on two cores.
  maxWorkers: 4,
};
