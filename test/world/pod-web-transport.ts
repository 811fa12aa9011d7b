// Pod's calls of the gateway over real HTTP, as Python's `requests` makes them: no time-out, no look at the certificate, redirects followed.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { GatewayCall, Transport } from './pod-web-worker.js';
import type { PythonFailure } from './python-words.js';

const HEADERS = { 'User-Agent': 'python-requests/2.28.1', Accept: '*/*' };

export const httpTransport: Transport = async (call) => {
  let { url } = call;
  for (;;) {
    const answer = await once({ ...call, url });
    if ('failure' in answer) return answer;
    if (answer.location === undefined) return { body: answer.body };
    url = new URL(answer.location, url).href;
  }
};

type Answer = { body: string; location: string | undefined } | { failure: PythonFailure };

function once({ method, url, headers, body }: GatewayCall): Promise<Answer> {
  return new Promise((resolve) => {
    const { protocol } = new URL(url);
    const length = body === null ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const options = { method, headers: { ...HEADERS, ...headers, ...length }, agent: false };
    const read = (response: IncomingMessage): void => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0);
        resolve({
          body: Buffer.concat(chunks).toString(),
          location: isRedirect ? response.headers.location : undefined,
        });
      });
      response.on('error', (error) => {
        resolve({ failure: failureOf(error, url) });
      });
    };
    const request =
      protocol === 'https:'
        ? httpsRequest(url, { ...options, rejectUnauthorized: false }, read)
        : httpRequest(url, options, read);
    request.on('error', (error) => {
      resolve({ failure: failureOf(error, url) });
    });
    request.end(body ?? undefined);
  });
}

function failureOf(error: NodeJS.ErrnoException, url: string): PythonFailure {
  if (error.code !== 'ECONNREFUSED') {
    const text = "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))";
    return { type: 'ConnectionError', text };
  }
  const { hostname, port, pathname, search } = new URL(url);
  const cause =
    "NewConnectionError('<urllib3.connection.HTTPConnection object at 0x0>: Failed to establish a new connection: [Errno 111] Connection refused')";
  const where = `HTTPConnectionPool(host='${hostname}', port=${port})`;
  return {
    type: 'ConnectionError',
    text: `${where}: Max retries exceeded with url: ${pathname}${search} (Caused by ${cause})`,
  };
}
