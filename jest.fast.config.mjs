// The tests of what is pure: no disk, no process, no network (`npm run test:fast`); and how much of it they cover (`npm run coverage`).
import { readFileSync } from 'node:fs';

const { jest } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
// They need neither what is packed nor a bundle: they run on what the compiler has made.
const { globalSetup: _setUp, globalTeardown: _tearDown, moduleNameMapper: _bundled, ...common } = jest;

/** The pure folders of every program, the pure files of `shared`, and those of `shell` that only read what others have answered. */
const PURE = [
  '*/{plan,report,core,status}/**/*',
  'gateway/{exchange,pod-calls,shell/read-request}',
  'migrate/{claim-name,config,core,recordings}',
  'shared/{decoder,networks,display-width,redact,slot-chat,stream-url,wanted}',
  'tick/{config,on-air}',
  'tick/shell/**/{bbb-answers,compose-answers,compose-variables,slot-file}',
];

/** The folders and files of what decides, and how many of their branches in a hundred the tests take at least. */
const COVERED = {
  'tick/plan/': 100,
  'tick/report/': 100,
  'tick/status/': 100,
  'migrate/core/': 100,
  'gateway/core/': 100,
  'shared/wanted.js': 100,
};

export default {
  ...common,
  // Also what no test loads counts.
  roots: ['<rootDir>/.build/test', '<rootDir>/.build/src'],
  testMatch: PURE.map((pattern) => `<rootDir>/.build/test/${pattern}.test.js`),
  coverageProvider: 'babel',
  coverageDirectory: '.build/coverage',
  coverageReporters: ['text', 'html'],
  collectCoverageFrom: Object.keys(COVERED).map(
    (place) => `.build/src/${place}${place.endsWith('/') ? '**/*.js' : ''}`,
  ),
  coverageThreshold: Object.fromEntries(
    Object.entries(COVERED).map(([place, branches]) => [`./.build/src/${place}`, { branches }]),
  ),
};
