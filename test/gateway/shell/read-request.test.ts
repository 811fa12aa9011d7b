// One request is read, strictly and within its limits; two in one, or half a one, are none.
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { LIMITS, readRequest } from '../../../src/gateway/shell/read-request.js';
import type { RequestReading } from '../../../src/gateway/model.js';

/** `null`: the other side has ended. */
function read(pieces: (string | null)[], limits = LIMITS): Promise<RequestReading> {
  const input = new PassThrough();
  const reading = readRequest(input, limits);
  for (const piece of pieces) {
    if (piece === null) input.end();
    else input.write(Buffer.from(piece, 'latin1'));
  }
  return reading;
}

async function read1(text: string): Promise<string> {
  const reading = await read([text, null]);
  return reading.ok ? `${reading.request.method} ${reading.request.target}` : reading.why;
}

function post(headers: string, body = ''): string {
  return `POST /1/chat HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;
}

describe('a request', () => {
  test.each([
    'GET /1/stop?room=a HTTP/1.1\r\nHost: gateway:8100\r\nAccept: */*\r\n\r\n',
    'GET /1/stop?room=a HTTP/1.0\r\n\r\n',
    '\r\nGET /1/stop?room=a HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n',
  ])('is read: %j', async (text) => {
    expect(await read1(text)).toBe('GET /1/stop?room=a');
  });

  test('is read with its body and its token, however it is cut', async () => {
    const text = `POST /1/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer abc\r\nContent-Length: 7\r\n\r\n{"a":1}`;
    const expected = { method: 'POST', target: '/1/chat', authorization: 'Bearer abc', body: Buffer.from('{"a":1}') };
    for (const pieces of [[text], [...text], [text, null], [text.slice(0, 50), text.slice(50), null]])
      expect(await read(pieces)).toEqual({ ok: true, request: expected });
  });

  test('leaves nothing of it behind: the stream is still whole', async () => {
    const input = new PassThrough();
    const reading = readRequest(input);
    input.write('GET / HTTP/1.0\r\n\r\n');
    await reading;
    expect([input.destroyed, input.listenerCount('data'), input.listenerCount('end')]).toEqual([false, 0, 0]);
  });
});

describe('what is no request', () => {
  test.each([
    // Two in one: nobody knows for whom the second was.
    'GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a HTTP/1.0\r\n\r\nx',
    post('Content-Length: 3', 'abcGET /b HTTP/1.1\r\nHost: x\r\n\r\n'),
    post('Content-Length: 3', 'abcd'),
    // Two lengths, or none that is one.
    post('Content-Length: 3\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
    post('Transfer-Encoding: chunked, identity', 'abc'),
    post('Transfer-Encoding:\u000bchunked', '0\r\n\r\n'),
    post('Content-Length: 3\r\nContent-Length: 3', 'abc'),
    post('Content-Length: 3\r\nContent-Length: 4', 'abcd'),
    post('Content-Length: +3', 'abc'),
    post('Content-Length: 3, 3', 'abc'),
    post('Content-Length: 0x3', 'abc'),
    post('Content-Length : 3', 'abc'),
    post('Content-Length: 99999999999999999999', 'abc'),
    // Heads that others would read in another way.
    'GET /a HTTP/1.1\nHost: x\n\n',
    'GET /a HTTP/1.1\r\nHost: x\n\n',
    'GET /a HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n',
    'GET /a HTTP/1.1\r\n\r\n',
    'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a\u0000b HTTP/1.1\r\nHost: x\r\n\r\n',
    'get /a HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a HTTP/1.2\r\nHost: x\r\n\r\n',
    'GET /a HTTP/0.9\r\n\r\n',
    'GET /a\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
    'CONNECT pod:443 HTTP/1.1\r\nHost: x\r\n\r\n',
    post('Expect: the-unexpected\r\nContent-Length: 3', 'abc'),
    '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
    '<policy-file-request/>\u0000',
  ])('%j', async (text) => {
    expect(await read1(text)).toBe('malformed');
  });

  test.each(['', 'G', 'GET /a HTTP/1.1\r\nHost: x\r\n', post('Content-Length: 10', 'abc')])(
    'half a one: %j',
    async (text) => {
      expect(await read1(text)).toBe('incomplete');
    },
  );

  test('one in chunks', async () => {
    expect(await read1(post('Transfer-Encoding: chunked', '3\r\nabc\r\n0\r\n\r\n'))).toBe('chunked');
    expect(await read1(post('Transfer-Encoding: chunked'))).toBe('chunked');
    expect(await read1(post('Transfer-Encoding: xchunked', 'abc'))).toBe('chunked');
  });

  test('one that is too large', async () => {
    const long = 'x'.repeat(LIMITS.headBytes);
    expect(await read1(`GET /${long} HTTP/1.1\r\nHost: x\r\n\r\n`)).toBe('headTooLarge');
    expect(await read1(`GET / HTTP/1.1\r\nHost: x\r\nA: ${long}\r\n\r\n`)).toBe('headTooLarge');
    const many = Array.from({ length: 3000 }, (_, index) => `A${index}: x`).join('\r\n');
    expect(await read1(`GET / HTTP/1.1\r\nHost: x\r\n${many}\r\n\r\n`)).toBe('headTooLarge');
    expect(await read1(post(`Content-Length: ${LIMITS.bodyBytes + 1}`))).toBe('bodyTooLarge');
    const most = 'x'.repeat(LIMITS.bodyBytes);
    expect(await read1(post(`Content-Length: ${LIMITS.bodyBytes}`, most))).toBe('POST /1/chat');
  });

  test('one that does not come in time, or byte by byte for ever', async () => {
    const limits = { ...LIMITS, timeoutMs: 50 };
    expect(await read([], limits)).toEqual({ ok: false, why: 'tooSlow' });
    expect(await read(['GET / HTTP/1.1\r\n'], limits)).toEqual({ ok: false, why: 'tooSlow' });
    expect(await read([post('Content-Length: 10', 'abc')], limits)).toEqual({ ok: false, why: 'tooSlow' });
  });

  test('one whose sender has gone', async () => {
    const input = new PassThrough();
    const reading = readRequest(input);
    input.write('GET / HTTP/1.1\r\n');
    input.destroy(new Error('ECONNRESET'));
    expect(await reading).toEqual({ ok: false, why: 'incomplete' });
  });
});
