// How much room there is where recordings lie: asked here, or, where a disk may be far away, by a process of its own.
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError } from '../../shared/errors.js';
import { errorCode } from '../../shared/files.js';
import { isOnMountsOf } from '../../shared/mounts.js';
import { startWorker } from '../../shared/worker.js';
import { PortError } from '../errors.js';
import type { Config, DiskPlace, DiskSight } from '../model.js';
import type { Disks } from '../ports.js';
import { askFar } from './far-disk.js';
import { expectNobodyLeft, noteLeft } from './left-behind.js';
import { outboxDirectory } from './outbox/entry-paths.js';

type Space = NonNullable<DiskSight['space']>;

/** One question, of which each tick that plans waits for the answer. */
const SILENCE_MS = 5000;

const LEFT = '.bbb-pod-live-disk-left';

/** `program`: what works where a disk may be far away. */
export function createDisks(
  places: Pick<Config, 'baseDirectory' | 'podDefaultBbbPath' | 'podRecorderPath'>,
  program: URL,
): Disks {
  const { baseDirectory, podDefaultBbbPath, podRecorderPath } = places;
  const directories: [DiskPlace, string][] = [
    ['base', baseDirectory],
    ['outbox', outboxDirectory(baseDirectory)],
    ...[podDefaultBbbPath, podRecorderPath].flatMap((path): [DiskPlace, string][] =>
      path === '' ? [] : [['target', path]],
    ),
  ];
  return {
    read: async ({ withFar }) => {
      const sights = directories.map(async ([place, directory]): Promise<DiskSight[]> => {
        const isNear = place === 'base' || isOnMountsOf(baseDirectory, directory);
        if (!isNear && !withFar) return [];
        const space = isNear ? await spaceOf(directory) : await farSpace(baseDirectory, directory, program);
        // It is made with its first recording.
        return place === 'outbox' && space === null ? [] : [{ place, directory, space }];
      });
      return (await Promise.all(sights)).flat();
    },
  };
}

/** Null: it is not there, or cannot be asked. */
export async function spaceOf(directory: string): Promise<Space | null> {
  try {
    const [{ bavail, bsize }, { dev }] = await Promise.all([statfs(directory), stat(directory)]);
    return { freeBytes: bavail * bsize, device: String(dev) };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return null;
  }
}

/** Null as well where it does not answer: whoever works on the recordings there tells of that. */
async function farSpace(baseDirectory: string, directory: string, program: URL): Promise<Space | null> {
  const leftFile = join(baseDirectory, LEFT);
  let worker: ReturnType<typeof startWorker> | null = null;
  try {
    expectNobodyLeft(leftFile);
    worker = startWorker(program, { keepOpen: [], silenceMs: SILENCE_MS });
    return (await askFar(worker, 'spaceOf', [baseDirectory, directory])) as Space | null;
  } catch (error) {
    if (!(error instanceof DiskError) && !(error instanceof PortError)) throw error;
    if (error instanceof DiskError && error.silent) noteLeft(leftFile, worker?.pid);
    return null;
  } finally {
    worker?.end();
  }
}
