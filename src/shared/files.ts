// Files that are written whole or not at all, and what is said of a file that could not be.
import { lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

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

/** Not the directories above it: they may not be mounted. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { mode: 0o750 }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
}

/** Makes names that were made, changed or removed in a directory outlast a power cut. */
export async function syncDirectory(directory: string, acts: Pick<FileActs, 'open'> = REAL_ACTS): Promise<void> {
  const handle = await acts.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
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
export async function writeWhole(
  path: string,
  content: string | Buffer,
  mode: number,
  acts: FileActs = REAL_ACTS,
): Promise<void> {
  const temporary = temporaryPath(path);
  await removeIfThere(temporary, acts);
  try {
    await writeNew(temporary, content, mode, acts);
    await acts.rename(temporary, path);
  } catch (error) {
    await removeIfThere(temporary, acts).catch(() => false);
    throw error;
  }
  await syncDirectory(dirname(path), acts);
}

/** `wx`: never through a link or into a file that somebody else put there. The mode is set before the content is in. */
async function writeNew(path: string, content: string | Buffer, mode: number, acts: FileActs): Promise<void> {
  const handle = await acts.open(path, 'wx', mode);
  try {
    await handle.chmod(mode);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
