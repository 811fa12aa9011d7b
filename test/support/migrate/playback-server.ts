// BBB's playback of videos: pages with sources, protected ones with token and cookie, files with ranges; and their faults.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A recording with a video, as the reference worlds have it. */
export interface PlayedRecording {
  id: string;
  /** Its video is there, by itself: a path. */
  at?: string;
  page?: {
    /** The page is at `/recording/ID/video?token=…`, good once; else at `/playback/video/ID/`. */
    token?: string;
    /** One `video-0.m4v` by default. */
    sources?: { src: string; type?: string }[];
    /** Bytes of each video, 300 by default. */
    size?: number;
  };
}

/** What is out of the ordinary about a recording. */
export interface PlaybackFaults {
  /** The page answers with this status. */
  pageStatus?: number;
  /** In the place of the page. */
  page?: { type: string; text: string };
  /** The video answers with this status. */
  videoStatus?: number;
  /** So many answers with a status of 503 before a good one, of the page and of the video each. */
  busy?: number;
  /** A login page, with the status 200, comes in the place of the video. */
  login?: boolean;
  /** So many answers are cut after half of what they were to bring. */
  cuts?: number;
  /** So many answers stop after half of what they were to bring until `goOn` is called. */
  holds?: number;
  /** The validators it has; a strong ETag and a date by default. */
  validators?: ('etag' | 'weak' | 'date')[];
  /** Ranges are ignored. */
  noRanges?: boolean;
  /** A range is answered, but another one than was asked for. */
  wrongRange?: boolean;
  /** A range is answered with what RFC 9110 asks of a 206, without the type of the file and its validators. */
  bareRange?: boolean;
  /** A range is answered with half of what is left, and without saying how much there is. */
  unknownTotal?: boolean;
  /** If-Range is ignored: the range of a video that has changed is answered. */
  noIfRange?: boolean;
  /** How the length is told: chunked, not at all (the connection's end is the video's), or ten bytes too many. */
  length?: 'chunked' | 'none' | 'wrong';
}

export interface PlaybackRequest {
  path: string;
  status: number;
  range: string | undefined;
  cookie: string | undefined;
}

export interface Playback {
  /** Answers a request below `/playback/video/`, `/recording/` and `/video/`, and for a video by itself; false: it is somebody else's. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  /** Oldest first. */
  requests: PlaybackRequest[];
  /** The content of a recording's video: `VIDEO <id>`, then bytes that all differ from their neighbours. */
  video(id: string): Buffer;
  /** Adds to a recording's faults. */
  fault(id: string, faults: PlaybackFaults): void;
  /** Another video of the same size, with other validators. */
  change(id: string): void;
  /** Answers that were held go on. */
  goOn(): void;
}

interface Kept extends PlayedRecording {
  version: number;
  isTokenUsed: boolean;
  faults: PlaybackFaults;
}

const LAST_MODIFIED_MS = Date.parse('2024-01-20T08:00:00Z');

/** A playback without a server of its own: `handle` is mounted where a BBB's API is answered too. */
export function createPlayback(recordings: PlayedRecording[]): Playback {
  const kept = new Map(
    recordings.map((recording): [string, Kept] => [
      recording.id,
      { ...recording, version: 1, isTokenUsed: false, faults: {} },
    ]),
  );
  const requests: PlaybackRequest[] = [];
  let held: (() => void)[] = [];
  const ofId = (id: string): Kept => {
    const found = kept.get(id);
    if (found === undefined) throw new Error(`there is no recording ${id}`);
    return found;
  };
  return {
    requests,
    handle: (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://playback');
      const itself = [...kept.values()].find(({ at }) => at === pathname);
      if (itself !== undefined) {
        answerVideo(itself, sourcesOf(itself)[0]?.src ?? '', request, response, (goOn) => held.push(goOn));
        return true;
      }
      const [, area, id = '', rest = ''] = /^\/(playback\/video|recording|video)\/([^/]+)\/?(.*)$/.exec(pathname) ?? [];
      if (area === undefined) return false;
      response.once('close', () => {
        const { range, cookie } = request.headers;
        requests.push({ path: request.url ?? '', status: response.statusCode, range, cookie });
      });
      const recording = kept.get(id);
      if (recording === undefined) refuse(response, 404);
      else if (area === 'recording') answerToken(recording, searchParams.get('token'), response);
      else if ((area === 'video') !== (recording.page?.token !== undefined)) refuse(response, 404);
      else if (area === 'video' && !(request.headers.cookie ?? '').includes(`access=${id}`)) refuse(response, 404);
      else if (rest === '') answerPage(recording, response);
      else answerVideo(recording, decodeURIComponent(rest), request, response, (goOn) => held.push(goOn));
      return true;
    },
    video: (id) => contentOf(ofId(id)),
    fault: (id, faults) => {
      Object.assign(ofId(id).faults, faults);
    },
    change: (id) => {
      ofId(id).version += 1;
    },
    goOn: () => {
      for (const goOn of held) goOn();
      held = [];
    },
  };
}

/** A playback on a port of its own. `url` ends with a slash. */
export async function startPlayback(
  recordings: PlayedRecording[],
): Promise<Playback & { url: string; stop(): Promise<void> }> {
  const playback = createPlayback(recordings);
  const server = createServer((request, response) => {
    if (!playback.handle(request, response)) refuse(response, 404);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  return { ...playback, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop };
}

/** Where BBB says that a recording's page is. `base` ends with a slash. */
export function pageUrl(base: string, { id, page }: PlayedRecording): string {
  return page?.token === undefined
    ? `${base}playback/video/${id}/`
    : `${base}recording/${id}/video?token=${page.token}`;
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'text/html' }).end(`<html><body><h1>${status}</h1></body></html>`);
}

