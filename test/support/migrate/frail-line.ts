// A TCP line to a database server that breaks on demand, so that its user learns of it only when it sends something.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface FrailLine {
  /** On 127.0.0.1. */
  port: number;
  /** The next piece of data that is sent and holds `text` cuts its connection: `before` it is passed on, or `after` the server has answered it. */
  breakAt(text: string, when: 'before' | 'after'): void;
  close(): void;
}

export async function startFrailLine(serverPort: number): Promise<FrailLine> {
  let trap: { text: string; when: 'before' | 'after' } | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const line = connect(serverPort, '127.0.0.1');
    const cut = (): void => {
      client.destroy();
      line.destroy();
    };
    for (const socket of [client, line]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', cut);
    }
    line.on('data', (data) => client.write(data));
    client.on('data', (data) => {
      if (trap === null || !data.includes(trap.text)) {
        line.write(data);
        return;
      }
      const { when } = trap;
      trap = null;
      if (when === 'before') {
        cut();
        return;
      }
      line.removeAllListeners('data').once('data', cut);
      line.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    breakAt: (text, when) => {
      trap = { text, when };
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
