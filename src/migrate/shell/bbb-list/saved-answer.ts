// BBB's answer on disk, for later runs with USE_CACHE: as BBB wrote it, or one of the same shape made of many pages.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { beginAtomicWrite, errorCode, faultOf, type AtomicWrite } from '../../../shared/files.js';
import { isAll } from '../../core/page-cursor.js';
import { ELEMENTS, ERROR, METADATA, type RawField, type RawRecording } from '../../core/recordings.js';
import { serverKey } from '../../core/server-key.js';
import { MigrationError } from '../../ports.js';
import { recordingsIn, type RecordingsAnswer } from './recordings-answer.js';
import { withResult } from './with-result.js';

const HEAD = '<response><returncode>SUCCESS</returncode><recordings>\n';
const END = '</recordings></response>\n';

export interface SavedAnswer {
  path: string;
  /** SCRIPT_BBB_SERVER_URL. */
  serverUrl: string;
}

/** The disk is at fault, not BBB. */
export class SavingError extends MigrationError {}

/** Named as the original names it, beside the configuration. */
export function savedAnswerOf(directory: string, serverUrl: string): SavedAnswer {
  return { path: join(directory, 'getRecordings.xml'), serverUrl };
}

/** For its owner's eyes only. Throws `SavingError` when it cannot be written. */
export async function beginSaving({ path, serverUrl }: SavedAnswer): Promise<AtomicWrite> {
  const told = async <T>(act: Promise<T>): Promise<T> => {
    try {
      return await act;
    } catch (error) {
      throw new SavingError(`the answer of BBB cannot be saved as ${path}: ${faultOf(error)}`, { cause: error });
    }
  };
  const file = await told(beginAtomicWrite(path, { mode: 0o600, isExact: false }));
  const finish = async (): Promise<void> => {
    await file.write(markOf(serverUrl));
    await file.finish();
  };
  return { write: (piece) => told(file.write(piece)), finish: () => told(finish()), abandon: file.abandon };
}

/** Recordings one by one, as one answer. */
export interface RecordingsFile {
  add(raw: RawRecording): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

export async function beginSavingRecordings(saved: SavedAnswer): Promise<RecordingsFile> {
  const file = await beginSaving(saved);
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

/** The recordings of the saved answer. Throws `MigrationError` when there is none, none that can be used, or one of another server. */
export async function* savedRecordings({ path, serverUrl }: SavedAnswer): AsyncGenerator<RawRecording, void> {
  try {
    const saved = await markIn(path);
    if (saved !== null && serverKey(saved) !== serverKey(serverUrl))
      throw new MigrationError(
        `the saved answer ${path} is of ${saved}, not of ${serverUrl}: set USE_CACHE=false, so that BBB is asked`,
      );
    let count = 0;
    const recordings = withResult(recordingsIn(createReadStream(path, { highWaterMark: 256 * 1024 })));
    for await (const raw of recordings) {
      count += 1;
      yield raw;
    }
    const answer = recordings.result();
    if (answer.kind === 'listed' && isAll(answer.totalElements, count)) return;
    const what = whatIsHeld(answer);
    throw new MigrationError(`the saved answer ${path} holds ${what}: set USE_CACHE=false, so that BBB is asked again`);
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    if (errorCode(error) !== 'ENOENT')
      throw new MigrationError(`the saved answer ${path} cannot be read: ${faultOf(error)}`, { cause: error });
    throw new MigrationError(
      `USE_CACHE is true, but no answer of BBB is saved yet (${path}): run once with USE_CACHE=false and without --dry`,
      { cause: error },
    );
  }
}

function whatIsHeld(answer: RecordingsAnswer): string {
  if (answer.kind === 'damaged') return answer.what;
  if (answer.kind === 'failed') return 'a refusal of BBB';
  return answer.kind === 'listed' ? 'a part of the list only' : 'no list';
}

/** Which server has answered, behind the root, where nobody else looks. An answer that the original saved has none. */
function markOf(serverUrl: string): string {
  return `\n<?bbb-pod-live ${encodeURI(serverUrl)}?>\n`;
}

const LONGEST_MARK = 4096;

async function markIn(path: string): Promise<string | null> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(LONGEST_MARK),
      position: Math.max(0, size - LONGEST_MARK),
    });
    return /<\?bbb-pod-live (\S+)\?>\n$/.exec(buffer.toString('utf8', 0, bytesRead))?.[1] ?? null;
  } finally {
    await file.close();
  }
}

function recordingXml({ texts, formats }: RawRecording): string {
  const list = (names: Record<string, RawField>): string =>
    Object.entries(names)
      .map(([name, field]) => element(name, texts[field]))
      .join('');
  const playback = formats
    .map(({ type, url }) => `<format>${element('type', type)}${element('url', url)}</format>`)
    .join('');
  const error = texts.errorPath === undefined ? '' : `<error>${list(ERROR)}</error>`;
  return `<recording>${list(ELEMENTS)}${error}<metadata>${list(METADATA)}</metadata><playback>${playback}</playback></recording>\n`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** Nothing for what was not there. A bare carriage return would be read as a line's end. */
function element(name: string, text: string | undefined): string {
  return text === undefined ? '' : `<${name}>${text.replace(/[&<>\r]/g, (sign) => ENTITIES[sign] ?? sign)}</${name}>`;
}