/** Scalelite's: the token is good once, the cookie from then on. */
function answerToken(recording: Kept, token: string | null, response: ServerResponse): void {
  if (recording.page?.token === undefined || token !== recording.page.token || recording.isTokenUsed) {
    refuse(response, 404);
    return;
  }
  recording.isTokenUsed = true;
  response
    .writeHead(302, {
      Location: `/video/${recording.id}/`,
      'Set-Cookie': `access=${recording.id}; Path=/video/${recording.id}; HttpOnly`,
    })
    .end();
}

function isBusy(recording: Kept): boolean {
  const { busy = 0 } = recording.faults;
  recording.faults.busy = busy - 1;
  return busy > 0;
}

function answerPage(recording: Kept, response: ServerResponse): void {
  const { pageStatus = 200, page } = recording.faults;
  if (isBusy(recording) || pageStatus !== 200) {
    refuse(response, pageStatus === 200 ? 503 : pageStatus);
    return;
  }
  const sources = sourcesOf(recording).map(({ src, type = 'video/mp4' }) => `<source src="${src}" type="${type}">`);
  const text = `<!DOCTYPE html><html><body><!-- <source src="old.m4v"> --><video controls>${sources.join('\n')}</video></body></html>`;
  response.writeHead(200, { 'Content-Type': page?.type ?? 'text/html' }).end(page?.text ?? text);
}

function sourcesOf(recording: Kept): { src: string; type?: string }[] {
  return recording.page?.sources ?? [{ src: 'video-0.m4v' }];
}

function contentOf({ id, page, version }: Kept): Buffer {
  const content = Buffer.alloc(page?.size ?? 300);
  for (let at = 0; at < content.length; at += 1) content[at] = (at * 7 + Math.floor(at / 251) * 13 + version) % 256;
  content.write(`VIDEO ${id}\n`);
  return content;
}

function answerVideo(
  recording: Kept,
  file: string,
  request: IncomingMessage,
  response: ServerResponse,
  hold: (goOn: () => void) => void,
): void {
  const { faults } = recording;
  if (!sourcesOf(recording).some(({ src }) => src.split('?')[0]?.endsWith(file))) refuse(response, 404);
  else if (faults.videoStatus !== undefined && faults.videoStatus !== 200) refuse(response, faults.videoStatus);
  else if (isBusy(recording)) refuse(response, 503);
  else if (faults.login === true)
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<html><body>Login</body></html>');
  else sendVideo(recording, request, response, hold);
}

function validatorsOf({ id, version, faults }: Kept): Record<string, string> {
  const validators = faults.validators ?? ['etag', 'date'];
  return {
    ...(validators.includes('etag') ? { ETag: `"${id.slice(0, 8)}-${version}"` } : {}),
    ...(validators.includes('weak') ? { ETag: `W/"${id.slice(0, 8)}-${version}"` } : {}),
    ...(validators.includes('date')
      ? { 'Last-Modified': new Date(LAST_MODIFIED_MS + version * 1000).toUTCString() }
      : {}),
  };
}

/** As nginx does: If-Range compares a strong ETag or the date; a range that begins behind the end is refused. */
function rangeStart(recording: Kept, { headers }: IncomingMessage): number | null {
  const { noRanges, noIfRange } = recording.faults;
  const start = /^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1];
  if (start === undefined || noRanges === true) return null;
  const condition = headers['if-range'];
  const given = Object.values(validatorsOf(recording)).filter((validator) => !validator.startsWith('W/'));
  return condition === undefined || noIfRange === true || given.includes(String(condition)) ? Number(start) : null;
}

function sendVideo(
  recording: Kept,
  request: IncomingMessage,
  response: ServerResponse,
  hold: (goOn: () => void) => void,
): void {
  const { faults } = recording;
  const content = contentOf(recording);
  const asked = rangeStart(recording, request);
  if (asked !== null && asked >= content.length) {
    response
      .writeHead(416, { 'Content-Type': 'text/html', 'Content-Range': `bytes */${content.length}` })
      .end('<html></html>');
    return;
  }
  const start = asked === null ? 0 : asked - (faults.wrongRange === true ? 1 : 0);
  const isHalf = asked !== null && faults.unknownTotal === true;
  const body = content.subarray(start, isHalf ? Math.ceil((start + content.length) / 2) : content.length);
  const range =
    asked === null
      ? {}
      : { 'Content-Range': `bytes ${start}-${start + body.length - 1}/${isHalf ? '*' : content.length}` };
  const length = {
    chunked: {},
    none: {},
    wrong: { 'Content-Length': body.length + 10 },
    right: { 'Content-Length': body.length },
  }[faults.length ?? 'right'];
  if (faults.length === 'none') response.useChunkedEncodingByDefault = false;
  const representation =
    asked !== null && faults.bareRange === true ? {} : { 'Content-Type': 'video/mp4', ...validatorsOf(recording) };
  response.writeHead(asked === null ? 200 : 206, { ...representation, ...length, ...range });
  sendBody(faults, body, response, hold);
}

function sendBody(
  faults: PlaybackFaults,
  body: Buffer,
  response: ServerResponse,
  hold: (goOn: () => void) => void,
): void {
  const { cuts = 0, holds = 0, length } = faults;
  const half = body.subarray(0, Math.ceil(body.length / 2));
  if (cuts > 0) {
    faults.cuts = cuts - 1;
    response.write(half, () => response.destroy());
  } else if (holds > 0) {
    faults.holds = holds - 1;
    response.write(half);
    hold(() => response.end(body.subarray(half.length)));
  } else if (length === 'wrong') response.write(body, () => response.destroy());
  else response.end(body);
}
