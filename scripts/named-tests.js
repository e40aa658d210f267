// A reporter for jest, which is content where a name (-t) matches no test: whoever has mistyped it took that for a pass.
export default class NamedTests {
  #pattern;

  constructor({ testNamePattern }) {
    this.#pattern = testNamePattern;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites, numTotalTestSuites }) {
    if (!this.#pattern || numTotalTestSuites === 0) return;
    if (numPassedTests + numFailedTests + numFailedTestSuites > 0) return;
    console.error(`No test ran: in these files no name matches ${JSON.stringify(this.#pattern)}.`);
    process.exitCode = 1;
  }
}
