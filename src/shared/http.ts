// The one HTTP client: bounded in time, answers as text of bounded size or as a stream; every status is an answer, only failures throw.
import type { Readable } from 'node:stream';
import type { AxiosRequestConfig } from 'axios';

/** Before the second and the third try of a GET. */
const PAUSES_MS = [500, 2000];

const MAXIMUM_BODY_BYTES = 50 * 1024 * 1024;

/** Node's timers hold no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface HttpAnswer {
  status: number;
  /** Empty when the answer has none. */
  contentType: string;
  /** Where a redirect leads, as it was sent. */
  location: string | null;
  text: string;
}

/** An answer whose body comes piece by piece: it is read, or discarded. */
export interface HttpStream {
  status: number;
  headers: HttpHeaders;
  /** Where the answer came from, redirects followed. */
  url: string;
  /** Unpacked. Throws `HttpError` when it is cut, or silent for too long. */
  body: AsyncIterable<Buffer>;
  discard(): void;
}

/** Keeps cookies between the requests of a visit. */
export interface CookieJar {
  /** The header's value for a request to `url`; empty for none. */
  header(url: string): Promise<string>;
  keep(url: string, setCookies: string[]): Promise<void>;
}

export interface OpenOptions {
  /** The longest silence, before the answer and within it. */
  idleTimeoutMs: number;
  /** As with `get`. */
  redirects?: number;
  cookies?: CookieJar;
  ending?: AbortSignal;
}

export type HttpHeaders = Record<string, string>;

export type WritingMethod = 'POST' | 'PATCH' | 'DELETE';

/** All methods throw `HttpError` and nothing else; times are in milliseconds. */
export interface Http {
  /**
   * Tried again twice on failures, 5xx and 429. `redirects`: how many are followed on the same host name, never from
   * https to http; others, and all by default, are answers.
   */
  get(url: string, headers: HttpHeaders, options?: { redirects?: number }): Promise<HttpAnswer>;
  /** A GET, tried once, for an answer that is too large or too slow for `get`. */
  open(url: string, headers: HttpHeaders, options: OpenOptions): Promise<HttpStream>;
  /** Tried once; no redirect is followed. */
  send(
    method: WritingMethod,
    url: string,
    headers: HttpHeaders,
    body: string | null,
    options?: { timeoutMs?: number },
  ): Promise<HttpAnswer>;
}

/** `away`: nobody answers there now. `lasting`: somebody has to mend something before it is of use to ask again, a host name or a certificate. */
export type HttpFailure = 'silent' | 'cut' | 'away' | 'lasting' | 'other';

/** No whole answer came. The message is short, on one line, and names the host only: an address may bear a checksum. */
export class HttpError extends Error {
  constructor(
    message: string,
    readonly kind: HttpFailure = 'other',
    cause?: Error,
  ) {
    super(message, { cause });
    this.name = 'HttpError';
  }
}

export interface HttpOptions {
  /** For a whole exchange, until the last byte of the answer. */
  timeoutMs: number;
  pause(ms: number): Promise<void>;
}

export function createHttp({ timeoutMs, pause }: HttpOptions): Http {
  return {
    get: (url, headers, { redirects = 0 } = {}) =>
      persist(() => exchange({ method: 'GET', url, headers }, timeoutMs, redirects), pause),
    open,
    send: async (method, url, headers, body, options = {}) => {
      const request = { method, url, headers, ...(body === null ? {} : { data: body }), ...(await freshConnection()) };
      return exchange(request, options.timeoutMs ?? timeoutMs, 0);
    },
  };
}

async function persist(ask: () => Promise<HttpAnswer>, pause: HttpOptions['pause']): Promise<HttpAnswer> {
  for (const pauseMs of PAUSES_MS) {
    const answer = await ask().catch(() => null);
    if (answer !== null && answer.status < 500 && answer.status !== 429) return answer;
    await pause(pauseMs);
  }
  return ask();
}

/**
 * A kept connection may be closed by the server just as it is used again. A GET is then tried again; a write is not, so
 * it gets a connection of its own.
 */
async function freshConnection(): Promise<Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'>> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  return { httpAgent: new http.Agent({ keepAlive: false }), httpsAgent: new https.Agent({ keepAlive: false }) };
}

type Request = Omit<AxiosRequestConfig, 'headers'> & { url: string; headers: HttpHeaders };

/** One try with the redirects that it meets, all within one time-out. */
async function exchange(request: Request, timeoutMs: number, redirects: number): Promise<HttpAnswer> {
  const patience = new AbortController();
  const timer = setTimeout(
    () => {
      patience.abort();
    },
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  let { url } = request;
  try {
    for (let left = redirects; ; left -= 1) {
      const answer = await ask({ ...request, url, timeout: timeoutMs, signal: patience.signal });
      const next = left > 0 ? redirectOf(answer, url) : null;
      if (next === null) return answer;
      url = next;
    }
  } catch (error) {
    throw failureOf(error, url, timeoutMs, patience.signal.aborted ? noAnswer(timeoutMs) : null);
  } finally {
    clearTimeout(timer);
  }
}

/** The silence before the answer is bounded here, the one within it where it is read. */
async function open(url: string, headers: HttpHeaders, options: OpenOptions): Promise<HttpStream> {
  const { idleTimeoutMs, redirects = 0, cookies, ending } = options;
  const { default: axios } = await import('axios');
  let from = url;
  for (let left = redirects; ; left -= 1) {
    const cookie = (await cookies?.header(from)) ?? '';
    try {
      const response = await axios.request<Readable>({
        url: from,
        headers: { 'User-Agent': 'bbb-pod-live', ...headers, ...(cookie === '' ? {} : { Cookie: cookie }) },
        responseType: 'stream',
        timeout: Math.min(idleTimeoutMs, LONGEST_TIMER_MS),
        validateStatus: () => true,
        maxRedirects: 0,
        ...(ending === undefined ? {} : { signal: ending }),
      });
      const { status, data: body } = response;
      const setCookies: unknown = response.headers['set-cookie'];
      if (Array.isArray(setCookies)) await cookies?.keep(from, setCookies.map(String));
      const texts = Object.entries(response.headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value] as const] : [],
      );
      const answered = Object.fromEntries(texts);
      const next = left > 0 ? redirectOf({ status, location: answered['location'] ?? null }, from) : null;
      if (next === null) {
        return {
          status,
          headers: answered,
          url: from,
          body: patiently(body, idleTimeoutMs, from),
          discard: () => body.destroy(),
        };
      }
      body.destroy();
      from = next;
    } catch (error) {
      throw failureOf(error, from, idleTimeoutMs, null);
    }
  }
}

