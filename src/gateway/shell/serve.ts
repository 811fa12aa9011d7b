// Serves on the loopback, for trials: each connection is answered as one of its own process would be.
import { createServer, type Socket } from 'node:net';
import { createRedactor } from '../../shared/redact.js';
import { underSignals } from '../../shared/signals.js';
import { complain, print } from '../../shared/terminal.js';
import { EXIT } from '../../shared/exit-status.js';
import { faultOf } from '../../shared/files.js';

const LOOPBACK = '127.0.0.1';

/** Until the process is asked to end. `answer`: never rejects. */
export function serve(
  port: number,
  { secrets }: { secrets: string[] },
  answer: (connection: Socket, peer: string | null) => Promise<number>,
): Promise<number> {
  return underSignals(createRedactor(secrets), async ({ ending }) => {
    // An answer may come after the request has ended.
    const server = createServer({ allowHalfOpen: true }, (connection) => {
      connection.on('error', () => undefined);
      void answer(connection, connection.remoteAddress ?? null).finally(() => connection.end());
    });
    const fault = await listening(port, server);
    if (fault !== null) {
      complain(`cannot listen on ${LOOPBACK}:${port}: ${fault}`);
      return EXIT.error;
    }
    const address = server.address();
    const actual = typeof address === 'object' && address !== null ? address.port : port;
    print(`Listening on http://${LOOPBACK}:${actual} for trials, until Ctrl-C.`);
    await new Promise((resolve) => {
      ending.addEventListener('abort', resolve, { once: true });
    });
    server.close();
    return EXIT.ok;
  });
}

function listening(port: number, server: ReturnType<typeof createServer>): Promise<string | null> {
  return new Promise((resolve) => {
    server.once('error', (error) => {
      resolve(faultOf(error));
    });
    server.listen(port, LOOPBACK, () => {
      resolve(null);
    });
  });
}
