// Certificates of an authority that nobody knows, and servers that show them.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary.js';

export interface Authority {
  /** Its own certificate, in PEM. */
  path: string;
  /** A key and a certificate for a host name, in PEM. */
  certify(host: string): { key: string; cert: string };
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function createAuthority(): Authority {
  const folder = temporaryDirectory();
  const [key, path] = [join(folder, 'authority.key'), join(folder, 'authority.pem')];
  openssl(['req', '-x509', '-days', '2', ...KEY, '-keyout', key, '-subj', '/CN=Internal authority', '-out', path]);
  return {
    path,
    certify(host) {
      const file = (kind: string): string => join(folder, `${host}.${kind}`);
      openssl(['req', ...KEY, '-keyout', file('key'), '-subj', `/CN=${host}`, '-out', file('csr')]);
      writeFileSync(file('names'), `subjectAltName=DNS:${host}\n`);
      const signing = ['-CA', path, '-CAkey', key, '-CAcreateserial', '-days', '2', '-extfile', file('names')];
      openssl(['x509', '-req', '-in', file('csr'), ...signing, '-out', file('crt')]);
      return { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('crt'), 'utf8') };
    },
  };
}

function openssl(words: string[]): void {
  execFileSync('openssl', words, { stdio: 'pipe' });
}

/** An https server on loopback that hands every request on to an http server there. */
export async function startTlsFront(
  identity: { key: string; cert: string },
  port: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer(identity, (incoming, response) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  // A client that does not believe the certificate goes away.
  server.on('tlsClientError', () => undefined);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
