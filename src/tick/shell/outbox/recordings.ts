// Recordings as they lie in a directory: in a slot's `videodata`, in an entry of the outbox.
import type { Stats } from 'node:fs';
import { lstat, readFile, readdir } from 'node:fs/promises';
import { DiskError } from '../../../shared/errors.js';
import { adviceFor } from '../../../shared/file-copy.js';
import { errorCode, faultOf, removeIfThere, syncDirectory } from '../../../shared/files.js';
import { oneLine } from '../../../shared/redact.js';
import { PortError } from '../../errors.js';
import type { Config, Recording, SlotRecord } from '../../model.js';
import type { Recordings } from '../../ports.js';
import { parseSlotRecord } from '../slot/slot-file.js';
import { slotPaths, type SlotPaths } from '../slot/slot-paths.js';

const EXTENSION = Buffer.from('.mkv');

export function createRecordings({ baseDirectory }: Pick<Config, 'baseDirectory'>): Recordings {
  const pathsOf = (slot: number): SlotPaths => slotPaths(baseDirectory, slot);
  return {
    read: (slot) =>
      onRecording(`cannot read the recordings of slot ${slot}`, () => readRecordings(pathsOf(slot).videodata)),
    readOthers: (slot) =>
      onRecording(`cannot read the recordings of slot ${slot}`, () => readOthers(pathsOf(slot).videodata)),
    formerLive: (slot) => readFormerLive(pathsOf(slot).formerRecord),
    forgetFormerLive: (slot) =>
      onRecording(`cannot forget whose recordings were in slot ${slot}`, async () => {
        const { directory, formerRecord } = pathsOf(slot);
        if (await removeIfThere(formerRecord)) await syncDirectory(directory);
      }),
  };
}

/** Every regular `*.mkv` directly in a directory that holds something, by name; a missing directory holds none. */
export async function readRecordings(directory: string): Promise<Recording[]> {
  const files = await filmsIn(directory);
  return files.flatMap(({ name, stats }) =>
    whyNone(name, stats) === null ? [{ file: name.toString(), size: stats.size, modifiedAt: stats.mtime }] : [],
  );
}

/** Every other `*.mkv` there, with what it is. */
async function readOthers(videodata: string): Promise<string[]> {
  const files = await filmsIn(videodata);
  return files.flatMap(({ name, stats }) => {
    const why = whyNone(name, stats);
    return why === null ? [] : [`${oneLine(name.toString())} ${why}`];
  });
}

/** Everything that is called `*.mkv`. The names are bytes: one that is no UTF-8 must not hide the others. */
async function filmsIn(videodata: string): Promise<{ name: Buffer; stats: Stats }[]> {
  const names = await namesIn(videodata);
  const films = names.filter((name) => name.subarray(-EXTENSION.length).equals(EXTENSION)).sort(Buffer.compare);
  const directory = Buffer.from(`${videodata}/`);
  return Promise.all(films.map(async (name) => ({ name, stats: await lstat(Buffer.concat([directory, name])) })));
}

/** Why an `*.mkv` is no recording; null when it is one. */
function whyNone(name: Buffer, stats: Stats): string | null {
  if (stats.isSymbolicLink()) return 'is a symbolic link';
  if (stats.isDirectory()) return 'is a directory';
  if (!stats.isFile()) return 'is no regular file';
  if (stats.size === 0) return 'is empty';
  // The slot file names recordings as text.
  return Buffer.from(name.toString()).equals(name) ? null : 'has a name that is not UTF-8';
}

export async function namesIn(directory: string): Promise<Buffer[]> {
  try {
    return await readdir(directory, { encoding: 'buffer' });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Whose they are is not known where that cannot be read. */
async function readFormerLive(path: string): Promise<SlotRecord | null> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === undefined) throw error;
    return null;
  });
  const parsed = content === null ? null : parseSlotRecord(content);
  return parsed === null || 'fault' in parsed ? null : parsed.value;
}

/** An act on a recording; its failure says what could not be done, and what to do. */
export async function onRecording<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PortError) {
      throw new PortError(error.problem.kind, `${what}: ${error.message}`, { certain: error.certain, cause: error });
    }
    const detail = error instanceof DiskError ? error.message : `${faultOf(error)}${adviceFor(error)}`;
    throw new PortError('recordingFailed', `${what}: ${detail}`, { cause: error });
  }
}
