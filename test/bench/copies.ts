// Ten recordings go to another disk, as the outbox copies them, beside `cp` and one reading of the copies.
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shippedPath } from '../support/shipped.js';
import { median } from './measure.js';
import type { Group } from './table.js';

const RECORDINGS = 10;
const MEGABYTES = Number(process.env['BENCH_RECORDING_MB'] ?? 1000);
const ROUNDS = 3;

/** Memory: another file system than that of the recordings, and no disk whose moods would be measured. */
const TARGET = '/dev/shm';

/** One reading with the hash that tells whether the copy is whole, by Node, as the program has it. */
const READ = `const hash = require('node:crypto').createHash('sha256');
require('node:fs').createReadStream(process.argv[1], { highWaterMark: 2 ** 20 }).on('data', (piece) => hash.update(piece));`;

const run = promisify(execFile);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function makeRecording(path: string): void {
  const piece = Buffer.alloc(2 ** 20, path);
  const file = openSync(path, 'w');
  for (let count = 0; count < MEGABYTES; count += 1) writeSync(file, piece);
  closeSync(file);
}

/** As the program does it: one worker for each recording, all at once. Answers the most memory that one had in hand. */
async function copyAll(base: string, target: string): Promise<number> {
  const peaks = await Promise.all(
    Array.from({ length: RECORDINGS }, async (_, index) => {
      const worker = fork(shippedPath('dist/worker.js'), { serialization: 'advanced', silent: true });
      const places = { baseDirectory: base, podDefaultBbbPath: target };
      const parameters = [
        places,
        'copy',
        `entry${index}`,
        'recording.mkv',
        { place: 'pod', internalMeetingId: `meeting${index}`, livestreamId: index },
      ];
      worker.send({ call: 1, method: 'onEntry', parameters });
      for (;;) {
        const [word] = (await once(worker, 'message')) as [{ call?: number; failure?: { message: string } }];
        if (word.failure !== undefined) throw new Error(word.failure.message);
        if (word.call !== undefined) break;
      }
      const [, peak] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(worker.pid)}/status`, 'utf8')) ?? [];
      worker.kill();
      return Number(peak) / 1024;
    }),
  );
  return Math.max(...peaks);
}

export const copies: Group = async () => {
  const base = mkdtempSync(join(tmpdir(), 'bbb-pod-live-bench-'));
  const target = mkdtempSync(join(TARGET, 'bbb-pod-live-bench-'));
  const sources = Array.from({ length: RECORDINGS }, (_, index) =>
    join(base, 'outbox', `entry${index}`, 'recording.mkv'),
  );
  try {
    for (const source of sources) {
      mkdirSync(join(source, '..'), { recursive: true });
      makeRecording(source);
    }
    const [plain, own, peaks]: [number[], number[], number[]] = [[], [], []];
    const [one, other] = [join(target, 'cp'), join(target, 'own')];
    for (let round = 0; round < ROUNDS; round += 1) {
      mkdirSync(one);
      plain.push(
        await timed(async () => {
          for (const [index, source] of sources.entries()) {
            await run('cp', [source, join(one, String(index))]);
            await run(process.execPath, ['--eval', READ, join(one, String(index))]);
          }
        }),
      );
      rmSync(one, { recursive: true });
      mkdirSync(other);
      own.push(await timed(async () => peaks.push(await copyAll(base, other))));
      rmSync(other, { recursive: true });
    }
    return [
      {
        what: `${RECORDINGS} recordings of ${MEGABYTES} MB, wall time, to \`cp\` and one reading of each copy`,
        figure: median(own) / median(plain),
        bound: 1.3,
      },
      { what: 'memory of the process that copies one, in MB', figure: median(peaks), bound: 100, decimals: 0 },
    ];
  } finally {
    for (const directory of [base, target]) rmSync(directory, { recursive: true, force: true });
  }
};
