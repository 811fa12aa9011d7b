// Signed calls of `getRecordings`: one request, one answer read to its end, or an error that says what to do.
import {
  algorithmsToTry,
  signedAddress,
  type ChecksumAlgorithm,
  type ChecksumChoice,
} from '../../../shared/bbb-checksum.js';
import { HttpError, type Http, type HttpStream } from '../../../shared/http.js';
import type { RawRecording } from '../../core/recordings.js';
import { MigrationError } from '../../ports.js';
import { readRecordingsAnswer, type RecordingsAnswer } from './recordings-answer.js';
import { beginSaving, type SavedAnswer } from './saved-answer.js';

export interface BbbAccess {
  /** With its final slash. */
  bbbServerUrl: string;
  bbbSecret: string;
  bbbChecksum: ChecksumChoice;
  /** The longest silence. */
  bbbTimeoutMs: number;
}

type ListAnswer = Extract<RecordingsAnswer, { kind: 'listed' | 'unlisted' }>;

/**
 * `query` is encoded, and empty for all recordings at once. With `saved` the answer becomes that file when it is a list.
 * Throws `MigrationError`, without the address: its checksum can be used again. What `take` got before is worth nothing then.
 */
export type RecordingsCall = (
  query: string,
  take: (raw: RawRecording) => void,
  saved?: SavedAnswer,
) => Promise<ListAnswer>;

/** BBB has understood, and says no: asking again is of no use. */
export class RefusedError extends MigrationError {}

/** From http to https, say; with the same host name only. */
const REDIRECTS = 3;

/** What the customer's page says of a 404 for a long list: it is nginx that lost patience. */
const NGINX = 'the nginx of that server may have lost patience with a long list';
const RAISE = 'raise proxy_read_timeout in its /etc/bigbluebutton/nginx/web.nginx';
const ASK_PAGES = 'ask page by page with --page-size 100';

export function createRecordingsCall(access: BbbAccess, http: Pick<Http, 'open'>, ending: AbortSignal): RecordingsCall {
  const signer = { bbbUrl: `${access.bbbServerUrl}bigbluebutton/api`, bbbSecret: access.bbbSecret };
  let accepted: ChecksumAlgorithm | null = null;
  const ask = async (
    query: string,
    algorithm: ChecksumAlgorithm,
    take: (raw: RawRecording) => void,
    saved?: SavedAnswer,
  ): Promise<Exclude<RecordingsAnswer, { kind: 'damaged' }>> => {
    // Before BBB is asked: it may take half an hour.
    const file = saved === undefined ? null : await beginSaving(saved);
    try {
      const url = await signedAddress('getRecordings', query, algorithm, signer);
      const stream = await http.open(
        url,
        { Accept: '*/*' },
        { idleTimeoutMs: access.bbbTimeoutMs, redirects: REDIRECTS, ending },
      );
      const body = file === null ? stream.body : copied(stream.body, file.write);
      const answer = sound(await readRecordingsAnswer(body, take), stream, query !== '');
      // A page is not the answer for a later run.
      if (answer.kind === 'listed' && answer.totalElements === null) await file?.finish();
      return answer;
    } catch (error) {
      if (ending.aborted) throw new MigrationError('stopped while the recordings were read from BBB', { cause: error });
      throw error instanceof HttpError ? noAnswer(error, query !== '') : error;
    } finally {
      await file?.abandon();
    }
  };
  return async (query, take, saved) => {
    const tried = algorithmsToTry(access.bbbChecksum, accepted);
    for (const algorithm of tried) {
      const answer = await ask(query, algorithm, take, saved);
      if (answer.kind === 'failed' && answer.messageKey === 'checksumError') continue;
      accepted = algorithm;
      if (answer.kind === 'listed' || answer.kind === 'unlisted') return answer;
      throw refused(answer);
    }
    throw new RefusedError(
      `BBB refuses the checksum of getRecordings made with ${tried.join(', ')} (checksumError): check SCRIPT_BBB_SECRET_KEY`,
    );
  };
}

function isGood({ status }: HttpStream): boolean {
  return status >= 200 && status < 300;
}

/** The disk has the time in which a piece is parsed. */
async function* copied(body: AsyncIterable<Buffer>, write: (piece: Buffer) => Promise<void>): AsyncGenerator<Buffer> {
  for await (const piece of body) {
    const written = write(piece);
    try {
      yield piece;
    } finally {
      await written;
    }
  }
}

/** BBB answers 200 for most failures, other statuses for some: FAILED counts whatever the status, SUCCESS does not. */
function sound(
  answer: RecordingsAnswer,
  stream: HttpStream,
  isPaged: boolean,
): Exclude<RecordingsAnswer, { kind: 'damaged' }> {
  if (answer.kind === 'failed' || (isGood(stream) && answer.kind !== 'damaged')) return answer;
  const what = answer.kind === 'damaged' ? answer.what : 'SUCCESS';
  const isBroken = answer.kind === 'damaged' && answer.isOfBbb && isGood(stream);
  const advice = isBroken
    ? 'try again; if it comes back, look on that server at the recordings there'
    : adviceFor(stream, isPaged);
  throw new MigrationError(`getRecordings answers ${stream.status} with ${what}: ${advice}`);
}

function adviceFor({ status, headers }: HttpStream, isPaged: boolean): string {
  const checkUrl = 'check SCRIPT_BBB_SERVER_URL';
  if (status >= 300 && status < 400)
    return `a redirect${headers['location'] === undefined ? '' : ' to another server'}: ${checkUrl}`;
  const patience = `${NGINX}: ${isPaged ? 'take a smaller --page-size' : ASK_PAGES}, or ${RAISE}`;
  if (status === 404) return `${checkUrl}; if it is right, ${patience}`;
  if (status === 504) return patience;
  return status >= 500 ? 'that server is in trouble: look at its logs, and try again' : `${checkUrl}, and try again`;
}

/** A server that was found, but did not answer to the end, may have too much to say. */
function noAnswer(error: HttpError, isPaged: boolean): MigrationError {
  const pages = isPaged ? 'take a smaller --page-size' : `if its list is long, ${ASK_PAGES}`;
  const advice =
    error.kind === 'silent'
      ? `; ${pages}, or raise SCRIPT_BBB_TIMEOUT_S`
      : error.kind === 'cut'
        ? `; ${pages}`
        : '; check SCRIPT_BBB_SERVER_URL, and that this server runs';
  return new MigrationError(`getRecordings: ${error.message}${advice}`, { cause: error });
}

function refused({ messageKey, message }: Extract<RecordingsAnswer, { kind: 'failed' }>): RefusedError {
  const said = [messageKey, message].filter((part) => part !== '').join(', ');
  // Scalelite with GET_RECORDINGS_API_FILTERED (its README).
  const advice =
    messageKey === 'missingParameters'
      ? ': this Scalelite lists no recordings without an id; set GET_RECORDINGS_API_FILTERED=false there while you migrate'
      : '';
  return new RefusedError(`getRecordings answers FAILED (${said})${advice}`);
}