/** The pieces of a body, as long as they come. */
async function* patiently(body: Readable, idleTimeoutMs: number, url: string): AsyncGenerator<Buffer> {
  const silence = new AbortController();
  const watch = setTimeout(
    () => {
      silence.abort();
      body.destroy(new Error('silence'));
    },
    Math.min(idleTimeoutMs, LONGEST_TIMER_MS),
  );
  try {
    for await (const piece of body) {
      watch.refresh();
      yield piece as Buffer;
      watch.refresh();
    }
  } catch (error) {
    const stopped = `the answer stopped for more than ${idleTimeoutMs / 1000} s`;
    throw failureOf(error, url, idleTimeoutMs, silence.signal.aborted ? stopped : null);
  } finally {
    clearTimeout(watch);
    body.destroy();
  }
}

/** Bodies pass as they are: axios would parse JSON, and put what is no JSON in quotes. */
function untouched(body: unknown): unknown {
  return body;
}

async function ask(request: Request & { signal: AbortSignal }): Promise<HttpAnswer> {
  const { default: axios } = await import('axios');
  const response = await axios.request<unknown>({
    ...request,
    headers: { 'User-Agent': 'bbb-pod-live', ...request.headers },
    responseType: 'text',
    transformRequest: [untouched],
    transformResponse: [untouched],
    validateStatus: () => true,
    maxRedirects: 0,
    maxContentLength: MAXIMUM_BODY_BYTES,
  });
  const header = (name: string): string | null => {
    const value: unknown = response.headers[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    status: response.status,
    contentType: header('content-type') ?? '',
    location: header('location'),
    text: typeof response.data === 'string' ? response.data : '',
  };
}

const REDIRECTS = [301, 302, 303, 307, 308];

/** Where to go on, if the answer is a redirect that may be followed. */
function redirectOf(answer: Pick<HttpAnswer, 'status' | 'location'>, from: string): string | null {
  if (!REDIRECTS.includes(answer.status) || answer.location === null || !URL.canParse(answer.location, from))
    return null;
  const origin = new URL(from);
  const target = new URL(answer.location, from);
  const isSafe = target.protocol === 'https:' || (target.protocol === 'http:' && origin.protocol === 'http:');
  return isSafe && target.hostname === origin.hostname ? target.href : null;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'no valid address';
}

function noAnswer(timeoutMs: number): string {
  return `no whole answer within ${timeoutMs / 1000} s`;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'unknown host name',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown authority, or its chain is incomplete',
  ERR_INVALID_URL: 'the address is not valid',
};

/** `silence`: what is said when the time was over here. */
function failureOf(error: unknown, url: string, timeoutMs: number, silence: string | null): HttpError {
  const kind = silence === null ? kindOf(error) : 'silent';
  return new HttpError(`${silence ?? reasonOf(error, timeoutMs)} (${hostOf(url)})`, kind, bareCause(error));
}

const KINDS: [Exclude<HttpFailure, 'other'>, RegExp][] = [
  ['silent', /^ECONNABORTED$/],
  ['cut', /^(?:ECONNRESET|EPIPE|Z_)/],
  ['away', /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN)$/],
  ['lasting', /^(?:ENOTFOUND|ERR_INVALID_URL|CERT_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/],
];

function kindOf(error: unknown): HttpFailure {
  const code = textOf(error, 'code');
  const known = KINDS.find(([, pattern]) => pattern.test(code))?.[0];
  return known ?? (textOf(error, 'message').includes('aborted') ? 'cut' : 'other');
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const code = textOf(error, 'code');
  const message = textOf(error, 'message');
  const known = REASONS[code];
  if (known !== undefined) return known;
  // axios's own time-out, which bounds silence and so comes with ours.
  if (code === 'ECONNABORTED') return noAnswer(timeoutMs);
  if (message.includes('maxContentLength')) return `an answer of more than ${MAXIMUM_BODY_BYTES / 1024 ** 2} MB`;
  if (message.includes('aborted') || code.startsWith('Z_')) return 'the answer was cut';
  if (code.startsWith('HPE_')) return 'the answer is not HTTP';
  return code === '' ? 'the request failed' : `the request failed: ${code}`;
}

function textOf(error: unknown, key: 'code' | 'message'): string {
  const value: unknown =
    typeof error === 'object' && error !== null && key in error ? (error as Record<string, unknown>)[key] : '';
  return typeof value === 'string' ? value : '';
}

/** The failure's message and code alone: axios's error holds the whole request, token and checksum included. */
function bareCause(error: unknown): Error {
  return Object.assign(new Error(textOf(error, 'message')), { code: textOf(error, 'code') });
}
