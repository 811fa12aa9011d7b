// An HTTP proxy on loopback: tunnels (CONNECT) and plain requests, both to whatever the test has put behind a name.
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** `silent`: a connection is taken and never answered. A number: that status for every request. */
export type ProxyFault = 'silent' | number;

export interface ForwardProxy {
  port: number;
  /** What goes to HTTP_PROXY or HTTPS_PROXY, credentials included. */
  url: string;
  /** What it was asked, as `CONNECT host:port` or `GET http://…`. */
  asked: string[];
  fault(fault: ProxyFault | null): void;
  /** Connections of clients that are open now. */
  open(): number;
  stop(): Promise<void>;
}

/** `ports`: the port on loopback behind each host; other hosts are answered 502. */
export async function startProxy(
  ports: Record<string, number>,
  options: { user?: string; password?: string } = {},
): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let fault: ProxyFault | null = null;
  const { user, password = '' } = options;
  const expected = user === undefined ? null : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const statusOf = ({ headers }: IncomingMessage, host: string): number => {
    if (typeof fault === 'number') return fault;
    if (expected !== null && headers['proxy-authorization'] !== expected) return 407;
    return ports[host] === undefined ? 502 : 200;
  };
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (fault !== 'silent') forward(request, response, statusOf, ports);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    // An http server leaves its side open.
    socket.on('end', () => socket.end());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`);
    // Read on, so that the client's end is noticed.
    socket.resume();
    if (fault === 'silent') return;
    const host = (request.url ?? '').replace(/:\d+$/, '');
    const status = statusOf(request, host);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const target = connect(ports[host] ?? 0, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => undefined);
    target.on('close', () => socket.destroy());
    socket.on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  return {
    port,
    url: `http://${credentials}127.0.0.1:${port}`,
    asked,
    fault(next) {
      fault = next;
    },
    open: () => sockets.size,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A plain request, whose address is whole. */
function forward(
  request: IncomingMessage,
  response: ServerResponse,
  statusOf: (request: IncomingMessage, host: string) => number,
  ports: Record<string, number>,
): void {
  const { hostname, pathname, search, host } = new URL(request.url ?? '');
  const status = statusOf(request, hostname);
  if (status !== 200) {
    response.writeHead(status).end();
    return;
  }
  const headers = { ...request.headers, host };
  const { method } = request;
  const onward = httpRequest(
    { host: '127.0.0.1', port: ports[hostname], path: `${pathname}${search}`, headers, ...(method && { method }) },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
