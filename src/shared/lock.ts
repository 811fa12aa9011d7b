// Locks that the kernel drops when their holder is gone, however that came about.
import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeSync,
  type BigIntStats,
} from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { DiskError } from './errors.js';
import { errorCode, faultOf } from './files.js';
import { giveFileSync } from './ownership.js';

export interface Lock {
  /** False: another process holds it. It is given up by the end of the process, however that comes. */
  take(): Promise<boolean>;
}

/** The process that holds a lock, or held it when what still holds it was begun. */
export interface LockHolder {
  /** Null when that is not known. */
  pid: number | null;
  /** For how long; null when that is not known. */
  heldMs: number | null;
  /** What it said last of its work; empty when nothing is known. */
  doing: string;
}

/** A lock that is held: by this process, and by every child that was given the descriptor. */
export interface HeldLock {
  descriptor: number;
  /** For people who ask what is at work here; one line. */
  say(doing: string): void;
  /** It is free once every child that was given the descriptor has ended. */
  release(): void;
}

/** The lock of a base directory, under which its ticks plan one after the other. */
export interface PlanningLock extends Lock {
  /** Who holds it; null when that is not known. */
  holder(): LockHolder | null;
  release(): void;
  isHeld(): boolean;
  /** This process' work is done: its name need not stand there any more. */
  sayDone(): void;
  /** True when certainly nobody else has taken it since this process has first. */
  wasOnlyMine(): boolean;
}

/**
 * The planning lock's file begins with so many bytes that name its holder; what follows, the trace of the last ticks, is
 * nobody's business here.
 */
export const HOLDER_BYTES = 64;

/** The lock file of a base directory; it is never deleted. */
export function lockPath(baseDirectory: string): string {
  return join(baseDirectory, '.bbb-pod-live.lock');
}

/** Past the patience asked for: a file system that does not answer must not hold the tick up for ever. */
const FLOCK_TIMEOUT_MS = 10_000;

/** The exit status of util-linux's `flock` when somebody else holds the lock (flock(1), option -E). */
const TAKEN = 1;

const MISSING_FLOCK = 'the program `flock` is missing: install the package util-linux';

/** A tick holds it for as long as it reads and plans; for its memory, for a moment. `patienceS`: whole seconds. */
export function createPlanningLock(path: string, patienceS: number): PlanningLock {
  let held: HeldLock | null = null;
  let mark = '';
  let hasTaken = false;
  let wasOnlyMine = true;
  return {
    take: async () => {
      const descriptor = await takeFileLock(path, patienceS);
      if (descriptor === null) return false;
      wasOnlyMine &&= !hasTaken || (mark !== '' && mark === firstLineOf(path));
      hasTaken = true;
      held = heldLock(descriptor, writePlanner);
      held.say('');
      mark = firstLineOf(path);
      return true;
    },
    holder: () => {
      const holder = readHolder(path);
      return holder?.pid != null && isAlive(holder.pid) ? holder : null;
    },
    release: () => {
      held?.release();
      held = null;
    },
    isHeld: () => held !== null,
    sayDone: () => {
      if (mark !== '' && firstLineOf(path) === mark) emptied(path);
    },
    wasOnlyMine: () => wasOnlyMine,
  };
}

/** Takes the lock of a file for a piece of work; null when another process holds it. Throws `DiskError`. */
export async function takeLock(path: string): Promise<HeldLock | null> {
  const descriptor = await takeFileLock(path);
  return descriptor === null ? null : heldLock(descriptor);
}

/** What was said last stays in the file: whoever held the lock, and was killed, is told of by what outlives it. */
function heldLock(descriptor: number, write: (descriptor: number, text: string) => void = writeHolder): HeldLock {
  // Since the machine's start: no clock that somebody may set.
  const since = uptime();
  return {
    descriptor,
    say: (doing) => {
      write(descriptor, `${process.pid} ${since}${doing === '' ? '' : ` ${doing}`}\n`);
    },
    release: () => {
      closeSync(descriptor);
    },
  };
}

