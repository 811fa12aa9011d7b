// `wanted.json` of a slot: read whole, changed under a lock of its own; and the file whose change tells systemd that something is wanted.
import { closeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DiskError } from './errors.js';
import { atomicWrite, errorCode, faultOf, makeDirectory } from './files.js';
import { takeFileLock } from './lock.js';
import { NOTHING_WANTED, parseWanted, serialiseWanted, type Wanted } from './wanted.js';
import { slotDirectory } from './slot-directory.js';

/** Whoever holds the lock reads and writes one small file; many calls at once wait for each other, and Pod for each answer. */
const LOCK_PATIENCE_S = 8;

const MODE = 0o600;

export function wantedPath(baseDirectory: string, slot: number): string {
  return join(slotDirectory(baseDirectory, slot), 'wanted.json');
}

/** Not the slot's work lock: a tick holds that one for minutes, and Pod waits for its answer. */
export function wantedLockPath(baseDirectory: string, slot: number): string {
  return join(slotDirectory(baseDirectory, slot), 'wanted.lock');
}

/** Written after each wish: what systemd may watch, to run a tick at once. */
export function wishSignPath(baseDirectory: string, slot: number): string {
  return join(baseDirectory, 'wanted', String(slot));
}

/** What is wanted of a slot; nothing where there is no file. Throws `DiskError` when it cannot be read or understood. */
export async function readWanted(baseDirectory: string, slot: number): Promise<Wanted> {
  const path = wantedPath(baseDirectory, slot);
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return NOTHING_WANTED;
    throw new DiskError(`cannot read ${path}: ${faultOf(error)}`, { certain: true, cause: error });
  }
  const parsed = parseWanted(content);
  if ('value' in parsed) return parsed.value;
  throw new DiskError(`cannot understand ${path}: ${parsed.fault}`, { certain: true });
}

/** What was wanted, and what is now. */
export interface WantedChange {
  before: Wanted;
  after: Wanted;
}

/**
 * Changes what is wanted of a slot; nothing is written when nothing changes. Throws `DiskError`: what is there cannot be
 * read or understood, and stays as it is; or it cannot be written.
 */
export async function changeWanted(
  baseDirectory: string,
  slot: number,
  change: (wanted: Wanted) => Wanted,
): Promise<WantedChange> {
  const path = wantedPath(baseDirectory, slot);
  const lock = await takeFileLock(wantedLockPath(baseDirectory, slot), LOCK_PATIENCE_S);
  if (lock === null) {
    throw new DiskError(`another process has held the lock of ${path} for ${LOCK_PATIENCE_S} s`, { certain: true });
  }
  try {
    const before = await readWanted(baseDirectory, slot);
    const after = change(before);
    const content = serialiseWanted(after);
    if (content !== serialiseWanted(before)) await write(path, content);
    return { before, after };
  } finally {
    closeSync(lock);
  }
}

async function write(path: string, content: string): Promise<void> {
  try {
    await atomicWrite(path, content, MODE);
  } catch (error) {
    throw new DiskError(`cannot write ${path}: ${faultOf(error)}`, { cause: error });
  }
}

/** Says that something is wanted of the slot. Throws `DiskError`; cron's next tick sees it all the same. */
export async function signWish(baseDirectory: string, slot: number, generation: number): Promise<void> {
  const path = wishSignPath(baseDirectory, slot);
  try {
    await makeDirectory(join(baseDirectory, 'wanted'));
    await writeFile(path, `${generation}\n`, { mode: MODE });
  } catch (error) {
    throw new DiskError(`cannot write ${path}: ${faultOf(error)}`, { cause: error });
  }
}
