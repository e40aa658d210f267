import base from './jest.config.js';

/** Every page in a browser, at every width: npm run test:browser. The default tests have the short part alone. */
export default {
  ...base,
  testMatch: ['<rootDir>/browser/**/*.test.js'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
};
