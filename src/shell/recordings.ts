// Recordings in the slots, and their way to Pod's directory or to `kept/` (promise P4).
import { chmod, lstat, mkdir, readFile, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseSlotRecord } from '../core/slot-file.js';
import type { Config, HandOver } from '../model.js';
import { PortError, type Recording, type Recordings, type RecordingTarget } from '../ports.js';
import { errorCode, removeIfThere, syncDirectory } from './files.js';
import { onRecording, placeWhole, REAL_COPY_ACTS, type CopyActs } from './recording-copy.js';
import { slotPaths } from './slot-paths.js';

/** Pod's job must be able to read and move the file; the PHP script gave it the same mode. */
const POD_MODE = 0o755;
const KEPT_MODE = 0o600;

/** What may be part of a file name here: neither a path, nor hidden, nor anything to be quoted. */
const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

type Places = Pick<Config, 'baseDirectory' | 'podDefaultBbbPath'>;

/** Where a recording is to go: `part` is complete before it is renamed to `final`. */
interface Destination {
  final: string;
  part: string;
  mode: number;
}

export function createRecordings(config: Places, acts: CopyActs = REAL_COPY_ACTS): Recordings {
  const sourceOf = (slot: number, file: string): string => join(slotPaths(config.baseDirectory, slot).videodata, file);
  // Finals of this process: Pod's job may have collected one before its source is removed.
  const renamed = new Set<string>();
  return {
    read: (slot) =>
      onRecording(`cannot read the recordings of slot ${String(slot)}`, () =>
        readRecordings(slotPaths(config.baseDirectory, slot).videodata),
      ),
    isWaiting: (internalMeetingId) =>
      onRecording('cannot look for an earlier recording', async () => {
        if (config.podDefaultBbbPath === '') return false;
        return isThere(join(config.podDefaultBbbPath, `${checkedName(internalMeetingId, 'internal meeting id')}.mkv`));
      }),
    copy: (slot, file, target) =>
      onRecording(`recording ${file} stays in slot ${String(slot)}`, async () => {
        const source = sourceOf(slot, file);
        const found = await lstat(source);
        if (!found.isFile()) throw new PortError('recordingFailed', 'it is not a regular file', { certain: true });
        const { final, part, mode } = await destinationOf(target, config);
        const sha256 = await placeWhole(source, part, mode, acts);
        return { file, size: found.size, sha256, target: final, part, phase: 'copied' };
      }),
    rename: (handOver) =>
      onRecording(`recording ${handOver.file} is not at its place yet`, async () => {
        const final = await renamePart(handOver, config);
        renamed.add(handOver.target);
        return final;
      }),
    removeSource: (slot, handOver) =>
      onRecording(`cannot remove ${handOver.file} from slot ${String(slot)}`, () =>
        removeSource(sourceOf(slot, handOver.file), handOver, renamed.has(handOver.target), config, acts),
      ),
    redirect: (handOver, target) =>
      onRecording(`recording ${handOver.file} cannot be set aside`, () => redirect(handOver, target, config, acts)),
    formerLive: (slot) => readFormerLive(slotPaths(config.baseDirectory, slot).formerRecord),
  };
}

/** Every regular `*.mkv` directly in `videodata`, by name; a missing directory holds none. */
export async function readRecordings(videodata: string): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const file of (await namesIn(videodata)).sort()) {
    if (!file.endsWith('.mkv')) continue;
    const found = await lstat(join(videodata, file));
    if (found.isFile()) recordings.push({ file, size: found.size, modifiedAt: found.mtime });
  }
  return recordings;
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
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

async function destinationOf(target: RecordingTarget, config: Places): Promise<Destination> {
  if (target.place === 'kept') {
    const final = await freeKeptPath(checkedName(target.name, 'name'), config);
    return { final, part: `${final}.part`, mode: KEPT_MODE };
  }
  const directory = config.podDefaultBbbPath;
  if (directory === '') throw new PortError('recordingFailed', 'POD_DEFAULT_BBB_PATH is empty', { certain: true });
  await expectDirectory(directory);
  const final = join(directory, `${checkedName(target.internalMeetingId, 'internal meeting id')}.mkv`);
  // Two lives of one meeting, on two servers perhaps, must not write the same file.
  return { final, part: `${final}.${String(target.livestreamId)}.part`, mode: POD_MODE };
}

async function expectDirectory(directory: string): Promise<void> {
  const found = await stat(directory);
  if (!found.isDirectory()) throw new PortError('recordingFailed', `${directory} is not a directory`);
}

