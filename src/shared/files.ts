// Files that are written whole or not at all, or line by line, and what is said of a file that could not be.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { asComfort } from './comforts.js';
import { giveDirectory, giveDirectorySync, giveFile, giveFileSync } from './ownership.js';

/** The acts on the file system that writing needs; tests put themselves between. */
export interface FileActs {
  open: typeof open;
  rename: typeof rename;
  unlink: typeof unlink;
}

const REAL_ACTS: FileActs = { open, rename, unlink };

/** The `code` of a failed system call (`ENOENT`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What a failed system call said, on one line. */
export function faultOf(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(hasMessage ? error.message : error)
    .replace(/\s+/g, ' ')
    .trim();
}

/** Not the directories above it: they may not be mounted. One that is there stays as it is. */
export async function makeDirectory(path: string, mode = 0o750): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    throw error;
  }
  await giveDirectory(path);
}

/** The mode of a file or directory, where its file system knows modes and this user may set them: else false. */
export function setMode(path: string, mode: number): Promise<boolean> {
  return asComfort('chmod', path, () => chmod(path, mode));
}

/** Makes names that were made, changed or removed in a directory outlast a power cut, where its file system can. */
export async function syncDirectory(directory: string, acts: Pick<FileActs, 'open'> = REAL_ACTS): Promise<void> {
  await asComfort('fsync of a directory', directory, async () => {
    const handle = await acts.open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/**
 * Adds to the end of a file, which is made where it is missing, like its directory; not the directories above that: a base
 * directory that is not mounted must not come into being by a log line.
 */
export function appendSync(path: string, text: string, mode: number): void {
  const descriptor = openAppending(path, mode);
  try {
    giveFileSync(descriptor, path);
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

function openAppending(path: string, mode: number): number {
  try {
    return openSync(path, 'a', mode);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  mkdirSync(dirname(path), { mode: 0o750 });
  giveDirectorySync(dirname(path));
  return openSync(path, 'a', mode);
}

/** Removes a file; answers false when there was none. */
export async function removeIfThere(path: string, acts: Pick<FileActs, 'unlink'> = REAL_ACTS): Promise<boolean> {
  try {
    await acts.unlink(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Bytes; null when nothing bears that name. Links are not followed. */
export async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Beside the file, hidden; always the same name, so that the next write sweeps what a kill has left. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.new`);
}

/**
 * Gives `path` this content and mode: at every moment the file is the old one whole or the new one whole, also after a
 * kill or a power cut. Nobody else may write the same file at the same time. Throws the system call's error.
 */
export async function atomicWrite(
  path: string,
  content: string | Buffer,
  mode: number,
  acts: FileActs = REAL_ACTS,
): Promise<void> {
  const file = await beginAtomicWrite(path, { mode, isExact: true }, acts);
  try {
    await file.write(content);
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

/** A file that is written piece by piece, and bears its name only once it is complete and on disk. */
export interface AtomicWrite {
  /** One after the other, each awaited. Throws the system call's error, and then always: a piece is missing. */
  write(piece: Buffer | string): Promise<void>;
  /** Complete: it replaces what bore its name. Throws as `write` does. */
  finish(): Promise<void>;
  /** Takes away what was begun; after `finish` there is nothing of that. Throws nothing. */
  abandon(): Promise<void>;
}

/** Small pieces wait for each other: a network gives them by the thousand. */
const PIECE_BYTES = 256 * 1024;

/**
 * Begins a file beside `path`, hidden and always with the same name, so that the next writer sweeps what a kill has left.
 * `isExact`: the umask takes nothing from the mode.
 */
export async function beginAtomicWrite(
  path: string,
  { mode, isExact }: { mode: number; isExact: boolean },
  acts: FileActs = REAL_ACTS,
): Promise<AtomicWrite> {
  const temporary = temporaryPath(path);
  await removeIfThere(temporary, acts);
  const handle = await openNew(temporary, mode, isExact, acts);
  const pieces = createPieces(handle);
  let isBegun = true;
  return {
    write: pieces.add,
    finish: async () => {
      await pieces.flush();
      await handle.sync();
      await handle.close();
      await acts.rename(temporary, path);
      isBegun = false;
      await syncDirectory(dirname(path), acts);
    },
    abandon: async () => {
      if (!isBegun) return;
      isBegun = false;
      await handle.close().catch(() => undefined);
      await removeIfThere(temporary, acts).catch(() => false);
    },
  };
}

/** `wx`: never through a link or into a file that somebody else put there. Owner and mode are set before the content is in. */
async function openNew(path: string, mode: number, isExact: boolean, acts: FileActs): Promise<FileHandle> {
  const handle = await acts.open(path, 'wx', mode);
  try {
    await giveFile(handle, path);
    if (isExact) await asComfort('chmod', path, () => handle.chmod(mode));
    return handle;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await removeIfThere(path, acts).catch(() => false);
    throw error;
  }
}

/** Pieces on their way into a file, some at once. A write that failed makes all that follow fail. */
function createPieces(handle: FileHandle): { add(piece: Buffer | string): Promise<void>; flush(): Promise<void> } {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let written = Promise.resolve();
  const flush = (): Promise<void> => {
    const bytes = Buffer.concat(waiting);
    [waiting, waitingBytes] = [[], 0];
    written = written.then(() => handle.writeFile(bytes));
    return written;
  };
  return {
    flush,
    add: async (piece) => {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= PIECE_BYTES) await flush();
    },
  };
}
