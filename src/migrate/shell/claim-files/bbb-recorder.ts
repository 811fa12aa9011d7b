// bbb-recorder, which plays a presentation in a browser and films it: https://github.com/jibon57/bbb-recorder
import { constants } from 'node:fs';
import { access, lstat, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { isMapping, parseJson } from '../../../shared/decoder.js';
import { errorCode, faultOf, makeDirectory, removeIfThere, syncDirectory } from '../../../shared/files.js';
import { truncate } from '../../../shared/redact.js';
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
    await placeFault({ bbbRecorderPlugin, bbbRecorderPath }),
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

/**
 * bbb-recorder has its own word on where videos go, `copyToPath`, from its own directory on: a lecture is filmed before it
 * shows that it is another. It stands in `.env`, before 2020 in `config.json`; who has updated may have both.
 */
async function placeFault({ bbbRecorderPlugin, bbbRecorderPath }: RecorderPlaces): Promise<string | null> {
  const [envPath, jsonPath] = [join(bbbRecorderPlugin, '.env'), join(bbbRecorderPlugin, 'config.json')];
  const places = { [envPath]: placeInEnv(await textOf(envPath)), [jsonPath]: placeInJson(await textOf(jsonPath)) };
  const [configPath, place] = Object.entries(places).find(([, found]) => found !== undefined) ?? [];
  if (place === undefined || resolve(bbbRecorderPlugin, place) === resolve(bbbRecorderPath)) return null;
  return `bbb-recorder puts its videos into ${place} (copyToPath in ${configPath}), not into ${bbbRecorderPath}: set IMPORT_VIDEO_BBB_RECORDER_PATH to the same directory`;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function placeInEnv(text: string): string | undefined {
  const place = parseEnv(text)['copyToPath'];
  return place === '' ? undefined : place;
}

function placeInJson(text: string): string | undefined {
  const parsed = parseJson(text);
  const place = 'value' in parsed && isMapping(parsed.value) ? parsed.value['copyToPath'] : undefined;
  return typeof place === 'string' ? place : undefined;
}

/** A result, complete and on disk. */
export interface Film {
  /** Bytes. */
  size: number;
  warnings: string[];
}

/**
 * Films `url`; the result is `<bbbRecorderPath>/<file>`. The encoder takes as long as the lecture, and may outlive this
 * process: it has `lockDescriptor`, so that no second run films the same beside it.
 */
export async function film(
  { url, file }: { url: string; file: string },
  places: RecorderPlaces,
  { lockDescriptor, ending }: { lockDescriptor: number | null; ending: AbortSignal },
): Promise<Film> {
  const result = join(places.bbbRecorderPath, file);
  const logPath = join(places.bbbRecorderPath, 'logs', `${file}.log`);
  // Of an encoder that a kill has cut short: it may be half of the video. What is there afterwards is of this one.
  await removeIfThere(result);
  const log = await openLog(logPath);
  try {
    const ended = await run(['node', 'export.js', url, file], {
      cwd: places.bbbRecorderPlugin,
      timeoutMs: null,
      output: log.fd,
      ownGroup: true,
      keepOpen: lockDescriptor === null ? [] : [lockDescriptor],
      ending,
    });
    return await filmIn(result, ended, logPath);
  } catch (error) {
    await removeIfThere(result).catch(() => false);
    throw error;
  } finally {
    await log.close();
  }
}

/**
 * bbb-recorder copies the video at the very end, in one act; then it may fail to end its browser or its screen ('Could not
 * stop Xvfb'). It ends well without a video too. Who was killed may have left half of it.
 */
async function filmIn(
  result: string,
  { exitCode, stderr }: { exitCode: number | null; stderr: string },
  logPath: string,
): Promise<Film> {
  const see = `see ${await lastWordsIn(logPath)}${logPath}`;
  if (exitCode === null)
    throw new MigrationError(`bbb-recorder did not come to its end${stderr === '' ? '' : ` (${stderr})`}: ${see}`);
  const size = await sizeOnDisk(result);
  if (size === 0 && exitCode === 0)
    throw new MigrationError(`bbb-recorder ended well, but has made no video (${result}): ${see}`);
  if (size === 0) throw new MigrationError(`bbb-recorder failed with the status ${exitCode}: ${see}`);
  if (exitCode === 0) return { size, warnings: [] };
  const warning = `bbb-recorder failed with the status ${exitCode} after it had made the video, which is kept: ${see}`;
  return { size, warnings: [warning] };
}

const LOG_END_BYTES = 2000;
const LAST_LINES = 3;
const LONGEST_WORDS = 300;

/** `"Error: …", at the end of `; empty when it has said nothing. */
async function lastWordsIn(logPath: string): Promise<string> {
  const text = (await textOf(logPath)).slice(-LOG_END_BYTES);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const words = truncate(lines.slice(-LAST_LINES).join(' / '), LONGEST_WORDS);
  return words === '' ? '' : `"${words}", at the end of `;
}

async function openLog(path: string): Promise<FileHandle> {
  await makeDirectory(dirname(path));
  return open(path, 'w', 0o640);
}

/** Answers the size of what is on disk for good then; 0: there is nothing. */
async function sizeOnDisk(result: string): Promise<number> {
  const found = await lstat(result).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (found?.isFile() !== true || found.size === 0) return 0;
  const handle = await open(result, 'r');
  await handle.sync().finally(() => handle.close());
  await syncDirectory(dirname(result));
  return found.size;
}
