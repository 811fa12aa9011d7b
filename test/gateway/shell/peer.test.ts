// Who calls is what the kernel says, or whoever accepted the connection; never what the caller says.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { peerOf } from '../../../src/gateway/shell/peer.js';

describe('who calls', () => {
  test.each<[Record<string, string>, string | null]>([
    [{ REMOTE_ADDR: '192.0.2.1' }, '192.0.2.1'],
    [{ REMOTE_ADDR: '192.0.2.1', SOCAT_PEERADDR: '10.0.0.1' }, '192.0.2.1'],
    [{ SOCAT_PEERADDR: '10.0.0.1' }, '10.0.0.1'],
    [{ SOCAT_PEERADDR: '[0000:0000:0000:0000:0000:0000:0000:0001]' }, '0000:0000:0000:0000:0000:0000:0000:0001'],
    [{ REMOTE_ADDR: '' }, null],
    [{ HTTP_X_FORWARDED_FOR: '192.0.2.1' }, null],
    [{}, null],
  ])('by %j is %s', (environment, peer) => {
    expect(peerOf(new PassThrough(), environment)).toBe(peer);
  });

  test('is asked of the connection first', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      localAddress: '127.0.0.2',
    });
    const [connection] = (await once(server, 'connection')) as [Socket];
    expect(peerOf(connection, { REMOTE_ADDR: '192.0.2.1' })).toBe('127.0.0.2');
    client.destroy();
    connection.destroy();
    server.close();
  });
});
