// Directories for one test file, gone when it ends.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { removeDirectory } from './remove.js';

const made: string[] = [];

afterAll(() => {
  for (const directory of made) removeDirectory(directory);
});

/** A new directory, below the system's one for temporary files or below `parent`. */
export function temporaryDirectory(parent: string = tmpdir()): string {
  const directory = mkdtempSync(join(parent, 'bbb-pod-live-test-'));
  made.push(directory);
  return directory;
}
