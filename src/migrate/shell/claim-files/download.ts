// A large file from a web server to `.part`: it goes on where it was cut, and is known to be complete before anybody says so.
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, removeIfThere, sizeOf, syncDirectory } from '../../../shared/files.js';
import { HttpError, type HttpStream } from '../../../shared/http.js';
import { lackOfRoom } from '../../../shared/file-copy.js';
import { MigrationError } from '../../ports.js';
import { expectPassable, retryHttp } from './http-retry.js';
import { isHtml, withoutQuery, type Video, type Visit } from './video-page.js';

const REDIRECTS = 5;

/** A date tells two versions of a file apart when it is older than this at the answer (RFC 9110, 8.8.2.2). */
const DATE_AGE_MS = 1000;

export interface DownloadOptions {
  /** Of what is in `part` already; null: nothing that can be gone on with. */
  validator: string | null;
  begun(validator: string | null): Promise<void>;
  progress(done: number, total: number | null): void;
  /** Bytes that may still be written in a directory. */
  freeBytes(directory: string): Promise<number>;
  /** Of the complete file. */
  mode: number;
}

/** The `.part`, and what may be gone on with. */
interface Part {
  path: string;
  validator: string | null;
  /** Bytes, as far as this call has seen them come. */
  arrived: number;
}

/** What an answer brings: bytes from `from` on; `end` is where they end, null when the server does not tell. */
interface Piece {
  from: number;
  end: number | null;
}

/**
 * Answers the size of `path` once it is complete and on disk. Throws MigrationError for a refusal, HttpError when the
 * server could not be reached often enough, or the system call's error; `path` stays only if a later call can go on with it.
 */
export async function download(video: Video, path: string, options: DownloadOptions, visit: Visit): Promise<number> {
  const part: Part = { path, validator: options.validator, arrived: 0 };
  try {
    return await retryHttp(
      `video ${new URL(video.url).host}`,
      () => fetchRest(video, part, options, visit),
      visit,
      () => part.arrived,
    );
  } catch (error) {
    // On a full disk Pod itself has no room.
    const isOfUse =
      part.validator !== null &&
      ((await sizeOf(path)) ?? 0) > 0 &&
      !['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '');
    if (!isOfUse) await removeIfThere(path).catch(() => false);
    throw error;
  }
}

async function fetchRest(
  { url, cookies }: Video,
  part: Part,
  options: DownloadOptions,
  { http, idleTimeoutMs, ending }: Visit,
): Promise<number> {
  const size = part.validator === null ? 0 : ((await sizeOf(part.path)) ?? 0);
  const rest = part.validator === null || size === 0 ? {} : { Range: `bytes=${size}-`, 'If-Range': part.validator };
  const answer = await http.open(
    url,
    { 'Accept-Encoding': 'identity', ...rest },
    { idleTimeoutMs, redirects: REDIRECTS, cookies, ending },
  );
  try {
    const piece = pieceOf(answer, size, part, url);
    const needed = (piece.end ?? 0) - piece.from;
    const free = await options.freeBytes(dirname(part.path));
    if (free < needed) throw new MigrationError(lackOfRoom(needed, free, dirname(part.path)));
    return await write(answer, piece, part, options);
  } finally {
    answer.discard();
  }
}

/** What the answer brings, if it is the video, or the rest of it. `size`: what `part` has. */
function pieceOf(answer: HttpStream, size: number, part: Part, url: string): Piece {
  const { status, headers } = answer;
  expectPassable(status);
  if (![200, 206, 416].includes(status)) {
    throw new MigrationError(
      `the video ${withoutQuery(url)} cannot be downloaded: the server answered with the status ${status}`,
    );
  }
  if (status === 200 && isHtml(answer)) {
    throw new MigrationError(
      `a web page came in the place of the video ${withoutQuery(url)}: does that server ask for a login?`,
    );
  }
  if (status === 200) return { from: 0, end: lengthOf(answer, url) };
  const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(headers['content-range'] ?? '') ?? [];
  // Nothing is left to be sent.
  const start = status === 416 ? total : from;
  // Without the total nobody knows whether that is all of the rest.
  if (size > 0 && total !== '*' && Number(start) === size && isSame(answer, part))
    return { from: size, end: Number(total) };
  part.validator = null;
  throw new HttpError('the server gave another part of the video than it was asked for');
}

/** Null: the answer is chunked, so that its end shows. */
function lengthOf({ headers }: HttpStream, url: string): number | null {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  if (headers['transfer-encoding'] !== undefined) return null;
  throw new MigrationError(
    `the server does not tell how long the video ${withoutQuery(url)} is, so that a cut one would pass for whole`,
  );
}

async function write(answer: HttpStream, { from, end }: Piece, part: Part, options: DownloadOptions): Promise<number> {
  const handle = await open(
    part.path,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    if (from === 0) await beginAnew(handle, answer, part, options);
    let at = from;
    if (answer.status !== 416) {
      for await (const bytes of answer.body) {
        await handle.appendFile(bytes);
        at += bytes.length;
        if (part.validator !== null) part.arrived = at;
        options.progress(at, end);
      }
    }
    if (end !== null && at !== end) throw new HttpError(`${at} bytes came in the place of ${end}`);
    if (at === 0) throw new MigrationError('the video is empty');
    await handle.chmod(options.mode);
    await handle.sync();
    await syncDirectory(dirname(part.path));
    return at;
  } finally {
    await handle.close();
  }
}

/** Empty first: at no moment stands there what the validator does not belong to. */
async function beginAnew(
  handle: FileHandle,
  answer: HttpStream,
  part: Part,
  { begun }: DownloadOptions,
): Promise<void> {
  await handle.truncate(0);
  await handle.sync();
  part.validator = validatorOf(answer);
  await begun(part.validator);
}

/** What changes whenever a byte of the file does; null when the server gives nothing of that kind. */
function validatorOf({ headers }: HttpStream): string | null {
  const { etag, date, 'last-modified': modified } = headers;
  if (etag !== undefined && !etag.startsWith('W/')) return etag;
  const ageMs = Date.parse(date ?? '') - Date.parse(modified ?? '');
  return modified !== undefined && ageMs >= DATE_AGE_MS ? modified : null;
}

/** An answer with a part of the file need not repeat its validator. */
function isSame(answer: HttpStream, { validator }: Part): boolean {
  const given = validatorOf(answer);
  return given === null || given === validator;
}
