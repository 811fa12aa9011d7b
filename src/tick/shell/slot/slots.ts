// The slots' directories: what is in them, and how they are made, taken and freed.
import { PortError } from '../../errors.js';
import { chown, lstat, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { meetingIdIn } from './compose-file.js';
import { parseSlotRecord, serialiseSlotRecord } from './slot-file.js';
import type { ComposeFileOrigin, Config, Reading, SlotReading, SlotRecord } from '../../model.js';
import { type Slots } from '../../ports.js';
import { asComfort } from '../../../shared/comforts.js';
import {
  errorCode,
  faultOf,
  makeDirectory,
  removeIfThere,
  setMode,
  syncDirectory,
  atomicWrite,
} from '../../../shared/files.js';
import { parseStreamerState, STATE_FILE, type StreamerState } from '../../../shared/streamer-state.js';
import { giveDirectory, giveDirectoryOfRoot, ownerOfNewFiles } from '../../../shared/ownership.js';
import { readRecordings } from '../outbox/recordings.js';
import { slotOfName } from '../../../shared/slot-directory.js';
import { slotPaths, type SlotPaths } from './slot-paths.js';

/** The user in the streaming container, who writes the recording. */
const STREAMER_UID = 1001;

const LARGEST_STATE = 16 * 1024;

/** What is known of compose files (`compose-file.ts`). */
export interface ComposeFiles {
  composeFileText(slot: number, config: Config, record: SlotRecord | null): Promise<string>;
  isOurs(text: string): boolean;
  isIntact(text: string): Promise<boolean>;
}

export function createSlots(config: Config, composeFiles: ComposeFiles): Slots {
  const pathsOf = (slot: number): SlotPaths => slotPaths(config.baseDirectory, slot);
  const writeCompose = async (slot: number, record: SlotRecord | null): Promise<void> => {
    await atomicWrite(pathsOf(slot).composeFile, await composeFiles.composeFileText(slot, config, record), 0o600);
  };
  return {
    read: async (also) => {
      const slots = new Set([...also, ...(await existingSlots(config.baseDirectory))]);
      for (let slot = 1; slot <= config.numberOfLives; slot += 1) slots.add(slot);
      const inOrder = [...slots].sort((one, other) => one - other);
      return Promise.all(inOrder.map((slot) => readSlot(slot, pathsOf(slot), composeFiles)));
    },
    make: (slot) =>
      onDisk(`cannot make slot ${slot}`, async () => {
        const paths = pathsOf(slot);
        await makeDirectories(paths);
        if (await isThere(paths.composeFile)) await closeToOthers(paths.composeFile);
        else if (!(await isThere(paths.record))) await writeCompose(slot, null);
      }),
    writeRecord: (slot, record) =>
      onDisk('cannot write the slot file', () => atomicWrite(pathsOf(slot).record, serialiseSlotRecord(record), 0o600)),
    release: (slot) =>
      onDisk(`cannot free slot ${slot}`, async () => {
        await writeCompose(slot, null);
        await removeRecord(pathsOf(slot));
      }),
    writeComposeFile: (slot, record, { onlyIfDamaged }) =>
      onDisk('cannot write the compose file', async () => {
        if (onlyIfDamaged && (await holdsIntactFile(pathsOf(slot), composeFiles))) return;
        await writeCompose(slot, record);
      }),
    readStreamerState: (slot) => readState(join(pathsOf(slot).videodata, STATE_FILE)),
    readComposeMeeting: async (slot) => {
      const content = await readFile(pathsOf(slot).composeFile, 'utf8').catch(nullIfUnreadable);
      return content === null ? null : meetingIdIn(content);
    },
  };
}

/** A file that is not there, or that this user may not read. */
function nullIfUnreadable(error: unknown): null {
  if (errorCode(error) === undefined) throw error;
  return null;
}

/** An act on the disk; its failure says what could not be done. */
async function onDisk(what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof PortError) throw error;
    throw new PortError('diskFailed', `${what}: ${faultOf(error)}`, { cause: error });
  }
}

/** What `read` answers, or null when there is no such file (or its directory). */
async function orMissing<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await orMissing(stat(path))) !== null;
}

async function existingSlots(baseDirectory: string): Promise<number[]> {
  let names: string[];
  try {
    names = (await orMissing(readdir(baseDirectory))) ?? [];
  } catch (error) {
    throw new PortError('diskFailed', `cannot read the base directory: ${faultOf(error)}`, { cause: error });
  }
  return names.map(slotOfName).filter((slot) => slot !== null);
}

async function readSlot(slot: number, paths: SlotPaths, composeFiles: ComposeFiles): Promise<SlotReading> {
  const found = await stat(paths.directory).catch(nullIfUnreadable);
  return {
    slot,
    directory: found?.isDirectory() === true ? 'present' : 'missing',
    record: await readRecord(paths.record),
    composeFile: await originOf(paths.composeFile, composeFiles),
    ...(await writtenAt(paths.composeFile)),
  };
}

