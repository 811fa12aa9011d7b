// BBB's answer on disk, for later runs with USE_CACHE: as BBB wrote it, or one of the same shape made of many pages.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { errorCode, faultOf } from '../../shell/files.js';
import { ELEMENTS, METADATA, type RawField, type RawRecording } from '../core/recordings.js';
import { MigrationError } from '../ports.js';
import { readRecordingsAnswer } from './recordings-answer.js';
import { beginWholeFile, type WholeFile } from './whole-file.js';

const HEAD = '<response><returncode>SUCCESS</returncode><recordings>\n';
const END = '</recordings></response>\n';

/** As the original calls it, beside the configuration. */
export function savedAnswerPath(directory: string): string {
  return join(directory, 'getRecordings.xml');
}

/** For its owner's eyes only. Throws `MigrationError` when it cannot be written. */
export async function beginSaving(path: string): Promise<WholeFile> {
  const told = async <T>(act: Promise<T>): Promise<T> => {
    try {
      return await act;
    } catch (error) {
      throw new MigrationError(`the answer of BBB cannot be saved as ${path}: ${faultOf(error)}`, { cause: error });
    }
  };
  const file = await told(beginWholeFile(path, 0o600));
  return { write: (piece) => told(file.write(piece)), finish: () => told(file.finish()), abandon: file.abandon };
}

/** Recordings one by one, as one answer. */
export interface RecordingsFile {
  add(raw: RawRecording): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

export async function beginSavingRecordings(path: string): Promise<RecordingsFile> {
  const file = await beginSaving(path);
  await file.write(HEAD);
  return {
    add: (raw) => file.write(recordingXml(raw)),
    finish: async () => {
      await file.write(END);
      await file.finish();
    },
    abandon: file.abandon,
  };
}

/** Reads the saved answer. Throws `MigrationError` when there is none, or none that can be used. */
export async function readSavedAnswer(path: string, take: (raw: RawRecording) => void): Promise<void> {
  try {
    const answer = await readRecordingsAnswer(createReadStream(path, { highWaterMark: 256 * 1024 }), take);
    if (answer.kind === 'listed') return;
    const what = answer.kind === 'damaged' ? answer.what : answer.kind === 'failed' ? 'a refusal of BBB' : 'no list';
    throw new MigrationError(`the saved answer ${path} holds ${what}: set USE_CACHE=false, so that BBB is asked again`);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    if (errorCode(error) !== 'ENOENT') throw new MigrationError(`the saved answer ${path} cannot be read: ${faultOf(error)}`, { cause: error });
    throw new MigrationError(`USE_CACHE is true, but no answer of BBB is saved yet (${path}): run once with USE_CACHE=false and without --dry`, { cause: error });
  }
}

function recordingXml({ texts, formats }: RawRecording): string {
  const list = (names: Record<string, RawField>): string =>
    Object.entries(names).map(([name, field]) => element(name, texts[field])).join('');
  const playback = formats.map(({ type, url }) => `<format>${element('type', type)}${element('url', url)}</format>`).join('');
  return `<recording>${list(ELEMENTS)}<metadata>${list(METADATA)}</metadata><playback>${playback}</playback></recording>\n`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** Nothing for what was not there. A bare carriage return would be read as a line's end. */
function element(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<${name}>${text.replace(/[&<>\r]/g, (sign) => ENTITIES[sign] ?? sign)}</${name}>`;
}
