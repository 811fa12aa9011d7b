// Recordings in the slots, and their way to Pod's directory or to `kept/` (docs/promises.md, P4).
import type { Recording } from '../../model.js';
import { PortError } from '../../errors.js';
import type { Stats } from 'node:fs';
import { lstat, readFile, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parseSlotRecord } from '../slot/slot-file.js';
import type { Config, HandOver } from '../../model.js';
import { type Recordings, type RecordingTarget, type Whereabouts } from '../../ports.js';
import { errorCode, faultOf, makeDirectory, removeIfThere, syncDirectory } from '../../../shared/files.js';
import { DiskError } from '../../../shared/errors.js';
import { adviceFor, placeWhole, REAL_COPY_ACTS, type CopyActs } from '../../../shared/file-copy.js';
import { slotPaths, type SlotPaths } from '../slot/slot-paths.js';
import { oneLine } from '../../../shared/redact.js';
import { createKeyedMutex } from '../../../shared/keyed-mutex.js';

/** Pod's job must be able to read and move the file; the PHP script gave it the same mode. */
const POD_MODE = 0o755;
const KEPT_MODE = 0o600;

/** What may be part of a file name here: neither a path, nor hidden, nor anything to be quoted. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

const EXTENSION = Buffer.from('.mkv');

type Places = Pick<Config, 'baseDirectory' | 'podDefaultBbbPath'>;

/** Where a recording is to go: `part` is complete before it is renamed to `final`. */
interface Destination {
  final: string;
  part: string;
  mode: number;
}

export function createRecordings(config: Places, acts: CopyActs = REAL_COPY_ACTS): Recordings {
  const pathsOf = (slot: number): SlotPaths => slotPaths(config.baseDirectory, slot);
  const sourceOf = (slot: number, file: string): string => join(pathsOf(slot).videodata, file);
  const [inTurn, renameInTurn] = [createKeyedMutex(), createKeyedMutex()];
  return {
    read: (slot) =>
      onRecording(`cannot read the recordings of slot ${slot}`, () => readRecordings(pathsOf(slot).videodata)),
    readOthers: (slot) =>
      onRecording(`cannot read the recordings of slot ${slot}`, () => readOthers(pathsOf(slot).videodata)),
    isWaiting: (internalMeetingId) =>
      onRecording('cannot look for an earlier recording', async () => {
        if (config.podDefaultBbbPath === '') return false;
        return isListed(join(config.podDefaultBbbPath, `${checkedName(internalMeetingId, 'internal meeting id')}.mkv`));
      }),
    copy: (slot, file, target) =>
      onRecording(`recording ${file} stays in slot ${slot}`, async () => {
        const source = sourceOf(slot, file);
        const { isFile, size } = (await found(source)) ?? { isFile: false, size: 0 };
        if (!isFile) throw new PortError('recordingFailed', 'it is not a regular file', { certain: true });
        const { final, part, mode } = await destinationOf(target, slot, config, acts);
        const sha256 = await placeWhole(source, part, mode, acts);
        return { file, size, sha256, target: final, part, phase: 'copied' };
      }),
    whereIs: (slot, handOver) =>
      onRecording(`cannot find recording ${handOver.file} again`, () =>
        whereIs(sourceOf(slot, handOver.file), handOver, config, acts),
      ),
    inTurn,
    rename: (handOver) =>
      onRecording(`recording ${handOver.file} is not at its place yet`, () =>
        renameInTurn(isKept(handOver.target, config) ? keptDirectory(config) : handOver.target, () =>
          renamePart(handOver, config),
        ),
      ),
    removeSource: (slot, handOver) =>
      onRecording(`cannot remove ${handOver.file} from slot ${slot}`, () =>
        removeSource(sourceOf(slot, handOver.file), handOver),
      ),
    redirect: (slot, handOver, target) =>
      onRecording(`recording ${handOver.file} cannot be set aside`, () =>
        redirect(slot, sourceOf(slot, handOver.file), handOver, target, config, acts),
      ),
    formerLive: (slot) => readFormerLive(pathsOf(slot).formerRecord),
  };
}

