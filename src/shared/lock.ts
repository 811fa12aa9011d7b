// Locks that the kernel drops when their holder is gone, however that came about.
import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { DiskError } from './errors.js';
import { errorCode, faultOf } from './files.js';
import { giveFileSync } from './ownership.js';

export interface Lock {
  /** False: another process holds it. It is given up by the end of the process, however that comes. */
  take(): Promise<boolean>;
}

/** The process that holds a lock. */
export interface LockHolder {
  pid: number;
  heldMs: number;
}

export interface LockWithHolder extends Lock {
  /** Who holds it; null when that is not known. */
  holder(): LockHolder | null;
  /** This process' work is done, though it holds the lock to its end: its name need not stand there any more. */
  sayDone(): void;
}

/** The lock file of a base directory; it is never deleted. */
export function lockPath(baseDirectory: string): string {
  return join(baseDirectory, '.bbb-pod-live.lock');
}

/** `flock -n` answers at once; a file system that does not answer must not hold the tick up for ever. */
const FLOCK_TIMEOUT_MS = 10_000;

/** The exit status of util-linux's `flock -n` when somebody else holds the lock (flock(1), option -E). */
const TAKEN = 1;

const MISSING_FLOCK = 'the program `flock` is missing: install the package util-linux';

/** The lock of a tick, on the file `path`; held to the end of the process. */
export function createLock(path: string): LockWithHolder {
  let held: number | null = null;
  return {
    take: async () => {
      held = await takeFileLock(path);
      if (held !== null) writeHolder(held, `${process.pid} ${uptime()}\n`);
      return held !== null;
    },
    holder: () => readHolder(path),
    sayDone: () => {
      if (held !== null) writeHolder(held, '');
    },
  };
}

/** Since the machine's start: no clock that somebody may set. A disk that is full leaves the holder unknown. */
function writeHolder(descriptor: number, text: string): void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, text);
  } catch {
    // It is for people only: the lock is the kernel's.
  }
}

/** What stands there may be of a former holder, until the new one has put its name there. */
function readHolder(path: string): LockHolder | null {
  try {
    const [, pid = '', since = ''] = /^(\d+) (-?[\d.]+)\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    if (pid === '' || !isAlive(Number(pid))) return null;
    return { pid: Number(pid), heldMs: (uptime() - Number(since)) * 1000 };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Takes the lock of a file, which is made when it is missing, and answers the open file descriptor that holds it; null
 * when another process holds it. Throws `DiskError` when neither can be said.
 *
 * Node has no flock(2). The lock belongs to the open file, not to a process: a child `flock` that inherits the
 * descriptor takes it for this process, and it lasts until every process that has the descriptor has closed it or ended.
 */
export async function takeFileLock(path: string): Promise<number | null> {
  const descriptor = openLockFile(path);
  try {
    if (await flock(descriptor, path)) return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  closeSync(descriptor);
  return null;
}

/** A bare number: a FileHandle would be closed when it is collected. */
function openLockFile(path: string): number {
  try {
    const descriptor = openSync(path, 'a', 0o600);
    giveFileSync(descriptor, path);
    return descriptor;
  } catch (error) {
    throw new DiskError(`cannot open the lock file: ${faultOf(error)}`, { certain: true, cause: error });
  }
}

function cannotLock(path: string, why: string, cause?: unknown): DiskError {
  return new DiskError(`cannot lock ${path}: ${why}`, { certain: true, cause });
}

/** Not through the spawner: a tick in which nothing happens need not load its library. */
function flock(descriptor: number, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'pipe', descriptor] });
    const timer = setTimeout(() => child.kill('SIGKILL'), FLOCK_TIMEOUT_MS);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(cannotLock(path, errorCode(error) === 'ENOENT' ? MISSING_FLOCK : faultOf(error), error));
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0 || status === TAKEN) resolve(status === 0);
      else
        reject(cannotLock(path, said.trim() === '' ? `flock ended with ${String(status ?? signal)}` : faultOf(said)));
    });
  });
}
