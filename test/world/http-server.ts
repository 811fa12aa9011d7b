// A loopback HTTP server with a request log and faults, on which the world's Pod and BBB are built.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came, body included. `path` holds the query string too. */
export interface HttpRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A line of the request log. `status` is null while there is no answer, and for one that never came. */
export interface LoggedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  at: Date;
  status: number | null;
  /** True when a fault took the place of the server's own answer. */
  faulty: boolean;
}

/** What a client gets in the place of the server's own answer. */
export type FaultAnswer =
  | { kind: 'answer'; status: number; body?: string; contentType?: string; headers?: Record<string, string> }
  /** The connection is reset before any answer. */
  | { kind: 'reset' }
  /** No answer, ever. */
  | { kind: 'hang' }
  /** The server's own answer, of which only so many bytes of the body arrive (half of it by default). */
  | { kind: 'cut'; bytes?: number }
  /** The server's own answer, so much later. */
  | { kind: 'slow'; delayMs: number }
  /** The server's own answer, once this promise is fulfilled. */
  | { kind: 'hold'; until: Promise<unknown> }
  /** The server's own answer; something else happens first (a row changes between two requests, for instance). */
  | { kind: 'meanwhile'; act: (request: HttpRequest) => void | Promise<void> };

export interface Fault {
  /** For ever by default. */
  times?: number;
  method?: string;
  /** Matched against path and query. */
  path?: RegExp;
  /** The first matching requests that are still answered well. */
  skip?: number;
  /** `before` (default): the act is not done. `after`: it is done, only the answer is faulty. */
  when?: 'before' | 'after';
  answer: FaultAnswer;
}

export interface HttpServer {
  /** Without final slash. */
  url: string;
  port: number;
  requests: LoggedRequest[];
  /** Adds a fault; the answer takes it away again. Of several that match, the newest counts. */
  fault(fault: Fault): () => void;
  clearFaults(): void;
  stop(): Promise<void>;
}

type ActiveFault = Fault & { left: number; toSkip: number };

export type Handler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** Starts a server on 127.0.0.1, on a free port unless one is given (a server that comes back after an outage). */
export async function startHttpServer(handle: Handler, options: { port?: number } = {}): Promise<HttpServer> {
  const requests: LoggedRequest[] = [];
  let faults: ActiveFault[] = [];
  const server = createServer((incoming, response) => {
    void answerOne(incoming, response, handle, requests, (request) => takeFault(faults, request)).catch(() => {
      response.destroy();
    });
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    fault(fault) {
      const active = { ...fault, left: fault.times ?? Infinity, toSkip: fault.skip ?? 0 };
      faults.unshift(active);
      return () => {
        faults = faults.filter((other) => other !== active);
      };
    },
    clearFaults() {
      faults = [];
    },
    stop: () => close(server),
  };
}

async function answerOne(
  incoming: IncomingMessage,
  response: ServerResponse,
  handle: Handler,
  log: LoggedRequest[],
  faultFor: (request: HttpRequest) => ActiveFault | undefined,
): Promise<void> {
  const request = await receive(incoming);
  const logged: LoggedRequest = {
    ...request,
    body: request.body.toString(),
    at: new Date(),
    status: null,
    faulty: false,
  };
  log.push(logged);
  const fault = faultFor(request);
  if (fault === undefined) {
    send(response, await handle(request), logged);
    return;
  }
  logged.faulty = true;
  await answerFaulty(response, fault, request, () => handle(request), logged);
}

async function answerFaulty(
  response: ServerResponse,
  fault: ActiveFault,
  request: HttpRequest,
  act: () => HttpAnswer | Promise<HttpAnswer>,
  logged: LoggedRequest,
): Promise<void> {
  const { answer } = fault;
  const done = fault.when === 'after' ? await act() : undefined;
  switch (answer.kind) {
    case 'answer': {
      const headers = { 'Content-Type': answer.contentType ?? 'application/json', ...answer.headers };
      send(response, { status: answer.status, headers, body: answer.body ?? '' }, logged);
      return;
    }
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
    case 'cut':
      sendCut(response, done ?? (await act()), answer.bytes, logged);
      return;
    case 'slow':
      await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
      break;
    case 'hold':
      await answer.until;
      break;
    case 'meanwhile':
      await answer.act(request);
      break;
  }
  send(response, done ?? (await act()), logged);
}

function takeFault(faults: ActiveFault[], request: HttpRequest): ActiveFault | undefined {
  const matching = faults.find(
    (fault) =>
      fault.left > 0 &&
      (fault.method === undefined || fault.method === request.method) &&
      (fault.path === undefined || fault.path.test(request.path)),
  );
  if (matching === undefined) return undefined;
  if (matching.toSkip > 0) {
    matching.toSkip -= 1;
    return undefined;
  }
  matching.left -= 1;
  return matching;
}

async function receive(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers, body: Buffer.concat(chunks) };
}

function send(response: ServerResponse, answer: HttpAnswer, logged: LoggedRequest): void {
  logged.status = answer.status;
  const body = Buffer.from(answer.body);
  const length = answer.status === 204 ? {} : { 'Content-Length': String(body.length) };
  response.writeHead(answer.status, { ...answer.headers, ...length });
  response.end(body);
}

function sendCut(response: ServerResponse, answer: HttpAnswer, bytes: number | undefined, logged: LoggedRequest): void {
  logged.status = answer.status;
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'Content-Length': String(body.length) });
  response.write(body.subarray(0, bytes ?? Math.floor(body.length / 2)), () => response.destroy());
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
