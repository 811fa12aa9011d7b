// A TCP line to a database server that breaks on demand, so that its user learns of it only when it sends something.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

type Break = 'before' | 'after' | 'dead';

export interface FrailLine {
  /** On 127.0.0.1. */
  port: number;
  /** The next piece of data that is sent and holds `text` cuts its connection: `before` it is passed on, or `after` the server has answered it; or nothing passes there any more (`dead`). */
  breakAt(text: string, when: Break): void;
  /** Nothing passes any more on the connections that there are, not even their end. */
  die(): void;
  close(): void;
}

export async function startFrailLine(serverPort: number): Promise<FrailLine> {
  let trap: { text: string; when: Break } | null = null;
  const sockets = new Set<Socket>();
  const dead = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
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
    client.on('end', () => {
      if (!dead.has(client)) client.end(() => line.end());
    });
    client.on('data', (data) => {
      if (dead.has(client)) return;
      if (trap === null || !data.includes(trap.text)) {
        line.write(data);
        return;
      }
      const { when } = trap;
      trap = null;
      if (when === 'dead') {
        dead.add(client);
        return;
      }
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
    die: () => {
      for (const socket of sockets) dead.add(socket);
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
