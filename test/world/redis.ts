// A chat Redis as a slot publishes it: it answers PING and PUBLISH, tells how many listen, and refuses everything else as its access list would.
import { createServer, type Socket } from 'node:net';

export interface ChatRedis {
  host: string;
  port: number;
  /** Commands as they came. */
  commands: string[][];
  stop(): Promise<void>;
}

/** Listens on a loopback address of its own, because the port of a slot is fixed (6378 + slot). */
export async function startChatRedis(
  host: string,
  port: number,
  { listeners = 1 }: { /** To some pattern; null: its access list lets nobody ask. */ listeners?: number | null } = {},
): Promise<ChatRedis> {
  const commands: string[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let waiting = '';
    socket.on('data', (chunk) => {
      waiting += chunk.toString('latin1');
      for (let next = readCommand(waiting); next !== undefined; next = readCommand(waiting)) {
        waiting = waiting.slice(next.length);
        commands.push(next.words);
        socket.write(answer(next.words, listeners));
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    host,
    port,
    commands,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answer(words: string[], listeners: number | null): string {
  const command = (words[0] ?? '').toUpperCase();
  if (command === 'PING') return '+PONG\r\n';
  if (command === 'PUBLISH') return `:${listeners ?? 0}\r\n`;
  if (command === 'PUBSUB' && listeners !== null) return subscriptions(words, listeners);
  if (command === 'QUIT') return '+OK\r\n';
  // Redis asks no permission for this one (its flag NO_AUTH).
  if (command === 'HELLO') return hello(words[1] === '3');
  return `-NOPERM this user has no permissions to run the '${command.toLowerCase()}' command\r\n`;
}

function subscriptions([, asked = '', ...channels]: string[], listeners: number): string {
  if (asked.toUpperCase() === 'NUMPAT') return `:${listeners}\r\n`;
  const counts = channels.map((channel) => `$${channel.length}\r\n${channel}\r\n:0\r\n`);
  return `*${2 * channels.length}\r\n${counts.join('')}`;
}

/** A map with RESP3, else a list. */
function hello(isThird: boolean): string {
  const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;
  const facts = [
    bulk('server') + bulk('redis'),
    bulk('version') + bulk('6.2.14'),
    `${bulk('proto')}:${isThird ? 3 : 2}\r\n`,
    `${bulk('id')}:1\r\n`,
    bulk('mode') + bulk('standalone'),
    bulk('role') + bulk('master'),
    `${bulk('modules')}*0\r\n`,
  ];
  return `${isThird ? `%${facts.length}` : `*${facts.length * 2}`}\r\n${facts.join('')}`;
}

/** An array of bulk strings; undefined while it is not whole. */
function readCommand(text: string): { words: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  const words: string[] = [];
  let at = head[0].length;
  for (let index = 0; index < Number(head[1]); index += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    at += size[0].length;
    const length = Number(size[1]);
    if (text.length < at + length + 2) return undefined;
    words.push(text.slice(at, at + length));
    at += length + 2;
  }
  return { words, length: at };
}
