// Makes a second, complete name for a recording in another directory: a link on one file system, else a copy that is read back.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, link, lstat, open, statfs, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asComfort } from './comforts.js';
import { errorCode, removeIfThere, syncDirectory } from './files.js';
import { missingMount } from './mounts.js';
import { giveFile } from './ownership.js';
import { DiskError } from './errors.js';

/** The acts that another machine may answer otherwise; tests put themselves between. */
export interface CopyActs {
  open: typeof open;
  link(from: string, to: string): Promise<void>;
  /** Bytes that may still be written in a directory. */
  freeBytes(directory: string): Promise<number>;
  /** Hex, of a file's content as it is read back. */
  sha256Of(path: string): Promise<string>;
  /** Where a file system should be mounted for this directory, and is not; else null. */
  missingMount(directory: string): Promise<string | null>;
  /** The copy gets on. */
  progress(): void;
}

export const REAL_COPY_ACTS: CopyActs = {
  open,
  link,
  freeBytes: async (directory) => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  sha256Of: (path) => sha256Of(path, () => undefined),
  missingMount,
  progress: () => undefined,
};

const PIECE_BYTES = 1024 * 1024;

/** So much of a copy waits for its disk at most: a slow share takes its time piece by piece, and is not taken for a frozen one. */
const UNSYNCED_BYTES = 16 * PIECE_BYTES;

/** Hex, of a file's content. */
export async function sha256Of(path: string, progress: () => void): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    await eachPiece(handle, (piece) => {
      hash.update(piece);
      progress();
    });
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

/** From where the handle stands to the end, in the memory of two pieces: one is read while the other is used. */
async function eachPiece(handle: FileHandle, use: (piece: Buffer) => Promise<void> | void): Promise<void> {
  const memory = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)] as const;
  const read = (into: Buffer): Promise<number> => handle.read(into, 0, PIECE_BYTES, null).then((one) => one.bytesRead);
  let coming = read(memory[0]);
  try {
    for (let turn = 0; ; turn += 1) {
      const length = await coming;
      if (length === 0) return;
      coming = read(memory[turn % 2 === 0 ? 1 : 0]);
      await use(memory[turn % 2 === 0 ? 0 : 1].subarray(0, length));
    }
  } finally {
    // Nobody closes the handle under it.
    await coming.catch(() => 0);
  }
}

/** Another file system, somebody else's file (Linux's protected_hardlinks), or no links or rights there: it is copied. */
const NO_LINK = new Set(['EXDEV', 'EPERM', 'EACCES', 'EMLINK', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Makes `part` a complete file with the content of `source`, on disk and with this mode; what an earlier try left there is
 * replaced. The source stays, so that a kill at any moment loses nothing. Answers the SHA-256 (hex) of a copy, null for a
 * link. Throws `DiskError` or the system call's error, and leaves no `part` then.
 */
export async function placeWhole(source: string, part: string, mode: number, acts: CopyActs): Promise<string | null> {
  await removeIfThere(part);
  if (await linkWhole(source, part, mode, acts)) return null;
  try {
    return await copyWhole(source, part, mode, acts);
  } catch (error) {
    await removeIfThere(part).catch(() => false);
    throw error;
  }
}

/** False when the two directories cannot share the file; then there is no `part`. */
async function linkWhole(source: string, part: string, mode: number, acts: CopyActs): Promise<boolean> {
  let linked = false;
  try {
    await acts.link(source, part);
    linked = true;
    // `link` does not follow a symbolic link, `chmod` does.
    if (!(await lstat(part)).isFile()) throw new DiskError(`${source} is not a regular file`);
    await chmod(part, mode);
    const handle = await open(part, 'r');
    await handle.sync().finally(() => handle.close());
    await syncDirectory(dirname(part), acts);
    return true;
  } catch (error) {
    if (linked) await unlink(part);
    if (NO_LINK.has(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function copyWhole(source: string, part: string, mode: number, acts: CopyActs): Promise<string> {
  const { size } = await lstat(source);
  const free = await acts.freeBytes(dirname(part));
  if (free < size) {
    throw new DiskError(lackOfRoom(size, free, dirname(part)));
  }
  const sha256 = await copyContent(source, part, mode, acts);
  const copied = await lstat(part);
  const unchanged = (await lstat(source)).size === size;
  if (copied.size !== size || !unchanged || (await acts.sha256Of(part)) !== sha256) {
    throw new DiskError(`what was read back from ${part} is not what was copied to it: check that disk`);
  }
  await syncDirectory(dirname(part), acts);
  return sha256;
}

/** The hash is that of what was read from the source. */
async function copyContent(source: string, part: string, mode: number, acts: CopyActs): Promise<string> {
  const hash = createHash('sha256');
  const from = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const to = await acts.open(part, 'wx', 0o600);
    try {
      await giveFile(to, part);
      let unsynced = 0;
      await eachPiece(from, async (piece) => {
        const written = to.writeFile(piece);
        hash.update(piece);
        await written;
        unsynced += piece.length;
        if (unsynced >= UNSYNCED_BYTES) {
          await to.datasync();
          unsynced = 0;
        }
        acts.progress();
      });
      await asComfort('chmod', part, () => to.chmod(mode));
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  return hash.digest('hex');
}

/** `needed` and `free` in bytes, the first being greater; rounded so that it is in what is shown. */
export function lackOfRoom(needed: number, free: number, directory: string): string {
  return `${Math.ceil(needed / 1e6)} MB are needed in ${directory} and ${Math.floor(free / 1e6)} MB are free: make room there`;
}

/** What an administrator can do about a failed system call on a recording; follows what the system said. */
export function adviceFor(error: unknown): string {
  const code = errorCode(error) ?? '';
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESTALE') return ': is that directory there, and mounted?';
  if (code === 'EROFS') return ': that file system is read-only';
  if (code === 'ENOSPC' || code === 'EDQUOT') return ': make room there';
  return code === 'EACCES' || code === 'EPERM' ? `: ${adviceOnRefusal(callOf(error))}` : '';
}

/** The system call that failed, as Node names it (`fchmod`); empty when it does not. */
function callOf(error: unknown): string {
  return error instanceof Error && 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '';
}

/** A right to write is no help where it is not writing that was refused. */
function adviceOnRefusal(call: string): string {
  const user = 'the user that runs bbb-pod-live';
  if (/^(?:scandir|opendir|read|lstat|stat|statfs)$/.test(call)) return `${call} was refused: let ${user} read there`;
  if (/^(?:unlink|rename|rmdir)$/.test(call))
    return `${call} was refused: let ${user} write in that directory; in one with the sticky bit he must own it, or the file`;
  if (/^(?:open|mkdir|link|symlink|copyfile|write|ftruncate|)$/.test(call))
    return `${call === '' ? 'that' : call} was refused: let ${user} write there`;
  return `${call} was refused: that file system, or the owner of the file, does not allow it to ${user}`;
}
