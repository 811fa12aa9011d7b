// The figures of the CSV export of 50,000 recordings, beside the download of the same answer; exits with 1 beyond the limits.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVolumeServer } from '../support/migrate/volume.js';

const RECORDINGS = 50_000;
const ROUNDS = 7;
const MOST_MEGABYTES = 256;
const MOST_PROCESSOR_S = 10;

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

const directory = mkdtempSync(join(tmpdir(), 'bbb-pod-live-bench-'));
const server = await startVolumeServer(RECORDINGS);
try {
  const downloads: number[] = [];
  const exports: number[] = [];
  const memories: number[] = [];
  const processors: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const download = await server.download();
    const run = await server.exportCsv(directory);
    bytes = download.bytes;
    downloads.push(download.ms);
    exports.push(run.ms);
    memories.push(run.megabytes);
    processors.push(run.processorMs / 1000);
    console.log(
      `round ${round + 1}: download ${Math.round(download.ms)} ms, export ${Math.round(run.ms)} ms, ${Math.round(run.megabytes)} MB`,
    );
  }
  const ratio = median(exports) / median(downloads);
  const peak = Math.max(...memories);
  const processor = median(processors);
  const megabytes = (size: number): string => (size / 1e6).toFixed(1);
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; medians of ${ROUNDS} rounds`,
  );
  console.log(`download of ${RECORDINGS} recordings (${megabytes(bytes)} MB): ${Math.round(median(downloads))} ms`);
  console.log(
    `export to CSV (${megabytes(statSync(join(directory, 'out.csv')).size)} MB), answer saved: ${Math.round(median(exports))} ms`,
  );
  console.log(
    `${ratio.toFixed(2)} times the download; processors ${processor.toFixed(1)} s (less than ${MOST_PROCESSOR_S}), memory ${Math.round(peak)} MB (less than ${MOST_MEGABYTES})`,
  );
  process.exitCode = processor < MOST_PROCESSOR_S && peak < MOST_MEGABYTES ? 0 : 1;
} finally {
  await server.stop();
  rmSync(directory, { recursive: true });
}
