// bbb-recorder, which plays a presentation in a browser and films it: https://github.com/jibon57/bbb-recorder
import { constants } from 'node:fs';
import { access, lstat, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isMapping, parseJson } from '../../../shared/decoder.js';
import { errorCode, faultOf, makeDirectory, removeIfThere, syncDirectory } from '../../../shared/files.js';
import { onPath, run } from '../../../shared/spawn.js';
import { MigrationError } from '../../ports.js';
import { directoryFault } from './directories.js';

export interface RecorderPlaces {
  bbbRecorderPlugin: string;
  bbbRecorderPath: string;
}

/** Everything that keeps it from working, a sentence each. */
export async function encoderFaults({ bbbRecorderPlugin, bbbRecorderPath }: RecorderPlaces): Promise<string[]> {
  const faults = [
    onPath('node', process.env) === null ? 'bbb-recorder needs the program `node` on PATH: install Node.js' : null,
    await exportFault(join(bbbRecorderPlugin, 'export.js')),
    await directoryFault(
      bbbRecorderPath,
      'bbb-recorder',
      'set IMPORT_VIDEO_BBB_RECORDER_PATH to the directory for its videos',
    ),
    await placeFault(join(bbbRecorderPlugin, 'config.json'), bbbRecorderPath),
  ];
  return faults.filter((fault) => fault !== null);
}

async function exportFault(path: string): Promise<string | null> {
  try {
    await access(path, constants.R_OK);
    return null;
  } catch (error) {
    const advice = 'install bbb-recorder, and set IMPORT_VIDEO_BBB_RECORDER_PLUGIN to its directory';
    return `bbb-recorder cannot be read (${faultOf(error)}): ${advice}`;
  }
}

/** bbb-recorder has its own word on where videos go, `copyToPath`, from its own directory on: a lecture is filmed before it shows that it is another. */
async function placeFault(configPath: string, bbbRecorderPath: string): Promise<string | null> {
  const parsed = parseJson(await readFile(configPath, 'utf8').catch(() => ''));
  const place = 'value' in parsed && isMapping(parsed.value) ? parsed.value['copyToPath'] : undefined;
  if (typeof place !== 'string' || resolve(dirname(configPath), place) === resolve(bbbRecorderPath)) return null;
  return `bbb-recorder puts its videos into ${place} (copyToPath in ${configPath}), not into ${bbbRecorderPath}: set IMPORT_VIDEO_BBB_RECORDER_PATH to the same directory`;
}

/**
 * Films `url`; answers the size of `<bbbRecorderPath>/<file>`, which is complete and on disk. The encoder takes as long as
 * the lecture, and may outlive this process: it has `lockDescriptor`, so that no second run films the same beside it.
 */
export async function film(
  url: string,
  file: string,
  places: RecorderPlaces,
  lockDescriptor: number | null,
  ending: AbortSignal,
): Promise<number> {
  const result = join(places.bbbRecorderPath, file);
  const logPath = join(places.bbbRecorderPath, 'logs', `${file}.log`);
  // Of an encoder that a kill has cut short: it may be half of the video.
  await removeIfThere(result);
  const log = await openLog(logPath);
  try {
    const { exitCode, stderr } = await run(['node', 'export.js', url, file], {
      cwd: places.bbbRecorderPlugin,
      timeoutMs: null,
      output: log.fd,
      ownGroup: true,
      keepOpen: lockDescriptor === null ? [] : [lockDescriptor],
      ending,
    });
    if (exitCode !== 0) {
      const how =
        exitCode === null
          ? `did not come to its end${stderr === '' ? '' : ` (${stderr})`}`
          : `failed with the status ${exitCode}`;
      throw new MigrationError(`bbb-recorder ${how}: see ${logPath}`);
    }
    return await sizeOnDisk(result, logPath);
  } catch (error) {
    await removeIfThere(result).catch(() => false);
    throw error;
  } finally {
    await log.close();
  }
}

async function openLog(path: string): Promise<FileHandle> {
  await makeDirectory(dirname(path));
  return open(path, 'w', 0o640);
}

/** bbb-recorder ends well without a video too. */
async function sizeOnDisk(result: string, logPath: string): Promise<number> {
  const found = await lstat(result).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (found?.isFile() !== true || found.size === 0) {
    throw new MigrationError(`bbb-recorder ended well, but has made no video (${result}): see ${logPath}`);
  }
  const handle = await open(result, 'r');
  await handle.sync().finally(() => handle.close());
  await syncDirectory(join(result, '..'));
  return found.size;
}
