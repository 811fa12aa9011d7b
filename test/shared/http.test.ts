import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHttp, HttpError, type Http } from '../../src/shared/http.js';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Handle = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server whose `count` is the number of requests so far, this one included. */
async function serve(handle: Handle): Promise<{ url: string; count: () => number; stop: () => Promise<void> }> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    handle(request, response, count);
  });
  return { url: await listen(server), count: () => count, stop: stops.at(-1) ?? (() => Promise.resolve()) };
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client that does not really pause; `pauses` holds what it would have paused. */
function client(timeoutMs = 10_000): Http & { pauses: number[] } {
  const pauses: number[] = [];
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  return { ...createHttp({ timeoutMs, pause }), pauses };
}

async function failureOf(asked: Promise<unknown>): Promise<HttpError> {
  const error: unknown = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HttpError)) throw new Error(`no HttpError: ${String(error)}`);
  return error;
}

describe('an answer', () => {
  test('is text as it came, whatever its status and type', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(404, { 'Content-Type': 'application/json', Location: '/x' }).end('{"a": 1 }\n');
    });
    expect(await client().get(url, {})).toEqual({
      status: 404,
      contentType: 'application/json',
      location: '/x',
      text: '{"a": 1 }\n',
    });
  });

  test('may be empty, compressed, and without a type', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/empty') response.writeHead(204).end();
      else response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('Réunion 🎓'));
    });
    expect(await client().get(`${url}/empty`, {})).toEqual({ status: 204, contentType: '', location: null, text: '' });
    expect(await client().get(url, {})).toMatchObject({ text: 'Réunion 🎓' });
  });

  test('a request carries its headers, its address and its body as they were given', async () => {
    const { url } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { authorization, 'content-type': type, accept } = request.headers;
        response.end(
          JSON.stringify({
            url: request.url,
            method: request.method,
            authorization,
            type,
            accept,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
    });
    const headers = { Authorization: 'Token secret', 'Content-Type': 'application/json', Accept: 'application/json' };
    const answer = await client().send('PATCH', `${url}/a/?b=%27%20c&d=%2B`, headers, ' {"é": "\\ud83c"} ');
    expect(JSON.parse(answer.text)).toEqual({
      url: '/a/?b=%27%20c&d=%2B',
      method: 'PATCH',
      authorization: 'Token secret',
      type: 'application/json',
      accept: 'application/json',
      body: ' {"é": "\\ud83c"} ',
    });
  });
});

describe('a GET', () => {
  test.each([500, 502, 503, 429])(
    'that is answered %i is tried again twice, with pauses, and the last answer counts',
    async (status) => {
      const { url, count } = await serve((_request, response) => response.writeHead(status).end('busy'));
      const http = client();
      expect(await http.get(url, {})).toMatchObject({ status, text: 'busy' });
      expect(count()).toBe(3);
      expect(http.pauses).toHaveLength(2);
    },
  );

  test('that works at the last try was worth it', async () => {
    const { url } = await serve((request, response, count) => {
      if (count === 1) request.socket.resetAndDestroy();
      else if (count === 2) response.writeHead(500).end();
      else response.end('at last');
    });
    expect(await client().get(url, {})).toMatchObject({ status: 200, text: 'at last' });
  });

  test.each([200, 301, 400, 401, 403, 404, 405])('that is answered %i is not tried again', async (status) => {
    const { url, count } = await serve((_request, response) => response.writeHead(status).end());
    expect(await client().get(url, {})).toMatchObject({ status });
    expect(count()).toBe(1);
  });
});

describe('a write', () => {
  test.each(['reset', 'hang', '500', '429'] as const)('is tried once, whatever happens (%s)', async (fault) => {
    const { url, count } = await serve((request, response) => {
      if (fault === 'reset') request.socket.resetAndDestroy();
      else if (fault !== 'hang') response.writeHead(Number(fault)).end();
    });
    const http = client(fault === 'hang' ? 1000 : 10_000);
    await http.send('POST', url, {}, '{}').catch(() => null);
    expect(count()).toBe(1);
    expect(http.pauses).toEqual([]);
  });

  test('has a connection of its own: one that a GET left open may be closed by now', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const http = client();
    await http.get(url, {});
    await http.send('PATCH', url, {}, '{}');
    await http.send('PATCH', url, {}, '{}');
    expect(ports.size).toBe(3);
  });

  test('may have a time-out of its own', async () => {
    const { url } = await serve(() => undefined);
    const error = await failureOf(client().send('PATCH', url, {}, '{}', { timeoutMs: 50 }));
    expect(error.message).toContain('within 0.05 s');
  });
});

