// Requests through a real proxy and to real https servers: whom they reach, whom they believe, and what is said when they fail.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { DIRECT, type Network } from '../../src/shared/connections.js';
import { createHttp, HttpError, type ClosableHttp } from '../../src/shared/http.js';
import { parseExempt, parseProxy } from '../../src/shared/proxies.js';
import { createAuthority, startTlsFront, type Authority } from '../support/certificates.js';
import { temporaryDirectory } from '../support/temporary.js';
import { until } from '../support/until.js';
import { startProxy, type ForwardProxy } from '../world/proxy.js';

let authority: Authority;
let front: { port: number; stop(): Promise<void> };
let proxy: ForwardProxy;
let plainPort = 0;
const connections = new Set<Socket>();
const plain = createServer((request, response) => response.end(`${request.method ?? ''} ${request.url ?? ''}`));
plain.on('connection', (socket) => connections.add(socket));

beforeAll(async () => {
  authority = createAuthority();
  plain.listen(0, '127.0.0.1');
  await new Promise((resolve) => plain.once('listening', resolve));
  plainPort = (plain.address() as AddressInfo).port;
  front = await startTlsFront(authority.certify('pod.test'), plainPort);
  proxy = await startProxy({ 'pod.test': front.port, 'plain.test': plainPort }, { user: 'me', password: 's3cret/@' });
});

afterAll(async () => {
  await Promise.all([front.stop(), proxy.stop()]);
  plain.closeAllConnections();
  await new Promise((resolve) => plain.close(resolve));
});

const clients: ClosableHttp[] = [];
afterEach(() => {
  proxy.fault(null);
  proxy.asked.length = 0;
  for (const one of clients.splice(0)) one.close();
});

function client(change: Partial<Network['proxies']> & { authorities?: string } = {}, timeoutMs = 10_000): ClosableHttp {
  const { authorities = authority.path, ...proxies } = change;
  const through = parseProxy(proxy.url) ?? null;
  const network = { proxies: { http: through, https: through, exempt: [], ...proxies }, extraAuthorities: authorities };
  const http = createHttp({ timeoutMs, pause: () => Promise.resolve(), network });
  clients.push(http);
  return http;
}

async function failureOf(asked: Promise<unknown>): Promise<HttpError> {
  const error: unknown = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HttpError)) throw new Error(`no HttpError: ${String(error)}`);
  return error;
}

describe('through a proxy', () => {
  test('an https server is reached by a tunnel, read and written to', async () => {
    const http = client();
    expect(await http.get('https://pod.test/rest/?a=1', {})).toMatchObject({ status: 200, text: 'GET /rest/?a=1' });
    expect(await http.send('PATCH', 'https://pod.test/rest/1/', {}, '{}')).toMatchObject({ text: 'PATCH /rest/1/' });
    expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT pod.test:443']));
  });

  test('reading again and again takes one tunnel', async () => {
    const http = client();
    await http.get('https://pod.test/', {});
    proxy.asked.length = 0;
    await http.get('https://pod.test/1', {});
    await http.get('https://pod.test/2', {});
    expect(proxy.asked).toEqual([]);
  });

  test('an http server is reached by its whole address', async () => {
    const http = client();
    expect(await http.get('http://plain.test/rest/', {})).toMatchObject({ text: 'GET /rest/' });
    expect(await http.send('DELETE', 'http://plain.test/rest/', {}, null)).toMatchObject({ text: 'DELETE /rest/' });
    expect(proxy.asked).toEqual(['GET http://plain.test/rest/', 'DELETE http://plain.test/rest/']);
  });

  test('a stream comes as well', async () => {
    const { body } = await client().open('https://pod.test/video', {}, { idleTimeoutMs: 10_000 });
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('GET /video');
  });

  test('an exempt server is reached without it', async () => {
    const http = client({ exempt: parseExempt('127.0.0.0/8') });
    expect(await http.get(`http://127.0.0.1:${plainPort}/x`, {})).toMatchObject({ text: 'GET /x' });
    expect(proxy.asked).toEqual([]);
  });

  test('nothing goes by the environment of the process, only by the configuration', async () => {
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    try {
      const http = createHttp({ timeoutMs: 10_000, pause: () => Promise.resolve(), network: DIRECT });
      clients.push(http);
      expect(await http.get(`http://127.0.0.1:${plainPort}/x`, {})).toMatchObject({ text: 'GET /x' });
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, 'http_proxy');
      else process.env['http_proxy'] = before;
    }
  });
});

