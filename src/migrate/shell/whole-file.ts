// A file that is written piece by piece, and bears its name only once it is complete and on disk.
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { removeIfThere, syncDirectory, temporaryPath } from '../../shared/files.js';

/** Small pieces wait for each other: a network gives them by the thousand. */
const PIECE_BYTES = 256 * 1024;

/** `write` and `finish` throw the system call's error; from then on they throw it always, since a piece is missing. */
export interface WholeFile {
  /** One after the other, each awaited. */
  write(piece: Buffer | string): Promise<void>;
  /** Complete: it replaces what bore its name. */
  finish(): Promise<void>;
  /** Takes away what was begun; after `finish` there is nothing of that. Throws nothing. */
  abandon(): Promise<void>;
}

/**
 * Begins the file beside `path`, hidden and always with the same name, so that the next writer sweeps what a kill has left.
 * Nobody else may write the same file at the same time. `mode`: as far as the umask lets it.
 */
export async function beginWholeFile(path: string, mode: number): Promise<WholeFile> {
  const temporary = temporaryPath(path);
  await removeIfThere(temporary);
  // `wx`: never through a link or into a file that somebody else put there.
  const handle = await open(temporary, 'wx', mode);
  let isBegun = true;
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  // A write that failed makes all that follow fail.
  let written = Promise.resolve();
  const flush = (): Promise<void> => {
    const pieces = Buffer.concat(waiting);
    [waiting, waitingBytes] = [[], 0];
    written = written.then(() => handle.appendFile(pieces));
    return written;
  };
  return {
    write: async (piece) => {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= PIECE_BYTES) await flush();
    },
    finish: async () => {
      await flush();
      await handle.sync();
      await handle.close();
      await rename(temporary, path);
      isBegun = false;
      await syncDirectory(dirname(path));
    },
    abandon: async () => {
      if (!isBegun) return;
      isBegun = false;
      await handle.close().catch(() => undefined);
      await removeIfThere(temporary).catch(() => false);
    },
  };
}
