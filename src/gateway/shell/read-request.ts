// Reads one HTTP request from a stream, with Node's own parser in its strict mode, within limits of size and time.
import { Server, type IncomingMessage } from 'node:http';
import { Duplex, type Readable } from 'node:stream';
import type { HttpRequest, RequestFault, RequestReading } from '../model.js';

export interface RequestLimits {
  headBytes: number;
  bodyBytes: number;
  timeoutMs: number;
}

/** Pod's calls have less than one, and answers are awaited by a web worker of it. */
export const LIMITS: RequestLimits = { headBytes: 8192, bodyBytes: 16_384, timeoutMs: 5000 };

/** What of a head may be there once only: of two, nobody knows which was meant. */
const ONCE = ['host', 'authorization', 'content-length', 'content-type', 'transfer-encoding'];

/** Fulfilled with the one request, or with why there is none; what comes after it makes it none. Never rejects. */
export function readRequest(input: Readable, limits: RequestLimits = LIMITS): Promise<RequestReading> {
  return new Promise((resolve) => {
    const { parser, line } = createParser(limits);
    const timer = setTimeout(() => {
      settle({ ok: false, why: 'tooSlow' });
    }, limits.timeoutMs);
    const take = (piece: Buffer): void => {
      line.push(piece);
    };
    // What has come is parsed before this is run.
    const end = (): void => {
      setImmediate(settle, { ok: false, why: 'incomplete' });
    };
    function settle(reading: RequestReading): void {
      clearTimeout(timer);
      input.off('data', take).off('end', end).off('error', end).pause();
      parser.removeAllListeners();
      resolve(reading);
    }
    heed(parser, limits, settle);
    input.on('data', take).once('end', end).once('error', end);
    parser.emit('connection', line);
  });
}

/** The parser's connection: what is pushed into it comes in, what it says itself goes nowhere. */
function createParser({ headBytes }: RequestLimits): { parser: Server; line: Duplex } {
  const parser = new Server({ maxHeaderSize: headBytes, insecureHTTPParser: false, requireHostHeader: false });
  const line = new Duplex({
    read: () => undefined,
    write: (_piece, _encoding, done) => {
      done();
    },
  });
  line.on('error', () => undefined);
  return { parser, line };
}

function heed(parser: Server, limits: RequestLimits, settle: (reading: RequestReading) => void): void {
  const refuse = (why: RequestFault): void => {
    settle({ ok: false, why });
  };
  let requests = 0;
  parser.on('request', (message) => {
    requests += 1;
    const fault = faultIn(message, limits);
    if (fault !== null || requests > 1) {
      refuse(fault ?? 'malformed');
      return;
    }
    const pieces: Buffer[] = [];
    message.on('data', (piece: Buffer) => pieces.push(piece));
    message.on('error', () => undefined);
    message.on('end', () => {
      settle({ ok: true, request: requestOf(message, Buffer.concat(pieces)) });
    });
  });
  parser.on('clientError', (error: NodeJS.ErrnoException) => {
    refuse(error.code === 'HPE_HEADER_OVERFLOW' ? 'headTooLarge' : 'malformed');
  });
  for (const event of ['checkExpectation', 'connect', 'upgrade']) {
    parser.on(event, () => {
      refuse('malformed');
    });
  }
}

/** What the parser lets pass and a request of Pod's never has. */
function faultIn(message: IncomingMessage, { bodyBytes }: RequestLimits): RequestFault | null {
  const { headers, httpVersion, rawHeaders } = message;
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'malformed';
  if (ONCE.some((name) => names.filter((one) => one === name).length > 1)) return 'malformed';
  if (httpVersion === '1.1' && headers.host === undefined) return 'malformed';
  if (headers['transfer-encoding'] !== undefined) return 'chunked';
  return Number(headers['content-length'] ?? 0) > bodyBytes ? 'bodyTooLarge' : null;
}

function requestOf({ method, url, headers }: IncomingMessage, body: Buffer): HttpRequest {
  return { method: method ?? '', target: url ?? '', authorization: headers.authorization ?? '', body };
}
