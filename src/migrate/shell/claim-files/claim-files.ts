// Where claimed recordings go: the directory of a recorder of Pod, and bbb-recorder's on the way there.
import { rename, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { faultOf, sizeOf, syncDirectory } from '../../../shared/files.js';
import type { Http } from '../../../shared/http.js';
import { adviceFor, placeWhole, REAL_COPY_ACTS } from '../../../shared/file-copy.js';
import { MigrationError, type ClaimFiles, type PodDatabase } from '../../ports.js';
import { encoderFaults, film, type RecorderPlaces } from './bbb-recorder.js';
import { directoryFault, expectDirectory } from './directories.js';
import { download } from './download.js';
import { findVideo } from './video-page.js';

/** As the original left them: Pod's job, whatever its user, must be able to read them. */
const POD_MODE = 0o644;

/** Fields of the configuration; see there. */
export interface ClaimPlaces extends RecorderPlaces {
  recorderId: number;
  recorderDirectory: string;
  defaultRecorderPath: string;
  videoExtensions: string[];
  httpTimeoutMs: number;
}

export interface ClaimSurroundings {
  http: Pick<Http, 'open'>;
  clock: { sleep(ms: number): Promise<void> };
  podDatabase: Pick<PodDatabase, 'recorderDirectory'>;
  /** Of the lock of this run, null before it is taken. */
  lockDescriptor(): number | null;
  /** What is in hand is given up. */
  ending: AbortSignal;
}

export function createClaimFiles(places: ClaimPlaces, surroundings: ClaimSurroundings): ClaimFiles {
  const { http, clock, podDatabase, lockDescriptor, ending } = surroundings;
  const { bbbRecorderPath, videoExtensions, httpTimeoutMs: idleTimeoutMs } = places;
  const exhausted = new Set<string>();
  let known: Promise<string> | null = null;
  const directory = (): Promise<string> => (known ??= recorderDirectory(places, podDatabase));
  const inDirectory = async (file: string): Promise<string> => join(await directory(), file);
  return {
    directory,
    directories: async (file) => [await directory(), ...(isEncoded(file) ? [resolve(bbbRecorderPath)] : [])],
    check: () => checkDirectory(directory),
    encoderFaults: () => encoderFaults(places),
    isTaken: (file) =>
      onClaim(`cannot look for ${file}`, ending, async () => {
        const path = await inDirectory(file);
        const paths = [path, partOf(path), ...(isEncoded(file) ? [join(bbbRecorderPath, file)] : [])];
        return (await Promise.all(paths.map(sizeOf))).some((size) => size !== null);
      }),
    download: (pageUrl, file, options) =>
      onClaim(`cannot download ${file}`, ending, async () => {
        const visit = { http, clock, idleTimeoutMs, ending, exhausted, waiting: options.waiting };
        const video = await findVideo(pageUrl, videoExtensions, visit);
        return download(
          video,
          partOf(await inDirectory(file)),
          { ...options, freeBytes: REAL_COPY_ACTS.freeBytes, mode: POD_MODE },
          visit,
        );
      }),
    encode: (presentationUrl, file) =>
      onClaim(`cannot encode ${file}`, ending, () =>
        film({ url: presentationUrl, file }, places, { lockDescriptor: lockDescriptor(), ending }),
      ),
    publish: (file, size) =>
      onClaim(`cannot give ${file} its name`, ending, async () => publish(file, size, await directory(), places)),
  };
}

function isEncoded(file: string): boolean {
  return file.endsWith('.webm');
}

function partOf(path: string): string {
  return `${path}.part`;
}

/** Not looked at yet. */
async function recorderDirectory(
  { recorderDirectory: given, recorderId, defaultRecorderPath }: ClaimPlaces,
  podDatabase: Pick<PodDatabase, 'recorderDirectory'>,
): Promise<string> {
  if (given !== '') return resolve(defaultRecorderPath, given);
  const found = await podDatabase.recorderDirectory(recorderId);
  if (found !== null) return resolve(defaultRecorderPath, found);
  throw new MigrationError(
    `Pod has no recorder with the id ${recorderId}: set SCRIPT_RECORDER_ID to the id of one (in Pod's administration, Recorders, it stands in the address)`,
  );
}

async function checkDirectory(directory: () => Promise<string>): Promise<string[]> {
  try {
    const fault = await directoryFault(
      await directory(),
      'the recorder',
      'make it, or mend DEFAULT_RECORDER_PATH or SCRIPT_RECORDER_DIRECTORY',
    );
    return fault === null ? [] : [fault];
  } catch (error) {
    return [faultOf(error)];
  }
}

/** bbb-recorder's result goes away before the name is given: a kill leaves no second file of the same recording. */
async function publish(
  file: string,
  size: number,
  directory: string,
  { bbbRecorderPath }: ClaimPlaces,
): Promise<'published' | 'gone' | 'damaged'> {
  const path = join(directory, file);
  await expectDirectory(directory);
  if (isEncoded(file)) await bringResult(join(bbbRecorderPath, file), size, partOf(path), bbbRecorderPath);
  const found = await sizeOf(partOf(path));
  if (found === null) return 'gone';
  if (found !== size) return 'damaged';
  if ((await sizeOf(path)) !== null)
    throw new MigrationError(
      `${path} has come meanwhile and is not of this migration: move it away, and run this again`,
    );
  await rename(partOf(path), path);
  await syncDirectory(directory);
  return 'published';
}

/** A `.part` that is there beside the result may be half of a copy: it is made again. */
async function bringResult(result: string, size: number, part: string, bbbRecorderPath: string): Promise<void> {
  await expectDirectory(bbbRecorderPath);
  if ((await sizeOf(result)) !== size) return;
  await placeWhole(result, part, POD_MODE, REAL_COPY_ACTS);
  await unlink(result);
  await syncDirectory(bbbRecorderPath);
}

/** An act on a recording; its failure says what could not be done, why, and what to do. */
async function onClaim<T>(what: string, ending: AbortSignal, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (ending.aborted) throw new MigrationError(`${what}: it was stopped; the next run goes on`, { cause: error });
    throw new MigrationError(`${what}: ${faultOf(error)}${adviceFor(error)}`, { cause: error });
  }
}
