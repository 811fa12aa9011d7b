// A jest reporter that closes a run with one plain line of counts, which continuous integration reads.
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : '';
    process.stderr.write(`\n${results.numPassedTests} passed, ${failed} failed${skipped}\n`);
  }
}
