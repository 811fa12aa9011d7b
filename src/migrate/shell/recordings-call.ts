// Signed calls of `getRecordings`: one request, one answer that was read to its end, or an error that says what to do.
import { algorithmsToTry, signedAddress } from '../../shell/bbb-checksum.js';
import { HttpError, type Http, type HttpStream } from '../../shell/http.js';
import type { ChecksumAlgorithm, Config } from '../../model.js';
import type { RawRecording } from '../core/recordings.js';
import { MigrationError } from '../ports.js';
import { readRecordingsAnswer, type RecordingsAnswer } from './recordings-answer.js';
import { beginWholeFile } from './whole-file.js';

export interface BbbAccess {
  /** With its final slash. */
  bbbServerUrl: string;
  bbbSecret: string;
  bbbChecksum: Config['bbbChecksum'];
  /** The longest silence. */
  bbbTimeoutMs: number;
}

/** What BBB may answer when all is well. */
export type GoodAnswer = Extract<RecordingsAnswer, { kind: 'listed' | 'unlisted' }>;

/**
 * `query` is encoded, and empty for all recordings at once. With `saveAs` the answer becomes that file (0600) when it is a
 * list. What was given to `take` before an error is worth nothing.
 */
export type RecordingsCall = (query: string, take: (raw: RawRecording) => void, saveAs?: string) => Promise<GoodAnswer>;

/** From http to https, say; with the same host name only. */
const REDIRECTS = 3;

export function createRecordingsCall(access: BbbAccess, http: Pick<Http, 'open'>, ending: AbortSignal): RecordingsCall {
  let accepted: ChecksumAlgorithm | null = null;
  const signer = { bbbUrl: `${access.bbbServerUrl}bigbluebutton/api`, bbbSecret: access.bbbSecret };
  return async (query, take, saveAs) => {
    const tried = algorithmsToTry(access.bbbChecksum, accepted);
    for (const algorithm of tried) {
      const url = await signedAddress('getRecordings', query, algorithm, signer);
      const answer = await ask(url, take, saveAs).catch((error: unknown) => {
        throw ending.aborted ? new MigrationError('stopped while the recordings were read from BBB', { cause: error }) : asMigrationError(error, query);
      });
      if (answer.kind === 'failed' && answer.messageKey === 'checksumError') continue;
      accepted = algorithm;
      return goodAnswer(answer);
    }
    throw new MigrationError(`BBB refuses the checksum of getRecordings made with ${tried.join(', ')} (checksumError): check SCRIPT_BBB_SECRET_KEY`);
  };

  async function ask(url: string, take: (raw: RawRecording) => void, saveAs: string | undefined): Promise<RecordingsAnswer> {
    const stream = await http.open(url, { Accept: '*/*' }, { idleTimeoutMs: access.bbbTimeoutMs, redirects: REDIRECTS, ending });
    const isGood = stream.status >= 200 && stream.status < 300;
    if (!isGood || saveAs === undefined) return readStream(stream, isGood ? take : () => undefined);
    return readAndSave(stream, take, saveAs);
  }
}

/** BBB answers 200 for most failures, other statuses for some: FAILED counts whatever the status, SUCCESS does not. */
async function readStream(stream: HttpStream, take: (raw: RawRecording) => void): Promise<RecordingsAnswer> {
  const answer = await readRecordingsAnswer(stream.body, take);
  const isGood = stream.status >= 200 && stream.status < 300;
  if (answer.kind === 'failed' || (isGood && answer.kind !== 'damaged')) return answer;
  throw new BadAnswer(stream, answer.kind === 'damaged' ? answer.what : 'SUCCESS');
}

async function readAndSave(stream: HttpStream, take: (raw: RawRecording) => void, path: string): Promise<RecordingsAnswer> {
  const file = await beginWholeFile(path, 0o600);
  try {
    const answer = await readStream({ ...stream, body: copied(stream.body, file.write) }, take);
    await (answer.kind === 'listed' ? file.finish() : file.abandon());
    return answer;
  } catch (error) {
    await file.abandon();
    throw error;
  }
}

async function* copied(body: AsyncIterable<Buffer>, write: (piece: Buffer) => Promise<void>): AsyncGenerator<Buffer> {
  for await (const piece of body) {
    await write(piece);
    yield piece;
  }
}
