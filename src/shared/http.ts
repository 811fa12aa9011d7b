// The one HTTP client: bounded in time, answers as text of bounded size or as a stream; every status is an answer, only failures throw.
import type { Readable } from 'node:stream';
import type { AxiosStatic } from 'axios';
import { createConnections, DIRECT, proxyNameFor, type Connections, type Network, type Route } from './connections.js';
import {
  failureOf,
  isUnbelieved,
  MAXIMUM_BODY_BYTES,
  noAnswer,
  refusalBy,
  type Circumstances,
} from './http-failure.js';
import { openPlainly, readPlainly, type PlainStream } from './http-reading.js';
import { followRedirects, type MayRedirect } from './redirects.js';
import { retry } from './retry.js';

export { HttpError, type HttpFailure } from './http-failure.js';

/** Before the second and the third try of a GET. */
const PAUSES_MS = [500, 2000];

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

export interface HttpOptions {
  /** For a whole exchange, until the last byte of the answer. */
  timeoutMs: number;
  pause(ms: number): Promise<void>;
  /** Proxies and authorities; by default no proxy, whatever the environment says. */
  network?: Network;
}

/** `close` gives up every connection. */
export type ClosableHttp = Http & { close(): void };

export function createHttp({ timeoutMs, pause, network = DIRECT }: HttpOptions): ClosableHttp {
  const transport: Transport = { network, connections: createConnections(network, timeoutMs) };
  return {
    get: (url, headers, { redirects = 0 } = {}) =>
      retry(() => exchange({ method: 'GET', url, headers }, { timeoutMs, redirects, fresh: false }, transport), {
        pausesMs: PAUSES_MS,
        sleep: pause,
        isGood: isSettled,
      }),
    open: (url, headers, options) => open(url, headers, options, transport),
    send: (method, url, headers, body, options = {}) =>
      exchange(
        { method, url, headers, ...(body === null ? {} : { data: body }) },
        // A kept connection may be closed by the server just as it is used again: a GET is tried again then, a write is not.
        { timeoutMs: options.timeoutMs ?? timeoutMs, redirects: 0, fresh: true },
        transport,
      ),
    close: () => {
      transport.connections.close();
    },
  };
}

/** How requests get to their servers. */
interface Transport {
  network: Network;
  connections: Connections;
}

/** A server whose certificate is not believed is asked again with more authorities: nothing was sent to it yet. */
async function over<T>(
  url: string,
  fresh: boolean,
  { connections }: Transport,
  ask: (route: Route) => Promise<T>,
): Promise<T> {
  try {
    return await ask(connections.routeTo(url, { fresh }));
  } catch (error) {
    if (!isUnbelieved(error) || !(await connections.believeMore(url))) throw error;
    return ask(connections.routeTo(url, { fresh }));
  }
}

function circumstancesOf(
  url: string,
  { network, connections }: Transport,
): Pick<Circumstances, 'url' | 'proxy' | 'authorities'> {
  return { url, proxy: proxyNameFor(url, network), authorities: connections.authoritiesFault() };
}

/** Whether it is of no use to ask again: neither an overload nor a failure of the server. */
function isSettled({ status }: HttpAnswer): boolean {
  return status < 500 && status !== 429;
}

interface Request {
  method: 'GET' | WritingMethod;
  url: string;
  headers: HttpHeaders;
  /** The body, as it is sent. */
  data?: string;
}

/** One try of it, over its way. */
type Trial = Request & Route & { timeout: number; signal: AbortSignal };

interface ExchangeOptions {
  timeoutMs: number;
  redirects: number;
  /** Over a connection of its own. */
  fresh: boolean;
}

