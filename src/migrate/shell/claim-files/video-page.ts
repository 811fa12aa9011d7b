// The page in which BBB plays a video: where the file is, and the cookies with which it is given out.
import type { CookieJar, Http, HttpStream } from '../../../shared/http.js';
import { extensionOf, videoAddress } from '../../core/video-source.js';
import { MigrationError } from '../../ports.js';
import { expectPassable, retryHttp, type HttpRetry } from './http-retry.js';

/** BBB's page has some kilobytes. */
const LARGEST_PAGE_BYTES = 4 * 1024 * 1024;

const REDIRECTS = 5;

/** What a visit to a web server needs. */
export interface Visit extends HttpRetry {
  http: Pick<Http, 'open'>;
  idleTimeoutMs: number;
}

export interface Video {
  url: string;
  cookies: CookieJar;
}

/**
 * The address may be the video itself: by its extension, as Pod sees it, or by what comes. Throws MigrationError when the
 * page has no video that Pod takes, HttpError when it does not come.
 */
export async function findVideo(pageUrl: string, extensions: string[], visit: Visit): Promise<Video> {
  if (!URL.canParse(pageUrl) || !/^https?:$/.test(new URL(pageUrl).protocol))
    throw new MigrationError('the address of its playback page is no address on the web');
  const cookies = await createCookieJar();
  if (extensions.includes(extensionOf(new URL(pageUrl)))) return { url: pageUrl, cookies };
  const page = await retryHttp(`page ${new URL(pageUrl).host}`, () => readPage(pageUrl, cookies, visit), visit);
  if (page.html === null) return { url: page.from, cookies };
  const found = videoAddress({ url: pageUrl, from: page.from, sources: await sourcesOf(page.html) }, extensions);
  if ('fault' in found) throw new MigrationError(`the playback page ${withoutQuery(pageUrl)} ${found.fault}`);
  return { url: found.address, cookies };
}

async function createCookieJar(): Promise<CookieJar> {
  const { CookieJar: Jar } = await import('tough-cookie');
  const jar = new Jar();
  return {
    header: (url) => jar.getCookieString(url),
    keep: async (url, setCookies) => {
      // A cookie that a browser would refuse is left out.
      for (const cookie of setCookies) await jar.setCookie(cookie, url, { ignoreError: true });
    },
  };
}

/** `html`: null when it is no page but a video. */
async function readPage(
  url: string,
  cookies: CookieJar,
  { http, idleTimeoutMs, ending }: Visit,
): Promise<{ from: string; html: string | null }> {
  const answer = await http.open(
    url,
    { Accept: 'text/html' },
    { idleTimeoutMs, redirects: REDIRECTS, cookies, ending },
  );
  try {
    expectPassable(answer.status);
    if (answer.status !== 200) throw new MigrationError(refusal(url, answer));
    const type = answer.headers['content-type'];
    if (type?.toLowerCase().startsWith('video/') === true) return { from: answer.url, html: null };
    // What does not say what it is may be a page.
    if (type !== undefined && !isHtml(answer))
      throw new MigrationError(`the playback page ${withoutQuery(url)} is no page but ${type}`);
    return { from: answer.url, html: await textOf(answer, url) };
  } finally {
    answer.discard();
  }
}

function refusal(url: string, { status, headers }: HttpStream): string {
  const what =
    headers['location'] === undefined
      ? `the server answered with the status ${status}`
      : 'it leads to another server, or in a circle';
  // Scalelite answers 404 to a token that was used, or is older than an hour.
  const why = new URL(url).searchParams.has('token')
    ? '; its token is good once and for a while only: run this again with USE_CACHE=false'
    : '';
  return `the playback page ${withoutQuery(url)} cannot be read: ${what}${why}`;
}

export function isHtml({ headers }: HttpStream): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)/i.test(headers['content-type'] ?? '');
}

async function textOf({ body }: HttpStream, url: string): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > LARGEST_PAGE_BYTES)
      throw new MigrationError(`the playback page ${withoutQuery(url)} is too large for a page`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function sourcesOf(html: string): Promise<string[]> {
  const { Parser } = await import('htmlparser2');
  const sources: string[] = [];
  const parser = new Parser({
    onopentag(name, { src }) {
      if (name === 'source' && src !== undefined && src.trim() !== '') sources.push(src.trim());
    },
  });
  parser.end(html);
  return sources;
}

/** A query may bear a token. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