async function readRecord(path: string): Promise<Reading<SlotRecord | null>> {
  let content: string | null;
  try {
    content = await orMissing(readFile(path, 'utf8'));
  } catch (error) {
    return { ok: false, problem: { kind: 'slotFileUnreadable', detail: `cannot read ${path}: ${faultOf(error)}` } };
  }
  if (content === null) return { ok: true, value: null };
  const parsed = parseSlotRecord(content);
  if ('value' in parsed) return { ok: true, value: parsed.value };
  const advice = 'repair it, or delete it once the live and its container have ended';
  return { ok: false, problem: { kind: 'slotFileUnreadable', detail: `${path}: ${parsed.fault}; ${advice}` } };
}

async function writtenAt(composeFile: string): Promise<{ composeWrittenAt?: Date }> {
  const found = await stat(composeFile).catch(nullIfUnreadable);
  return found === null ? {} : { composeWrittenAt: found.mtime };
}

/** The container's user writes there: what is no small regular file is none of the streamer's, and what is not understood is read again later. */
async function readState(path: string): Promise<StreamerState | null> {
  try {
    const found = await orMissing(lstat(path));
    if (found?.isFile() !== true || found.size > LARGEST_STATE) return null;
    const parsed = parseStreamerState(await readFile(path, 'utf8'));
    return 'value' in parsed ? parsed.value : null;
  } catch (error) {
    throw new PortError('diskFailed', `cannot read ${path}: ${faultOf(error)}`, { cause: error });
  }
}

/** A file that is there and cannot be read is somebody's. */
async function originOf(path: string, composeFiles: ComposeFiles): Promise<ComposeFileOrigin> {
  let content: string | null;
  try {
    content = await orMissing(readFile(path, 'utf8'));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return 'foreign';
  }
  if (content === null) return 'missing';
  return composeFiles.isOurs(content) ? 'ours' : 'foreign';
}

async function holdsIntactFile(paths: SlotPaths, composeFiles: ComposeFiles): Promise<boolean> {
  const content = await orMissing(readFile(paths.composeFile, 'utf8'));
  return content !== null && (await composeFiles.isIntact(content));
}

/** The modes are set apart from the making: a umask would take bits away. */
async function makeDirectories(paths: SlotPaths): Promise<void> {
  await makeDirectory(paths.directory);
  await giveDirectoryOfRoot(paths.directory);
  const directory = await stat(paths.directory);
  const isOurs = process.getuid?.() === 0 || directory.uid === process.getuid?.();
  // One that the PHP script or an administrator made: others had better not look in.
  if (isOurs && (directory.mode & 0o027) !== 0) await setMode(paths.directory, 0o750);
  await makeDirectory(paths.videodata);
  await openToStreamer(paths.videodata);
}

/** The PHP script wrote its compose files, with all their secrets, for everybody to read. Another user's stays as it is. */
async function closeToOthers(composeFile: string): Promise<void> {
  const found = await lstat(composeFile);
  if (found.isFile() && (found.mode & 0o077) !== 0) await setMode(composeFile, 0o600);
}

/**
 * The container's user must be able to write here, whoever that is on this host; and so must the next tick, which takes the
 * recordings away. As root in a base directory of root it is the streamer's; else it is open to all, and everybody's files
 * are safe but from its owner (the sticky bit): the base directory's, also when root has given it to the streamer once.
 */
async function openToStreamer(videodata: string): Promise<void> {
  await giveDirectoryOfRoot(videodata);
  const found = await stat(videodata);
  if (!found.isDirectory()) throw new PortError('diskFailed', `${videodata} is not a directory`, { certain: true });
  const others = ownerOfNewFiles();
  const isRootsGift = others !== null && found.uid === STREAMER_UID && found.gid === 0;
  if (isRootsGift) await giveDirectory(videodata);
  else if ((found.mode & 0o002) !== 0 || (found.uid === STREAMER_UID && (found.mode & 0o200) !== 0)) return;
  if (others === null && process.getuid?.() === 0 && (await handedToStreamer(videodata, found.gid))) return;
  await setMode(videodata, 0o1777);
}

async function handedToStreamer(videodata: string, gid: number): Promise<boolean> {
  // Its owner last: it is what the next tick goes by.
  return (
    (await setMode(videodata, 0o775)) &&
    (await asComfort('chown', videodata, () => chown(videodata, STREAMER_UID, gid)))
  );
}

/**
 * The slot file goes last. What version 1.1.0 left in `former.json` stays while something lies in the slot of which it may
 * tell whose it is.
 */
async function removeRecord(paths: SlotPaths): Promise<void> {
  const left = await readRecordings(paths.videodata);
  await removeIfThere(paths.record);
  if (left.length === 0) await removeIfThere(paths.formerRecord);
  await syncDirectory(paths.directory);
}