/** Every regular `*.mkv` directly in `videodata` that holds something, by name; a missing directory holds none. */
export async function readRecordings(videodata: string): Promise<Recording[]> {
  const files = await filmsIn(videodata);
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

async function namesIn(directory: string): Promise<Buffer[]> {
  try {
    return await readdir(directory, { encoding: 'buffer' });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** As its directory lists it: a network file system may remember for a while that a path was not there. */
async function isListed(path: string): Promise<boolean> {
  const name = Buffer.from(basename(path));
  return (await namesIn(dirname(path))).some((listed) => listed.equals(name));
}

interface Found {
  isFile: boolean;
  size: number;
  /** What two names of one file have in common; too large for a number on some file systems. */
  identity: string;
}

/** What is at a path, links not followed; null when nothing is. */
async function found(path: string): Promise<Found | null> {
  try {
    const stats = await lstat(path, { bigint: true });
    return {
      isFile: stats.isFile(),
      size: Number(stats.size),
      identity: `${String(stats.dev)}/${String(stats.ino)}`,
    };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function checkedName(name: string, what: string): string {
  if (NAME.test(name)) return name;
  throw new PortError('recordingFailed', `the ${what} ${JSON.stringify(name)} cannot be part of a file name`, {
    certain: true,
  });
}

function keptDirectory(config: Places): string {
  return join(config.baseDirectory, 'kept');
}

function isKept(path: string, config: Places): boolean {
  return dirname(path) === keptDirectory(config);
}

/** Two lives, of one meeting or on two servers, never write the same `.part`. */
async function destinationOf(
  target: RecordingTarget,
  slot: number,
  config: Places,
  acts: CopyActs,
): Promise<Destination> {
  if (target.place === 'kept') {
    const final = await freeKeptPath(checkedName(target.name, 'name'), config);
    return { final, part: `${final}.${slot}.part`, mode: KEPT_MODE };
  }
  const directory = config.podDefaultBbbPath;
  if (directory === '') throw new PortError('recordingFailed', 'POD_DEFAULT_BBB_PATH is empty', { certain: true });
  await expectDirectory(directory, acts);
  const final = join(directory, `${checkedName(target.internalMeetingId, 'internal meeting id')}.mkv`);
  return { final, part: `${final}.${target.livestreamId}.part`, mode: POD_MODE };
}

/** A directory that is not there, or whose file system is not mounted, may be there again in a minute. */
async function expectDirectory(directory: string, acts: CopyActs): Promise<void> {
  const there = await stat(directory);
  if (!there.isDirectory()) throw new PortError('recordingFailed', `${directory} is not a directory`);
  const point = await acts.missingMount(directory);
  if (point === null) return;
  throw new PortError('recordingFailed', `${point} is not mounted: mount it, or take it out of /etc/fstab`);
}

/** `kept/<name>.mkv`, or `-2`, `-3` … when that is taken. Makes the directory. */
async function freeKeptPath(name: string, config: Places): Promise<string> {
  const directory = keptDirectory(config);
  await makeDirectory(directory, 0o700);
  for (let turn = 1; ; turn += 1) {
    const path = join(directory, `${name}${turn === 1 ? '' : `-${turn}`}.mkv`);
    if ((await found(path)) === null) return path;
  }
}

async function whereIs(source: string, handOver: HandOver, config: Places, acts: CopyActs): Promise<Whereabouts> {
  const { podDefaultBbbPath } = config;
  // Another directory than Pod's of today is not waited for.
  if (podDefaultBbbPath !== '' && dirname(handOver.part) === resolve(podDefaultBbbPath)) {
    await expectDirectory(podDefaultBbbPath, acts);
  }
  const part = await found(handOver.part);
  if (part !== null) return part.isFile && part.size === handOver.size ? 'part' : 'damagedPart';
  return (await isWholeAt(handOver.target, source, handOver, acts)) ? 'final' : 'nowhere';
}

/** Another recording of the meeting may have that name: the content tells. */
async function isWholeAt(target: string, source: string, handOver: HandOver, acts: CopyActs): Promise<boolean> {
  const [final, from] = [await found(target), await found(source)];
  if (final?.isFile !== true) return false;
  if (final.identity === from?.identity) return true;
  if (final.size !== handOver.size) return false;
  // It was another name of the source: as long as that is there, what is under the final name is something else.
  if (handOver.sha256 === null) return from === null;
  try {
    return (await acts.sha256Of(target)) === handOver.sha256;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Between the look and the rename nothing else in this process takes the name: renames of one name take turns. */
async function renamePart({ part, target }: HandOver, config: Places): Promise<string> {
  let final = target;
  if (await isListed(final)) {
    if (!isKept(final, config)) {
      const detail = `${final} is still there: Pod has not collected an earlier recording of that meeting`;
      throw new PortError('recordingWaiting', detail, { certain: true });
    }
    final = await freeKeptPath(basename(final, '.mkv'), config);
  }
  await rename(part, final);
  await syncDirectory(dirname(final));
  return final;
}

async function removeSource(source: string, handOver: HandOver): Promise<void> {
  if (handOver.formerPart !== undefined) await removeIfThere(handOver.formerPart);
  const from = await found(source);
  if (from === null) return;
  const isAnother = from.size !== handOver.size && from.identity !== (await found(handOver.target))?.identity;
  // By now a recording of its own.
  if (isAnother) return;
  await unlink(source);
  await syncDirectory(dirname(source));
}

/** The `.part` in Pod's directory stays until the source goes: a kill between leaves one of the two noted. */
async function redirect(
  slot: number,
  source: string,
  handOver: HandOver,
  target: RecordingTarget,
  config: Places,
  acts: CopyActs,
): Promise<HandOver> {
  const first = await found(source);
  const isSourceThere = first?.isFile === true && first.size === handOver.size;
  const { final, part, mode } = await destinationOf(target, slot, config, acts);
  const sha256 = await placeWhole(isSourceThere ? source : handOver.part, part, mode, acts);
  return { ...handOver, sha256, target: final, part, formerPart: handOver.part, phase: 'copied' };
}

async function readFormerLive(path: string): Promise<{ livestreamId: number; internalMeetingId: string } | null> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    // Whose they are is then not known.
    if (errorCode(error) === undefined) throw error;
    return null;
  });
  const parsed = content === null ? null : parseSlotRecord(content);
  if (parsed === null || 'fault' in parsed) return null;
  return { livestreamId: parsed.value.livestreamId, internalMeetingId: parsed.value.internalMeetingId };
}

/** An act on a recording; its failure says what could not be done, and what to do. */
async function onRecording<T>(what: string, act: () => Promise<T>): Promise<T> {
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