/**
 * Of these lock files, those that somebody holds, and who; asked without taking any. What the kernel lists is asked first
 * (`/proc/locks`, proc(5)); in a container, whose list lacks locks that a process which has ended took for its parent, a
 * holder that is alive and has the file open counts. One that is missed is found when its lock is to be taken.
 */
export function holdersOf(paths: string[]): Map<string, LockHolder> {
  const found = new Map<string, LockHolder>();
  const there = paths.flatMap((path) => {
    const file = fileAt(path);
    return file === null ? [] : [{ path, file }];
  });
  if (there.length === 0) return found;
  const listed = contentOf('/proc/locks');
  for (const { path, file } of there) {
    const holder = readHolder(path);
    if (listed.includes(` ${kernelName(file)} `) || hasOpen(holder?.pid ?? null, path))
      found.set(path, holder ?? { pid: null, heldMs: null, doing: '' });
  }
  return found;
}

/** Null when there is none, or none that can be looked at: that is told when its lock is to be taken. */
function fileAt(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

/** As in `/proc/locks`: the device's two numbers in hex, and the inode. */
function kernelName({ dev, ino }: { dev: bigint; ino: bigint }): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  const hex = (value: bigint): string => value.toString(16).padStart(2, '0');
  return `${hex(major)}:${hex(minor)}:${ino}`;
}

function hasOpen(pid: number | null, path: string): boolean {
  if (pid === null) return false;
  try {
    const directory = `/proc/${pid}/fd`;
    const real = realpathSync(path);
    return readdirSync(directory).some((name) => linkOf(join(directory, name)) === real);
  } catch {
    // It has ended, or is another user's.
    return false;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** With its end; empty while nothing stands there. */
function firstLineOf(path: string): string {
  return /^\S.*\n/.exec(contentOf(path))?.[0] ?? '';
}

function emptied(path: string): void {
  try {
    const descriptor = openSync(path, 'r+');
    writePlanner(descriptor, '\n');
    closeSync(descriptor);
  } catch {
    // It is for people only.
  }
}

/** A disk that is full leaves the holder unknown. */
function writeHolder(descriptor: number, text: string): void {
  try {
    ftruncateSync(descriptor);
    writeSync(descriptor, text, 0);
  } catch {
    // It is for people only: the lock is the kernel's.
  }
}

/** In its place, at once: what follows there stays. */
function writePlanner(descriptor: number, text: string): void {
  try {
    writeSync(descriptor, `${text.trimEnd().padEnd(HOLDER_BYTES - 1)}\n`, 0);
  } catch {
    // As above.
  }
}

/** What stands there may be of a former holder, until the new one has put its name there. */
function readHolder(path: string): LockHolder | null {
  const [, pid = '', since = '', doing = ''] = /^(\d+) (-?[\d.]+)(?: (.*))?\n/.exec(contentOf(path)) ?? [];
  return pid === '' ? null : { pid: Number(pid), heldMs: (uptime() - Number(since)) * 1000, doing: doing.trimEnd() };
}

/** Also when it is another user's. A process id that is used again looks like its former owner. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Takes the lock of a file, which is made when it is missing, and answers the open file descriptor that holds it; null
 * when another process holds it, and still does after `patienceS` whole seconds. Throws `DiskError` when neither can be said.
 *
 * Node has no flock(2). The lock belongs to the open file, not to a process: a child `flock` that inherits the
 * descriptor takes it for this process, and it lasts until every process that has the descriptor has closed it or ended.
 */
export async function takeFileLock(path: string, patienceS = 0): Promise<number | null> {
  const descriptor = openLockFile(path);
  try {
    if (await flock(descriptor, path, patienceS)) return descriptor;
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
    // Not to append: the kernel would then put everything at the end, whatever place it is to have.
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
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
function flock(descriptor: number, path: string, patienceS: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const words = patienceS === 0 ? ['-n', '3'] : ['-w', String(patienceS), '3'];
    const child = spawn('flock', words, { stdio: ['ignore', 'ignore', 'pipe', descriptor] });
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceS * 1000 + FLOCK_TIMEOUT_MS);
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