describe('a proxy is named, without its password, when it', () => {
  const name = (): string => `127.0.0.1:${proxy.port}`;

  test.each(['https://pod.test/', 'http://plain.test/'])('does not take the password (%s)', async (url) => {
    const wrong = parseProxy(proxy.url.replace('s3cret', 'wr0ng')) ?? null;
    const error = await failureOf(client({ http: wrong, https: wrong }).get(url, {}));
    expect(error.message).toBe(
      `the proxy ${name()}: it asks for another user and password (http://user:password@proxy:port) (status 407) (${new URL(url).host})`,
    );
    expect(error.kind).toBe('lasting');
  });

  test.each([
    [403, 'it forbids the way to this server (status 403)', 'lasting'],
    [502, 'it cannot reach this server (status 502)', 'away'],
    [418, 'it does not open the way to this server (status 418)', 'lasting'],
  ])('answers %i', async (status, words, kind) => {
    proxy.fault(status);
    const error = await failureOf(client().get('https://pod.test/', {}));
    expect(error).toMatchObject({ message: `the proxy ${name()}: ${words} (pod.test)`, kind });
  });

  test.each(['https://pod.test/', 'http://plain.test/'])('is not there (%s)', async (url) => {
    const away = parseProxy('http://me:s3cret@127.0.0.1:9') ?? null;
    const error = await failureOf(client({ http: away, https: away }).get(url, {}));
    expect(error.message).toBe(`the proxy 127.0.0.1:9: connection refused (${new URL(url).host})`);
    expect(error.kind).toBe('away');
  });

  test.each(['get', 'send', 'open'] as const)('is silent: the bound of a request holds (%s)', async (method) => {
    proxy.fault('silent');
    const http = client({}, 300);
    const url = 'https://pod.test/';
    const asked = {
      get: () => http.get(url, {}),
      send: () => http.send('PATCH', url, {}, '{}'),
      open: () => http.open(url, {}, { idleTimeoutMs: 300 }),
    }[method]();
    const error = await failureOf(asked);
    expect(error.kind).toBe('silent');
    expect(error.message).toContain(`no whole answer within 0.3 s`);
    expect(error.message).toContain(`the proxy ${name()}`);
    expect(`${error.message}${String(error.cause)}`).not.toContain('s3cret');
    await until(() => proxy.open() === 0);
  });

  test('is silent longer than a stream waits: no connection is left when the client is closed', async () => {
    proxy.fault('silent');
    const http = client({}, 60_000);
    await failureOf(http.open('https://pod.test/', {}, { idleTimeoutMs: 200 }));
    http.close();
    await until(() => proxy.open() === 0);
  });
});

describe('a server that accepts the connection and is silent in TLS', () => {
  test('is given up within the bound', async () => {
    const sockets = new Set<Socket>();
    const mute = createTcpServer((socket) => sockets.add(socket.resume())).listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as AddressInfo;
    const error = await failureOf(client({ https: null }, 300).get(`https://127.0.0.1:${port}/`, {}));
    expect(error).toMatchObject({ kind: 'silent', message: `no whole answer within 0.3 s (127.0.0.1:${port})` });
    await until(() => [...sockets].every((socket) => socket.destroyed));
    await new Promise((resolve) => mute.close(resolve));
  });
});

describe('a certificate of an unknown authority', () => {
  test('is not believed, and the message names NODE_EXTRA_CA_CERTS', async () => {
    const error = await failureOf(client({ authorities: '' }).get('https://pod.test/', {}));
    expect(error.kind).toBe('lasting');
    expect(error.message).toMatch(
      /^its certificate comes from an unknown authority.* \(pod\.test, through the proxy .*\): NODE_EXTRA_CA_CERTS names a file with the authority's certificate$/,
    );
  });

  test.each([
    ['is missing', '/nowhere/ca.pem', /\/nowhere\/ca\.pem cannot be read: ENOENT/],
    ['holds none', '', /holds no certificate in PEM/],
    ['is damaged', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /holds a damaged certificate/],
  ])('is not believed when the file %s, which is said', async (_case, content, expected) => {
    let path = content;
    if (!content.startsWith('/')) {
      path = join(temporaryDirectory(), 'empty.pem');
      writeFileSync(path, content);
    }
    expect((await failureOf(client({ authorities: path }).get('https://pod.test/', {}))).message).toMatch(expected);
  });
});
