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
import { recordingsIn, type RecordingsAnswer } from './recordings-answer.js';
import { beginSaving, type SavedAnswer } from './saved-answer.js';
import { withResult, type WithResult } from './with-result.js';

export interface BbbAccess {
  /** With its final slash. */
  bbbServerUrl: string;
  bbbSecret: string;
  bbbChecksum: ChecksumChoice;
  /** The longest silence. */
  bbbTimeoutMs: number;
}

export type ListAnswer = Extract<RecordingsAnswer, { kind: 'listed' | 'unlisted' }>;
type SoundAnswer = Exclude<RecordingsAnswer, { kind: 'damaged' }>;

/** Where an answer is saved, if it is a list that holds all there is. */
export interface Saving {
  answer: SavedAnswer;
  /** Asked when all recordings have been given away. */
  isWhole(total: number | null): boolean;
}

/**
 * `query` is encoded, and empty for all recordings at once. Its result is what the answer says. Throws
 * `MigrationError`, without the address: its checksum can be used again. What was given away before is worth nothing then.
 */
export type RecordingsCall = (query: string, saving?: Saving) => WithResult<RawRecording, ListAnswer>;

/** BBB has understood, and says no: asking again is of no use. */
export class RefusedError extends MigrationError {}

/** The list does not come in one answer; it may page by page. */
export class NotAtOnceError extends MigrationError {}

/** From http to https, say; with the same host name only. */
const REDIRECTS = 3;

/** What nginx answers when bbb-web took too long (docs/en/migration.md, “404 or 504 from nginx”). */
const IMPATIENT = [404, 504];

const NGINX = 'the nginx of that server may have lost patience with a long list';
const RAISE = 'raise proxy_read_timeout in its /etc/bigbluebutton/nginx/web.nginx';
const ASK_PAGES = 'ask page by page with --page-size 100';

/** `states`: of the recordings that are asked for; null: those that BBB answers unasked. */
export function createRecordingsCall(
  access: BbbAccess,
  http: Pick<Http, 'open'>,
  states: string[] | null,
  ending: AbortSignal,
): RecordingsCall {
  const signer = { bbbUrl: `${access.bbbServerUrl}bigbluebutton/api`, bbbSecret: access.bbbSecret };
  const ofStates = states === null ? '' : `state=${states.join('%2C')}`;
  let accepted: ChecksumAlgorithm | null = null;
  const ask = async function* (
    query: string,
    algorithm: ChecksumAlgorithm,
    saving: Saving | undefined,
  ): AsyncGenerator<RawRecording, SoundAnswer> {
    // Before BBB is asked: it may take half an hour.
    const file = saving === undefined ? null : await beginSaving(saving.answer);
    const isPart = query !== '';
    try {
      const url = await signedAddress(
        'getRecordings',
        [query, ofStates].filter((part) => part !== '').join('&'),
        algorithm,
        signer,
      );
      const stream = await http.open(
        url,
        { Accept: '*/*' },
        { idleTimeoutMs: access.bbbTimeoutMs, redirects: REDIRECTS, ending },
      );
      const body = file === null ? stream.body : copied(stream.body, file.write);
      const answer = sound(yield* recordingsIn(body), stream, isPart);
      // A page is not the answer for a later run.
      if (answer.kind === 'listed' && saving?.isWhole(answer.totalElements) === true) await file?.finish();
      return answer;
    } catch (error) {
      if (ending.aborted) throw new MigrationError('stopped while the recordings were read from BBB', { cause: error });
      throw error instanceof HttpError ? noAnswer(error, isPart) : error;
    } finally {
      await file?.abandon();
    }
  };
  const askWithAnyChecksum = async function* (
    query: string,
    saving?: Saving,
  ): AsyncGenerator<RawRecording, ListAnswer> {
    const tried = algorithmsToTry(access.bbbChecksum, accepted);
    let words = '';
    for (const algorithm of tried) {
      const answer = yield* ask(query, algorithm, saving);
      if (answer.kind === 'failed' && answer.messageKey === 'checksumError') {
        // Whoever tells it so may not be bbb-web, and mean something else.
        words = answer.isOfErrors === true ? `, ${answer.message}` : '';
        continue;
      }
      accepted = algorithm;
      if (answer.kind === 'failed') throw refused(answer);
      return answer;
    }
    throw new RefusedError(
      `BBB refuses the checksum of getRecordings made with ${tried.join(', ')} (checksumError${words}): check SCRIPT_BBB_SECRET_KEY`,
    );
  };
  return (query, saving) => withResult(askWithAnyChecksum(query, saving));
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
function sound(answer: RecordingsAnswer, stream: HttpStream, isPart: boolean): SoundAnswer {
  if (answer.kind === 'failed' || (isGood(stream) && answer.kind !== 'damaged')) return answer;
  const what = answer.kind === 'damaged' ? answer.what : 'SUCCESS';
  const isBroken = answer.kind === 'damaged' && answer.isOfBbb && isGood(stream);
  const advice = isBroken
    ? 'try again; if it comes back, look on that server at the recordings there'
    : adviceFor(stream, isPart);
  const message = `getRecordings answers ${stream.status} with ${what}: ${advice}`;
  throw !isPart && IMPATIENT.includes(stream.status) ? new NotAtOnceError(message) : new MigrationError(message);
}

function adviceFor({ status, headers }: HttpStream, isPart: boolean): string {
  const checkUrl = 'check SCRIPT_BBB_SERVER_URL';
  if (status >= 300 && status < 400)
    return `a redirect${headers['location'] === undefined ? '' : ' to another server'}: ${checkUrl}`;
  const patience = isPart
    ? `${NGINX}: take a smaller --page-size, or ${RAISE}`
    : `${NGINX}, and answers no better by pages (--page-size 100): take a smaller --page-size, or ${RAISE}`;
  if (status === 404) return `${checkUrl}; if it is right, ${patience}`;
  if (status === 504) return patience;
  return status >= 500 ? 'that server is in trouble: look at its logs, and try again' : `${checkUrl}, and try again`;
}

/** A server that was found, but did not answer to the end, may have too much to say. */
function noAnswer(error: HttpError, isPart: boolean): MigrationError {
  const pages = isPart ? 'take a smaller --page-size' : `if its list is long, ${ASK_PAGES}`;
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
