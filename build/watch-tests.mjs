// `npm run test:watch`: compiles what is saved, and runs the tests of what is pure again.
import { spawn } from 'node:child_process';

function start(...words) {
  return spawn(process.execPath, words, { stdio: 'inherit' });
}

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const compiler = start('node_modules/typescript/bin/tsc', '--watch', '--preserveWatchOutput');
const tests = start(...JEST, '--config', 'jest.fast.config.mjs', '--watchAll', ...process.argv.slice(2));
tests.once('exit', (status) => {
  compiler.kill();
  process.exitCode = status ?? 1;
});
