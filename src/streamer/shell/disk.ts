// Whether recordings can be written where they go.
import { accessSync, constants } from 'node:fs';
import { statfs } from 'node:fs/promises';

const LEAST_FREE_BYTES = 64 * 1024 * 1024;

/** Why not; null: they can. */
export async function diskFault(directory: string): Promise<string | null> {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize < LEAST_FREE_BYTES ? `${directory} is full: recording and stream end here` : null;
  } catch (error) {
    return `${directory} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Chromium keeps pictures there; Docker gives 64 MB by default, which ends in crashes. */
const LEAST_SHARED_BYTES = 256 * 1024 * 1024;

export async function sharedMemoryFault(): Promise<string | null> {
  try {
    const { blocks, bsize } = await statfs('/dev/shm');
    if (blocks * bsize >= LEAST_SHARED_BYTES) return null;
    return '/dev/shm is too small for a browser: give the container shm_size: 2gb';
  } catch {
    return 'there is no /dev/shm: give the container shm_size: 2gb';
  }
}
