// The outbox on this host's disk: entries are directories with a lock, `recording.json` and the recordings.
import { fstatSync, statSync } from 'node:fs';
import { lstat, readFile, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode, faultOf, atomicWrite, makeDirectory, removeIfThere, syncDirectory } from '../../../shared/files.js';
import { holdersOf, takeLock, type HeldLock } from '../../../shared/lock.js';
import { PortError } from '../../errors.js';
import type { EntryReading, OutboxRecord, Reading } from '../../model.js';
import type { Outbox } from '../../ports.js';
import { slotPaths } from '../slot/slot-paths.js';
import type { EntryActs, Places } from './entry-acts.js';
import { parseEntry, serialiseEntry } from './entry-file.js';
import { entryPaths, outboxDirectory, type EntryPaths } from './entry-paths.js';
import type { EntryWorker } from './entry-worker.js';
import { onRecording, readRecordings } from './recordings.js';

/** Who does the acts on an entry, given the descriptor of its lock. */
export type WorkerMaker = (lock: number) => EntryWorker;

export interface EntryLocks {
  /** Null: another process holds it. */
  take(path: string): Promise<HeldLock | null>;
  /** Those of the files that somebody holds. */
  taken(paths: string[]): Set<string>;
}

const KERNEL_LOCKS: EntryLocks = {
  take: takeLock,
  taken: (paths) => new Set(holdersOf(paths).keys()),
};

interface Held {
  lock: HeldLock;
  worker: EntryWorker;
}

/** How systems say that a file cannot be moved, but perhaps be copied: another file system, another user's file. */
const NO_RENAME = new Set(['EXDEV', 'EPERM', 'EACCES']);

export function createOutbox(places: Places, makeWorker: WorkerMaker, locks: EntryLocks = KERNEL_LOCKS): Outbox {
  const held = new Map<string, Held>();
  const pathsOf = (entry: string): EntryPaths => entryPaths(places.baseDirectory, entry);
  const actsOf = (entry: string): EntryActs => {
    const found = held.get(entry);
    if (found === undefined) throw new Error(`an act on outbox/${entry} without its lock`);
    return found.worker.acts;
  };
  return {
    read: () => onOutbox('cannot read the outbox', () => readEntries(places.baseDirectory, locks)),
    take: (entry) =>
      onOutbox(`cannot take outbox/${entry}`, async () => {
        if (held.has(entry)) return false;
        const lock = await takeEntry(pathsOf(entry), locks);
        if (lock !== null) held.set(entry, { lock, worker: makeWorker(lock.descriptor) });
        return lock !== null;
      }),
    letGo: (entry) => {
      const found = held.get(entry);
      held.delete(entry);
      found?.worker.end();
      found?.lock.release();
      return Promise.resolve();
    },
    readRecord: (entry) => readRecord(pathsOf(entry)),
    writeRecord: (entry, record) =>
      onOutbox(`cannot write recording.json of outbox/${entry}`, () =>
        atomicWrite(pathsOf(entry).record, serialiseEntry(record), 0o600),
      ),
    moveIn: async (entry, slot, file) => {
      const from = join(slotPaths(places.baseDirectory, slot).videodata, file);
      const isMoved = await onRecording(`recording ${file} stays in slot ${slot}`, () =>
        moved(from, join(pathsOf(entry).directory, file)),
      );
      if (!isMoved) await actsOf(entry).moveIn(entry, slot, file);
    },
    files: (entry) =>
      onRecording(`cannot read the recordings in outbox/${entry}`, () => readRecordings(pathsOf(entry).directory)),
    inspect: (entry, file) => actsOf(entry).inspect(entry, file),
    isWaiting: (entry, id) => actsOf(entry).isWaiting(entry, id),
    copy: (entry, file, target) => actsOf(entry).copy(entry, file, target),
    whereIs: (entry, handOver) => actsOf(entry).whereIs(entry, handOver),
    rename: (entry, handOver) => actsOf(entry).rename(entry, handOver),
    removeSource: (entry, handOver) => actsOf(entry).removeSource(entry, handOver),
    setAside: (entry, handOver, name) => actsOf(entry).setAside(entry, handOver, name),
    close: (entry) => onOutbox(`cannot remove outbox/${entry}`, () => removeEntry(pathsOf(entry))),
  };
}

