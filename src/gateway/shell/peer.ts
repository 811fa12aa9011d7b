// Who calls: the address at the other end of the connection.
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Environment } from '../../shared/configuration.js';

/**
 * As the kernel says, where the standard input is the connection itself (systemd, inetd, xinetd); else as whoever accepted it
 * says: `REMOTE_ADDR` (systemd.socket(5)), `SOCAT_PEERADDR` (socat(1)). Null: nobody knows. No header is asked.
 */
export function peerOf(input: Readable, environment: Environment): string | null {
  const told = environment['REMOTE_ADDR'] ?? environment['SOCAT_PEERADDR'];
  const address = (input instanceof Socket ? input.remoteAddress : undefined) ?? told ?? '';
  return address === '' ? null : address.replace(/^\[(.*)\]$/, '$1');
}
