// What the streamer's program holds of its libraries: the browser's driver, and nothing of what that has beside.
import { readFileSync, statSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { shippedPath } from '../support/shipped.js';

const BUILD = JSON.parse(readFileSync('.build/dist.json', 'utf8')) as {
  outputs: Record<string, { inputs: Record<string, unknown> }>;
};

const packages = new Set(
  Object.keys(BUILD.outputs['dist/streamer.js']?.inputs ?? {}).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  ),
);

test('the driver of Chromium is in it', () => {
  expect([...packages]).toEqual(expect.arrayContaining(['puppeteer-core', 'ioredis', 'axios']));
});

test.each(['chromium-bidi', 'proxy-agent', 'yargs', 'tar-fs', '@tootallnate/quickjs-emscripten'])(
  '%s, for other browsers and for downloads of browsers, is not',
  (name) => {
    expect([...packages]).not.toContain(name);
  },
);

test('it has less than three megabytes', () => {
  expect(statSync(shippedPath('dist/streamer.js')).size).toBeLessThan(3_000_000);
});
