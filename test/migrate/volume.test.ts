// Very many recordings: the export of 50,000 is bounded in processor time, that of 100,000 in memory.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startVolumeServer, type Run } from '../support/migrate/volume.js';
import { temporaryDirectory } from '../support/temporary.js';

const PATIENCE_MS = 300_000;

async function exported(recordings: number): Promise<Run> {
  const directory = temporaryDirectory();
  const server = await startVolumeServer(recordings);
  try {
    const run = await server.exportCsv(directory);
    // Header, a line each, and nothing behind the last one; no name here has a line break.
    expect(readFileSync(join(directory, 'out.csv'), 'utf8').split('\r\n')).toHaveLength(recordings + 2);
    return run;
  } finally {
    await server.stop();
  }
}

test(
  '50,000 recordings become a CSV within 10 s of processor time',
  async () => {
    expect((await exported(50_000)).processorMs).toBeLessThan(10_000);
  },
  PATIENCE_MS,
);

test(
  '100,000 recordings become a CSV within 512 MB',
  async () => {
    expect((await exported(100_000)).megabytes).toBeLessThan(512);
  },
  PATIENCE_MS,
);
