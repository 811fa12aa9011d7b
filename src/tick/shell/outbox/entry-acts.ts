// The acts on an entry's recordings that may meet a disk far away: Pod's directory, `kept/` (docs/promises.md, P4). They are
// done in a process of their own (`entry-worker.ts`): on a share that has frozen even a look at a name never comes back.
import { lstat, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { placeWhole, type CopyActs } from '../../../shared/file-copy.js';
import { errorCode, makeDirectory, removeIfThere, syncDirectory } from '../../../shared/files.js';
import { PortError } from '../../errors.js';
import type { Config, HandOver } from '../../model.js';
import type { Whereabouts } from '../../plan/outbox/entry.js';
import type { Outbox, RecordingTarget } from '../../ports.js';
import { slotPaths } from '../slot/slot-paths.js';
import { entryPaths, keptDirectory } from './entry-paths.js';
import { inspectFilm, REAL_FILM_ACTS, type FilmActs } from './film.js';
import { namesIn, onRecording } from './recordings.js';

/** Pod's job must be able to read and move the file; the PHP script gave it the same mode. */
const POD_MODE = 0o755;
const KEPT_MODE = 0o600;

/** What may be part of a file name here: neither a path, nor hidden, nor anything to be quoted. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

export type Places = Pick<Config, 'baseDirectory' | 'podDefaultBbbPath' | 'podRecorderPath'>;

export type EntryActs = Pick<
  Outbox,
  'inspect' | 'isWaiting' | 'copy' | 'whereIs' | 'rename' | 'removeSource' | 'setAside' | 'moveIn'
>;

/** What each act knows. */
interface Surroundings {
  places: Places;
  acts: CopyActs;
}

/** Where a recording is to go: `part` is complete before it is renamed to `final`. */
interface Destination {
  final: string;
  part: string;
  mode: number;
}

export function createEntryActs(places: Places, acts: CopyActs, filmActs: FilmActs = REAL_FILM_ACTS): EntryActs {
  const around: Surroundings = { places, acts };
  const sourceOf = (entry: string, file: string): string =>
    join(entryPaths(places.baseDirectory, entry).directory, file);
  return {
    moveIn: (entry, slot, file) =>
      onRecording(`recording ${file} stays in slot ${slot}`, () =>
        copyIn(join(slotPaths(places.baseDirectory, slot).videodata, file), sourceOf(entry, file), acts),
      ),
    inspect: (entry, file) =>
      onRecording(`cannot look into recording ${file}`, () => inspectFilm(sourceOf(entry, file), filmActs)),
    isWaiting: (_entry, internalMeetingId) =>
      onRecording('cannot look for an earlier recording', async () => {
        if (places.podDefaultBbbPath === '') return false;
        return isListed(join(places.podDefaultBbbPath, `${checkedName(internalMeetingId, 'internal meeting id')}.mkv`));
      }),
    copy: (entry, file, target) =>
      onRecording(`recording ${file} stays in the outbox`, async () => {
        const source = sourceOf(entry, file);
        const { isFile, size } = (await found(source)) ?? { isFile: false, size: 0 };
        if (!isFile) throw new PortError('recordingFailed', 'it is not a regular file', { certain: true });
        const { final, part, mode } = await destinationOf(target, entry, around);
        const sha256 = await placeWhole(source, part, mode, acts);
        return { file, size, sha256, target: final, part, phase: 'copied' };
      }),
    whereIs: (entry, handOver) =>
      onRecording(`cannot find recording ${handOver.file} again`, () =>
        whereIs(sourceOf(entry, handOver.file), handOver, around),
      ),
    rename: (_entry, handOver) =>
      onRecording(`recording ${handOver.file} is not at its place yet`, () => renamePart(handOver, places)),
    removeSource: (entry, handOver) =>
      onRecording(`cannot remove ${handOver.file} from the outbox`, () =>
        removeSource(sourceOf(entry, handOver.file), handOver),
      ),
    setAside: (entry, handOver, name) =>
      onRecording(`recording ${handOver.file} cannot be set aside`, async () => {
        const destination = await destinationOf({ place: 'kept', name }, entry, around);
        return setAside(sourceOf(entry, handOver.file), handOver, destination, acts);
      }),
  };
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

function isKept(path: string, { baseDirectory }: Places): boolean {
  return dirname(path) === keptDirectory(baseDirectory);
}

/** Where the slot and the outbox are not on one file system, or the rename of another user's file is refused. */
async function copyIn(source: string, target: string, acts: CopyActs): Promise<void> {
  const final = await placeInEntry(source, target, acts);
  if (final !== null) {
    const part = join(dirname(final), `.${basename(final)}.part`);
    await placeWhole(source, part, KEPT_MODE, acts);
    await rename(part, final);
    await syncDirectory(dirname(final));
  }
  await unlink(source);
  await syncDirectory(dirname(source));
}

/** A name that nothing has there yet; null: an earlier try has brought this very recording there. */
async function placeInEntry(source: string, target: string, acts: CopyActs): Promise<string | null> {
  const size = (await found(source))?.size;
  for (let turn = 1; ; turn += 1) {
    const path = turn === 1 ? target : target.replace(/(?:\.mkv)?$/, `-${turn}.mkv`);
    const there = await found(path);
    if (there === null) return path;
    if (there.size === size && (await acts.sha256Of(path)) === (await acts.sha256Of(source))) return null;
  }
}

/** Two lives, of one meeting or on two servers, never write the same `.part`. */
async function destinationOf(
  target: RecordingTarget,
  entry: string,
  { places, acts }: Surroundings,
): Promise<Destination> {
  if (target.place === 'kept') {
    const final = await freeKeptPath(checkedName(target.name, 'name'), places);
    return { final, part: `${final}.${entry}.part`, mode: KEPT_MODE };
  }
  if (target.place === 'recorder') {
    const directory = await podsDirectory('POD_RECORDER_PATH', places.podRecorderPath, acts);
    const final = join(directory, `${checkedName(target.name, 'name')}.mkv`);
    return { final, part: `${final}.part`, mode: POD_MODE };
  }
  const directory = await podsDirectory('POD_DEFAULT_BBB_PATH', places.podDefaultBbbPath, acts);
  const final = join(directory, `${checkedName(target.internalMeetingId, 'internal meeting id')}.mkv`);
  return { final, part: `${final}.${target.livestreamId}.part`, mode: POD_MODE };
}

async function podsDirectory(variable: string, directory: string, acts: CopyActs): Promise<string> {
  if (directory === '') throw new PortError('recordingFailed', `${variable} is empty`, { certain: true });
  await expectDirectory(directory, acts);
  return directory;
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
async function freeKeptPath(name: string, { baseDirectory }: Places): Promise<string> {
  const directory = keptDirectory(baseDirectory);
  await makeDirectory(directory, 0o700);
  for (let turn = 1; ; turn += 1) {
    const path = join(directory, `${name}${turn === 1 ? '' : `-${turn}`}.mkv`);
    if ((await found(path)) === null) return path;
  }
}

async function whereIs(source: string, handOver: HandOver, { places, acts }: Surroundings): Promise<Whereabouts> {
  // Another directory than Pod's of today is not waited for.
  for (const directory of [places.podDefaultBbbPath, places.podRecorderPath])
    if (directory !== '' && dirname(handOver.part) === resolve(directory)) await expectDirectory(directory, acts);
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
  // No other recording ever bears a name that Pod's recorder is told of.
  if (handOver.phase === 'posting') return true;
  // It was another name of the source: as long as that is there, what is under the final name is something else.
  if (handOver.sha256 === null) return from === null;
  try {
    return (await acts.sha256Of(target)) === handOver.sha256;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Between the look and the rename nobody else takes the name: the entries of a meeting take turns. */
async function renamePart({ part, target }: HandOver, places: Places): Promise<string> {
  let final = target;
  if (await isListed(final)) {
    if (!isKept(final, places)) {
      const detail = `${final} is still there: Pod has not collected an earlier recording of that meeting`;
      throw new PortError('recordingWaiting', detail, { certain: true });
    }
    final = await freeKeptPath(basename(final, '.mkv'), places);
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

/** What is in Pod's directory stays until the source goes: a kill between leaves one of the two noted. */
async function setAside(
  source: string,
  handOver: HandOver,
  { final, part, mode }: Destination,
  acts: CopyActs,
): Promise<HandOver> {
  const first = await found(source);
  const isSourceThere = first?.isFile === true && first.size === handOver.size;
  const inPods = handOver.phase === 'posting' ? handOver.target : handOver.part;
  const sha256 = await placeWhole(isSourceThere ? source : inPods, part, mode, acts);
  return { ...handOver, sha256, target: final, part, formerPart: inPods, phase: 'copied' };
}