/** `kept/<name>.mkv`, or `-2`, `-3` … when that is taken. Makes the directory. */
async function freeKeptPath(name: string, config: Places): Promise<string> {
  const directory = keptDirectory(config);
  if ((await mkdir(directory, { recursive: true, mode: 0o700 })) !== undefined) await chmod(directory, 0o700);
  for (let turn = 1; ; turn += 1) {
    const path = join(directory, `${name}${turn === 1 ? '' : `-${String(turn)}`}.mkv`);
    if (!(await isThere(path))) return path;
  }
}

function partOf(handOver: HandOver): string {
  return handOver.part ?? `${handOver.target}.part`;
}

/** A `.part` that is gone was renamed before; but not when its whole directory is gone. */
async function renamePart(handOver: HandOver, config: Places): Promise<string> {
  const part = partOf(handOver);
  await expectDirectory(dirname(part));
  if (!(await isThere(part))) return handOver.target;
  let final = handOver.target;
  if (await isThere(final)) {
    if (dirname(final) !== keptDirectory(config)) {
      const detail = `${final} is still there: Pod has not collected an earlier recording of that meeting`;
      throw new PortError('recordingWaiting', detail, { certain: true });
    }
    final = await freeKeptPath(basename(final, '.mkv'), config);
  }
  await rename(part, final);
  await syncDirectory(dirname(final));
  return final;
}

/**
 * Removes the source once its content is known to stand under the final name: this process renamed it, or the file is
 * seen there. After a kill neither may hold: Pod's job has collected the file, or it is lost (a directory that is not
 * mounted looks like an empty one). Then the source goes to `kept/`, and that is said.
 */
async function removeSource(
  source: string,
  handOver: HandOver,
  isRenamed: boolean,
  config: Places,
  acts: CopyActs,
): Promise<void> {
  if (handOver.formerPart !== undefined) await removeIfThere(handOver.formerPart);
  if (!(await isThere(source))) return;
  // Another file by now: a recording of its own.
  if ((await lstat(source)).size !== handOver.size) return;
  if (isRenamed || (await isWholeAt(handOver))) {
    await unlink(source);
    await syncDirectory(dirname(source));
    return;
  }
  const kept = await freeKeptPath(checkedName(keptNameOf(handOver), 'name'), config);
  await placeWhole(source, `${kept}.part`, KEPT_MODE, acts);
  await rename(`${kept}.part`, kept);
  await syncDirectory(dirname(kept));
  await unlink(source);
  const detail = `${handOver.target} is gone: if Pod has not collected it, its other copy is ${kept}`;
  throw new PortError('recordingKept', detail, { certain: true });
}

async function isWholeAt(handOver: HandOver): Promise<boolean> {
  return (await isThere(handOver.target)) && (await lstat(handOver.target)).size === handOver.size;
}

/** `<livestream id>-<internal meeting id>` for what was on its way to Pod. */
function keptNameOf(handOver: HandOver): string {
  const stem = basename(handOver.target, '.mkv');
  const livestreamId = /\.mkv\.(\d+)\.part$/.exec(partOf(handOver))?.[1];
  return livestreamId === undefined ? stem : `${livestreamId}-${stem}`;
}

/** The `.part` in Pod's directory stays until the source goes: a kill between leaves one of the two noted. */
async function redirect(
  handOver: HandOver,
  target: RecordingTarget,
  config: Places,
  acts: CopyActs,
): Promise<HandOver> {
  const from = partOf(handOver);
  if (!(await isThere(from))) {
    const detail = `its copy ${from} has disappeared: copy ${handOver.file} from its slot there again`;
    throw new PortError('recordingFailed', detail, { certain: true });
  }
  const { final, part, mode } = await destinationOf(target, config);
  const sha256 = (await placeWhole(from, part, mode, acts)) ?? handOver.sha256;
  if (handOver.sha256 !== null && sha256 !== handOver.sha256) {
    await unlink(part);
    throw new PortError('recordingFailed', `${from} has changed: copy ${handOver.file} from its slot there again`);
  }
  return { ...handOver, sha256, target: final, part, formerPart: from, phase: 'copied' };
}

async function readFormerLive(path: string): Promise<{ livestreamId: number; internalMeetingId: string } | null> {
  const content = await readFile(path, 'utf8').catch(() => null);
  const parsed = content === null ? null : parseSlotRecord(content);
  if (parsed === null || 'fault' in parsed) return null;
  return { livestreamId: parsed.value.livestreamId, internalMeetingId: parsed.value.internalMeetingId };
}