async function onOutbox<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PortError) throw error;
    throw new PortError('diskFailed', `${what}: ${faultOf(error)}`, { cause: error });
  }
}

async function readEntries(baseDirectory: string, locks: EntryLocks): Promise<EntryReading[]> {
  const names = (await readdir(outboxDirectory(baseDirectory), { withFileTypes: true }).catch(noneIfMissing))
    .filter((each) => each.isDirectory() && !each.name.startsWith('.'))
    .map(({ name }) => name);
  const taken = locks.taken(names.map((name) => entryPaths(baseDirectory, name).lock));
  return Promise.all(
    names.sort().map(async (entry) => {
      const paths = entryPaths(baseDirectory, entry);
      return { entry, isBusy: taken.has(paths.lock), record: await readRecord(paths) };
    }),
  );
}

function noneIfMissing(error: unknown): [] {
  if (errorCode(error) === 'ENOENT') return [];
  throw error;
}

/** Files of ours: `recording.json`, and what is hidden. */
function isOurs(name: string): boolean {
  return name === 'recording.json' || name.startsWith('.');
}

async function readRecord({ directory, record }: EntryPaths): Promise<Reading<OutboxRecord | null>> {
  const unreadable = (detail: string): Reading<never> => ({ ok: false, problem: { kind: 'entryUnreadable', detail } });
  try {
    const parsed = parseEntry(await readFile(record, 'utf8'));
    return 'value' in parsed ? { ok: true, value: parsed.value } : unreadable(`${record}: ${parsed.fault}`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') return unreadable(`cannot read ${record}: ${faultOf(error)}`);
  }
  const names = await readdir(directory).catch(noneIfMissing);
  return names.every(isOurs) ? { ok: true, value: null } : unreadable(`${record} is missing`);
}

/** Null: another process has it, or has just removed the entry. */
async function takeEntry({ directory, lock: path }: EntryPaths, locks: EntryLocks): Promise<HeldLock | null> {
  const outbox = dirname(directory);
  await makeDirectory(outbox, 0o700);
  await makeDirectory(directory, 0o700);
  await syncDirectory(outbox);
  const lock = await locks.take(path);
  if (lock === null) return null;
  if (isLockOf(lock.descriptor, path)) {
    lock.say('');
    return lock;
  }
  lock.release();
  return null;
}

/** An entry that is gone takes its lock with it: the one of that name by now is another. */
function isLockOf(descriptor: number, path: string): boolean {
  const [own, there] = [
    fstatSync(descriptor, { bigint: true }),
    statSync(path, { bigint: true, throwIfNoEntry: false }),
  ];
  return own.ino === there?.ino && own.dev === there.dev;
}

/** False: it cannot be moved, or something of that name is there already. */
async function moved(from: string, to: string): Promise<boolean> {
  const there = await lstat(to).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (there !== null) return false;
  try {
    await rename(from, to);
  } catch (error) {
    if (NO_RENAME.has(errorCode(error) ?? '')) return false;
    throw error;
  }
  await Promise.all([syncDirectory(dirname(to)), syncDirectory(dirname(from))]);
  return true;
}

/** What says whose the recordings are goes first: an entry without it is nobody's, and holds nothing. */
async function removeEntry({ directory, record, lock }: EntryPaths): Promise<void> {
  const names = await readdir(directory).catch(noneIfMissing);
  const foreign = names.filter((name) => !isOurs(name));
  if (foreign.length > 0)
    throw new PortError('diskFailed', `${directory} holds what is no recording: ${foreign.join(', ')}; take it away`);
  await removeIfThere(record);
  for (const name of names) if (join(directory, name) !== lock) await removeIfThere(join(directory, name));
  await unlink(lock).catch(noneIfMissing);
  await rmdir(directory).catch(noneIfMissing);
  await syncDirectory(dirname(directory));
}