describe('a failure says shortly what was met', () => {
  test('nobody listens', async () => {
    const { url, stop } = await serve(() => undefined);
    await stop();
    const error = await failureOf(client().get(`${url}/x?checksum=abc`, { Authorization: 'Token secret' }));
    expect(error.message).toBe(`connection refused (${url.slice('http://'.length)})`);
    expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
    expect(inspect(error, { depth: 10 })).not.toMatch(/abc|secret/);
  });

  test('no answer, or one that trickles for ever', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/hang') return;
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      const timer = setInterval(() => response.write('.'), 5);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    for (const path of ['/hang', '/trickle']) {
      expect((await failureOf(client(60).get(`${url}${path}`, {}))).message).toMatch(
        /^no whole answer within 0\.06 s \(127\.0\.0\.1:\d+\)$/,
      );
    }
  });

  test('an answer that is cut: in its headers, in its body, in its last chunk; or damaged', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/length')
        response.writeHead(200, { 'Content-Length': '100' }).write('half', () => response.destroy());
      else if (request.url === '/chunk') response.writeHead(200).write('half', () => response.destroy());
      else if (request.url === '/gzip')
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(Buffer.from('not gzip at all'));
      else response.destroy();
    });
    for (const path of ['/length', '/chunk', '/gzip', '/headers']) {
      expect((await failureOf(client().get(`${url}${path}`, {}))).message).toMatch(
        /^(the answer|the connection) was cut/,
      );
    }
  });

  test('an answer that is not HTTP', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    const url = await listen(server);
    expect((await failureOf(client().get(url, {}))).message).toMatch(/^the answer is not HTTP/);
  });

  test('an answer beyond all measure', async () => {
    const megabyte = Buffer.alloc(1024 ** 2, 'x');
    const { url } = await serve((_request, response) => {
      let left = 52;
      const more = (): void => {
        left -= 1;
        if (left === 0) response.end();
        else response.write(megabyte, more);
      };
      more();
    });
    expect((await failureOf(client().send('POST', url, {}, '{}'))).message).toMatch(/^an answer of more than 50 MB/);
  });

  test('a host that is not known, an address that is none, a header that cannot be sent', async () => {
    expect((await failureOf(client().send('POST', 'http://pod.invalid/', {}, '{}'))).message).toMatch(
      /host name.*\(pod\.invalid\)$/,
    );
    expect((await failureOf(client().get('nonsense?checksum=abc', {}))).message).not.toContain('abc');
    expect(
      (await failureOf(client().get('http://127.0.0.1:1/', { Authorization: 'Token a\u{1F511}b' }))).message,
    ).not.toContain('a\u{1F511}b');
  });
});

describe('a redirect', () => {
  async function redirecting(location: (url: string) => string): Promise<{ url: string; paths: string[] }> {
    const paths: string[] = [];
    const { url } = await serve((request, response) => {
      paths.push(request.url ?? '');
      if (request.url === '/end') response.end('there');
      else response.writeHead(302, { Location: location(`http://${request.headers.host ?? ''}`) }).end();
    });
    return { url, paths };
  }

  test('is an answer by default, and for every write', async () => {
    const { url, paths } = await redirecting(() => '/end');
    expect(await client().get(url, {})).toMatchObject({ status: 302, location: '/end' });
    expect(await client().send('PATCH', url, {}, '{}')).toMatchObject({ status: 302, location: '/end' });
    expect(await client().send('DELETE', url, {}, null)).toMatchObject({ status: 302 });
    expect(paths).toEqual(['/', '/', '/']);
  });

  test('is followed on the same host name when that is asked for, a few times', async () => {
    const once = await redirecting((url) => `${url}/end`);
    expect(await client().get(once.url, {}, { redirects: 3 })).toMatchObject({ status: 200, text: 'there' });
    const circle = await redirecting(() => '/again');
    expect(await client().get(circle.url, {}, { redirects: 3 })).toMatchObject({ status: 302 });
    expect(circle.paths).toHaveLength(4);
  });

  test.each(['http://elsewhere.invalid/end', 'ftp://127.0.0.1/', 'http://', 'javascript:0'])(
    'to %s is not followed',
    async (location) => {
      const { url, paths } = await redirecting(() => location);
      expect(await client().get(url, {}, { redirects: 3 })).toMatchObject({ status: 302, location });
      expect(paths).toHaveLength(1);
    },
  );
});
