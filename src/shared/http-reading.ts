// One GET over Node's own client: a tick that only looks pays for no library. Whatever has a body, goes through a proxy or comes as a stream is axios's.
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { MAXIMUM_BODY_BYTES } from './http-failure.js';
import { textWithin } from './text-within.js';

export interface PlainAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

export interface PlainRequest {
  url: string;
  headers: Record<string, string>;
  /** Ends it: the answer is an error then. */
  signal: AbortSignal;
  httpAgent?: HttpAgent;
  httpsAgent: HttpsAgent;
}

/** Every status is an answer. Throws the errors of Node, and of its own one whose message names `maxContentLength`. */
export async function readPlainly({ url, headers, signal, httpAgent, httpsAgent }: PlainRequest): Promise<PlainAnswer> {
  const isSecure = /^https:/i.test(url);
  const { default: client } = await (isSecure ? import('node:https') : import('node:http'));
  const options = {
    ...urlToHttpOptions(new URL(url)),
    method: 'GET',
    headers: { Accept: '*/*', 'Accept-Encoding': 'gzip, deflate, br', ...headers },
    signal,
  };
  const agent = isSecure ? httpsAgent : httpAgent;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    client
      .request(agent === undefined ? options : { ...options, agent })
      .once('response', resolve)
      .once('error', reject)
      .end();
  });
  return { status: response.statusCode ?? 0, headers: response.headers, text: await textOf(response) };
}

async function textOf(response: IncomingMessage): Promise<string> {
  try {
    const text = await textWithin(await unpacked(response), MAXIMUM_BODY_BYTES);
    if (text === null) throw new Error('maxContentLength');
    if (!response.complete) throw new Error('aborted');
    return text.replace(/^\uFEFF/, '');
  } catch (error) {
    response.destroy();
    throw error;
  }
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
