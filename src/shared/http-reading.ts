// One GET over Node's own client: a tick that only looks pays for no library. Whatever has a body or goes through a proxy is axios's.
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { MAXIMUM_BODY_BYTES } from './http-failure.js';
import { textWithin } from './text-within.js';

interface PlainHead {
  status: number;
  headers: IncomingMessage['headers'];
}

export type PlainAnswer = PlainHead & { text: string };

/** `body` is unpacked. An answer that is cut is an error in it. */
export type PlainStream = PlainHead & { body: Readable };

export interface PlainRequest {
  url: string;
  headers: Record<string, string>;
  /** Ends it, also while the answer comes: that is an error then. */
  signal: AbortSignal;
  httpAgent?: HttpAgent | undefined;
  httpsAgent?: HttpsAgent | undefined;
}

/** As `openPlainly`; also throws an error of its own, whose message names `maxContentLength`. */
export async function readPlainly(request: PlainRequest): Promise<PlainAnswer> {
  const { body, ...head } = await openPlainly(request);
  try {
    const text = await textWithin(body, MAXIMUM_BODY_BYTES);
    if (text === null) throw new Error('maxContentLength');
    return { ...head, text: text.replace(/^\uFEFF/, '') };
  } finally {
    body.destroy();
  }
}

/** Every status is an answer. Throws the errors of Node. */
export async function openPlainly({ url, headers, signal, httpAgent, httpsAgent }: PlainRequest): Promise<PlainStream> {
  const isSecure = /^https:/i.test(url);
  const { default: client } = await (isSecure ? import('node:https') : import('node:http'));
  const options = {
    ...urlToHttpOptions(new URL(url)),
    method: 'GET',
    headers: { Accept: '*/*', 'Accept-Encoding': 'gzip, deflate, br', ...headers },
    signal,
  };
  const agent = isSecure ? httpsAgent : httpAgent;
  signal.throwIfAborted();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // Node says nothing of a request that ends before it has a connection, until that is made or fails.
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    client
      .request(agent === undefined ? options : { ...options, agent })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: await unpacked(response) };
}

/** As the server has packed it, whatever it was asked for. */
async function unpacked(response: IncomingMessage): Promise<Readable> {
  const encoding = (response.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (!/^(?:x-)?gzip$|^deflate$|^br$/.test(encoding)) return response;
  const [{ createBrotliDecompress, createUnzip }, { pipeline }] = await Promise.all([
    import('node:zlib'),
    import('node:stream'),
  ]);
  const unpacking = encoding === 'br' ? createBrotliDecompress() : createUnzip();
  // What fails is met by whoever reads the last of them.
  pipeline(response, unpacking, () => undefined);
  return unpacking;
}
