// A file that is written piece by piece, and bears its name only once it is complete and on disk.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { removeIfThere, syncDirectory } from '../../shell/files.js';

/** So much may wait for the disk before the writer waits, too. */
const WAITING_BYTES = 1024 * 1024;

/** All throw the system call's error; once one has, nothing but `abandon` is left to do. */
export interface WholeFile {
  write(piece: Buffer | string): Promise<void>;
  /** Complete: it replaces what bore its name. */
  finish(): Promise<void>;
  /** Takes away what was begun. Throws nothing. */
  abandon(): Promise<void>;
}

/**
 * Begins the file beside `path`, hidden and always with the same name, so that the next writer sweeps what a kill has left.
 * Nobody else may write the same file at the same time. `mode`: as far as the umask lets it.
 */
export async function beginWholeFile(path: string, mode: number): Promise<WholeFile> {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  await removeIfThere(temporary);
  // `wx`: never through a link or into a file that somebody else put there.
  const handle = await open(temporary, 'wx', mode);
  const stream = createWriteStream(temporary, { fd: handle, autoClose: false, highWaterMark: WAITING_BYTES });
  let failure: Error | null = null;
  stream.on('error', (error) => (failure ??= error));

  const failed = async (act: Promise<unknown>): Promise<void> => {
    await act;
    if (failure !== null) throw failure;
  };

  return {
    write: async (piece) => {
      if (failure !== null) throw failure;
      if (!stream.write(piece)) await failed(once(stream, 'drain'));
    },
    finish: async () => {
      await failed(new Promise((resolve) => stream.end(resolve)));
      await handle.sync();
      await handle.close();
      await rename(temporary, path);
      await syncDirectory(dirname(path));
    },
    abandon: async () => {
      stream.destroy();
      await handle.close().catch(() => undefined);
      await removeIfThere(temporary).catch(() => false);
    },
  };
}
