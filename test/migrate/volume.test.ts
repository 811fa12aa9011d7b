// Fifty thousand recordings: the export is bounded in memory, and costs a few times what the mere download of BBB's answer does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startVolumeServer } from '../support/migrate/volume.js';
import { temporaryDirectory } from '../support/temporary.js';

const RECORDINGS = 50_000;
const MOST_MEGABYTES = 256;
const MOST_DOWNLOADS = 4;

/** Other tests run meanwhile, which slows now the one, now the other: what can be done in some round can be done. */
const MOST_ROUNDS = 8;
const PATIENCE_MS = 300_000;

test(
  `${RECORDINGS} recordings become a CSV within ${MOST_MEGABYTES} MB and ${MOST_DOWNLOADS} times the time of their download`,
  async () => {
    const directory = temporaryDirectory();
    const server = await startVolumeServer(RECORDINGS);
    const ratios: number[] = [];
    try {
      while (ratios.length < MOST_ROUNDS && !ratios.some((ratio) => ratio <= MOST_DOWNLOADS)) {
        const download = await server.download();
        const run = await server.exportCsv(directory);
        ratios.push(run.ms / download.ms);
        expect(run.megabytes).toBeLessThan(MOST_MEGABYTES);
        // Header, a line each, and nothing behind the last one; no name here has a line break.
        expect(readFileSync(join(directory, 'out.csv'), 'utf8').split('\r\n')).toHaveLength(RECORDINGS + 2);
      }
    } finally {
      await server.stop();
    }
    expect(Math.min(...ratios)).toBeLessThanOrEqual(MOST_DOWNLOADS);
  },
  PATIENCE_MS,
);