/** `signal` is aborted after so long, unless it was ended before. */
function patienceOf(timeoutMs: number): { signal: AbortSignal; end(): void } {
  const patience = new AbortController();
  const timer = setTimeout(
    () => {
      patience.abort();
    },
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  return {
    signal: patience.signal,
    end: () => {
      clearTimeout(timer);
    },
  };
}

async function loadAxios(): Promise<AxiosStatic> {
  const { default: axios } = await import('axios');
  return axios;
}

/** One try with the redirects that it meets, all within one time-out, which the way through a proxy is part of. */
async function exchange(request: Request, options: ExchangeOptions, transport: Transport): Promise<HttpAnswer> {
  const { timeoutMs, redirects, fresh } = options;
  // Loading it is no part of the time that the server has.
  if (request.method !== 'GET') await loadAxios();
  const patience = patienceOf(timeoutMs);
  const askOnce = async (url: string): Promise<HttpAnswer> => {
    const bounded = { ...request, url, timeout: timeoutMs, signal: patience.signal };
    try {
      return await over(url, fresh, transport, (route) => ask({ ...bounded, ...route }));
    } catch (error) {
      const silence = patience.signal.aborted ? noAnswer(timeoutMs) : null;
      throw failureOf(error, { ...circumstancesOf(url, transport), timeoutMs, silence });
    }
  };
  try {
    return await followRedirects(request.url, redirects, askOnce);
  } finally {
    patience.end();
  }
}

/** One try with the redirects that it meets. */
function open(url: string, headers: HttpHeaders, options: OpenOptions, transport: Transport): Promise<HttpStream> {
  return followRedirects(url, options.redirects ?? 0, (from) => openOnce(from, headers, options, transport));
}

/** The silence before the answer is bounded here, the one within it where it is read. */
async function openOnce(
  url: string,
  headers: HttpHeaders,
  { idleTimeoutMs, cookies, ending }: OpenOptions,
  transport: Transport,
): Promise<HttpStream & MayRedirect> {
  const cookie = (await cookies?.header(url)) ?? '';
  const request = {
    url,
    headers: { 'User-Agent': 'bbb-pod-live', ...headers, ...(cookie === '' ? {} : { Cookie: cookie }) },
  };
  const circumstances = { ...circumstancesOf(url, transport), timeoutMs: idleTimeoutMs };
  const patience = patienceOf(idleTimeoutMs);
  const signal = ending === undefined ? patience.signal : AbortSignal.any([patience.signal, ending]);
  try {
    const {
      status,
      headers: answered,
      body,
    } = await over(url, false, transport, (route) => begin({ ...request, ...route, signal }));
    await cookies?.keep(url, answered['set-cookie'] ?? []);
    const texts = Object.entries(answered).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    );
    return {
      status,
      headers: Object.fromEntries(texts),
      location: answered.location ?? null,
      url,
      body: patiently(body, circumstances),
      discard: () => body.destroy(),
    };
  } catch (error) {
    throw failureOf(error, { ...circumstances, silence: patience.signal.aborted ? noAnswer(idleTimeoutMs) : null });
  } finally {
    patience.end();
  }
}

/** An answer whose body is still to come: whatever asks for nothing of axios' own costs no loading of it. */
async function begin(request: Route & Pick<Trial, 'url' | 'headers' | 'signal'>): Promise<PlainStream> {
  if (request.proxy === false) return openPlainly(request);
  const axios = await loadAxios();
  const answer = await axios.request<Readable>({
    ...request,
    responseType: 'stream',
    validateStatus: () => true,
    maxRedirects: 0,
  });
  const { status, headers, data: body } = unlessRefused(answer, request);
  return { status, headers: headers as PlainStream['headers'], body };
}

/** The pieces of a body, as long as they come. */
async function* patiently(body: Readable, circumstances: Omit<Circumstances, 'silence'>): AsyncGenerator<Buffer> {
  const { timeoutMs } = circumstances;
  const silence = new AbortController();
  const watch = setTimeout(
    () => {
      silence.abort();
      body.destroy(new Error('silence'));
    },
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  try {
    for await (const piece of body) {
      watch.refresh();
      yield piece as Buffer;
      watch.refresh();
    }
  } catch (error) {
    const stopped = `the answer stopped for more than ${timeoutMs / 1000} s`;
    throw failureOf(error, { ...circumstances, silence: silence.signal.aborted ? stopped : null });
  } finally {
    clearTimeout(watch);
    body.destroy();
  }
}

/** Bodies pass as they are: axios would parse JSON, and put what is no JSON in quotes. */
function untouched(body: unknown): unknown {
  return body;
}

/** Without a tunnel the proxy speaks in the server's place, which itself never asks for a proxy's password. */
function unlessRefused<Response extends { status: number }>(
  response: Response,
  { proxy }: Pick<Route, 'proxy'>,
): Response {
  if (response.status === 407 && typeof proxy === 'object') throw refusalBy(response.status);
  return response;
}

/** As with `begin`. */
async function ask(request: Trial): Promise<HttpAnswer> {
  const bearing = { ...request, headers: { 'User-Agent': 'bbb-pod-live', ...request.headers } };
  if (request.method !== 'GET' || request.proxy !== false) return askByAxios(bearing);
  const { status, text, headers } = await readPlainly(bearing);
  const { 'content-type': contentType = '', location = null } = headers;
  return { status, contentType, location, text };
}

async function askByAxios(request: Trial): Promise<HttpAnswer> {
  const axios = await loadAxios();
  const answered = await axios.request<unknown>({
    ...request,
    responseType: 'text',
    transformRequest: [untouched],
    transformResponse: [untouched],
    validateStatus: () => true,
    maxRedirects: 0,
    maxContentLength: MAXIMUM_BODY_BYTES,
  });
  const response = unlessRefused(answered, request);
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
