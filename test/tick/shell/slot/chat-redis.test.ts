// A real Redis as the compose file starts it, and clients that mean it no good: it stays small, or ends; the host does not pay.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { systemClock } from '../../../../src/shared/clock.js';
import { redisPort } from '../../../../src/shared/slot-chat.js';
import { createChat } from '../../../../src/tick/shell/chat.js';
import { composeFileText } from '../../../../src/tick/shell/slot/compose-file.js';
import { pathOf } from '../../../support/programs.js';
import { sampleConfig, sampleRecord } from '../../../support/samples.js';
import { temporaryDirectory } from '../../../support/temporary.js';

const MEGABYTE = 1 << 20;

const directory = temporaryDirectory();
const sockets = new Set<Socket>();
let redis: { child: ChildProcess; port: number; ended: Promise<unknown> } | undefined;

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  redis?.child.kill('SIGKILL');
  await redis?.ended;
  redis = undefined;
});

const redisServer = pathOf('redis-server');
const describeWithRedis = redisServer === null ? describe.skip : describe;

/** Its command and its limit of memory are the compose file's; `data` is the kernel's RLIMIT_DATA, in kilobytes for a shell. */
async function startRedis(
  streamer: 'own' | 'other' = 'other',
): Promise<{ port: number; child: ChildProcess; ended: Promise<unknown> }> {
  const text = await composeFileText(1, sampleConfig(directory), sampleRecord({ enableChat: true }), streamer);
  const { services } = parse(text) as { services: { redis: { command: string[]; ulimits: { data: number } } } };
  const { command, ulimits } = services.redis;
  const port = await freePort();
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory];
  const script = `ulimit -d ${ulimits.data / 1024} && exec "$0" "$@"`;
  const child = spawn('/bin/sh', ['-c', script, redisServer ?? '', ...own, ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  redis = { child, port, ended };
  for await (const line of createInterface(child.stdout)) if (/ready to accept connections/i.test(line)) break;
  child.stdout.resume();
  return redis;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Client {
  socket: Socket;
  said(): string;
  closed: Promise<void>;
}

async function clientOf(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  sockets.add(socket);
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  await once(socket, 'connect');
  return { socket, said: () => said, closed };
}

/** Until that event, or the connection's end. */
function happens({ socket, closed }: Client, event: 'data' | 'drain'): Promise<void> {
  const happened = new Promise<void>((resolve) => {
    socket.once(event, () => {
      resolve();
    });
  });
  return Promise.race([happened, closed]);
}

/** What Redis answers to a command, up to the first line's end. */
function answerTo(port: number, ...words: string[]): Promise<string> {
  const text = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('');
  return answerToText(port, `*${words.length}\r\n${text}`);
}

/** The same for a message that is announced only: who goes on sending may lose the answer with the connection. */
function answerToSize(port: number, bytes: number): Promise<string> {
  return answerToText(port, `*3\r\n$7\r\nPUBLISH\r\n$5\r\nchat1\r\n$${bytes}\r\n`);
}

async function answerToText(port: number, text: string): Promise<string> {
  const client = await clientOf(port);
  client.socket.write(text);
  while (!client.said().includes('\r\n') && !client.socket.destroyed) await happens(client, 'data');
  client.socket.destroy();
  return client.said().split('\r\n')[0] ?? '';
}

/** Sends the same piece again and again, as fast as it is taken, until it was sent so often or nobody listens any more. */
async function pour(client: Client, piece: Buffer, times: number): Promise<void> {
  for (let time = 0; time < times && !client.socket.destroyed; time += 1) {
    if (!client.socket.write(piece)) await happens(client, 'drain');
  }
}

/** The most memory that it ever had, in megabytes. */
function peakOf(child: ChildProcess): number {
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

describeWithRedis(`the chat's Redis${redisServer === null ? ' (skipped: redis-server is not installed)' : ''}`, () => {
  test('takes messages on its channel, up to a megabyte, and does nothing else', async () => {
    const { port } = await startRedis();
    expect(await answerTo(port, 'PUBLISH', 'chat1', 'bonjour')).toBe(':0');
    expect(await answerTo(port, 'PUBLISH', 'chat1', 'x'.repeat(MEGABYTE))).toBe(':0');
    expect(await answerToSize(port, MEGABYTE + 1)).toMatch(/^-ERR Protocol error/);
    for (const words of [
      ['PUBLISH', 'chat2', 'x'],
      ['SET', 'a', 'b'],
      ['CONFIG', 'SET', 'maxclients', '10000'],
      ['EVAL', 'return 1', '0'],
      ['ACL', 'WHOAMI'],
      ['CLIENT', 'LIST'],
      ['MULTI'],
    ])
      expect(`${words.join(' ')}: ${await answerTo(port, ...words)}`).toMatch(/: -NOPERM/);
  });

  test('tells how many listen, and nothing else of who does', async () => {
    const { port } = await startRedis();
    const slot = port - redisPort(0);
    const config = { ...sampleConfig(directory), redisBindAddress: '127.0.0.1' };
    const listeners = (): Promise<number | null> =>
      createChat(config, systemClock, () => Promise.resolve(null))
        .look(slot)
        .then((sight) => sight.listeners);
    expect(await listeners()).toBe(0);
    // As the streaming images listen.
    const streamer = await clientOf(port);
    streamer.socket.write('PSUBSCRIBE chat1\r\n');
    await happens(streamer, 'data');
    expect(await listeners()).toBe(1);
    expect(await answerTo(port, 'PUBSUB', 'NUMPAT')).toBe(':1');
    expect(await answerTo(port, 'PUBSUB', 'NUMSUB', 'chat1')).toBe('*2');
    for (const words of [['CHANNELS'], ['CHANNELS', '*'], ['SHARDCHANNELS'], ['HELP']])
      expect(`${words.join(' ')}: ${await answerTo(port, 'PUBSUB', ...words)}`).toMatch(/: -(?:NOPERM|ERR)/);
    streamer.socket.destroy();
    await streamer.closed;
    let left = await listeners();
    // It may not have noticed yet that one has left.
    for (let look = 0; look < 100 && left !== 0; look += 1) left = await listeners();
    expect(left).toBe(0);
  });

  test('takes what our own streamer is told, on a channel beside its own, and on no other', async () => {
    const { port } = await startRedis('own');
    for (const channel of ['chat1', 'chat1:control']) {
      expect(await answerTo(port, 'PUBLISH', channel, 'x')).toBe(':0');
      expect(await answerTo(port, 'PSUBSCRIBE', channel)).toBe('*3');
    }
    for (const words of [
      ['PUBLISH', 'chat1:other', 'x'],
      ['PUBLISH', 'chat2:control', 'x'],
      ['PSUBSCRIBE', 'chat1:*'],
      ['PSUBSCRIBE', '*'],
      ['SET', 'a', 'b'],
    ])
      expect(`${words.join(' ')}: ${await answerTo(port, ...words)}`).toMatch(/: -NOPERM/);
    const { port: another } = await startAnother();
    expect(await answerTo(another, 'PUBLISH', 'chat1:control', 'x')).toMatch(/^-NOPERM/);
  });

  /** With another image there is nobody to be told. */
  async function startAnother(): Promise<{ port: number }> {
    redis?.child.kill('SIGKILL');
    await redis?.ended;
    return startRedis('other');
  }

  test('hangs up on a message of 400 MB that never ends', async () => {
    const { port, child } = await startRedis();
    const client = await clientOf(port);
    client.socket.write(`*3\r\n$7\r\nPUBLISH\r\n$5\r\nchat1\r\n$${400 * MEGABYTE}\r\n`);
    await pour(client, Buffer.alloc(MEGABYTE, 'x'), 399);
    await client.closed;
    expect(peakOf(child)).toBeLessThan(64);
    expect(await answerTo(port, 'PING')).toBe('+PONG');
  });

  test('hangs up on a client that asks and asks, and never reads an answer', async () => {
    const { port, child } = await startRedis();
    const client = await clientOf(port);
    client.socket.pause();
    await pour(client, Buffer.from('PING\r\n'.repeat(20_000)), 2000);
    await client.closed;
    expect(peakOf(child)).toBeLessThan(64);
    expect(await answerTo(port, 'PING')).toBe('+PONG');
  });

  test('lets a hundred clients in, and the next when one has left', async () => {
    const { port, child } = await startRedis();
    const clients = await Promise.all(Array.from({ length: 200 }, () => clientOf(port)));
    // Who is refused is told so and hung up on; an answer shows who is not.
    for (const { socket } of clients) if (!socket.destroyed) socket.write('PING\r\n');
    await Promise.all(
      clients.map(async (client) => {
        while (!client.said().includes('\r\n') && !client.socket.destroyed) await happens(client, 'data');
      }),
    );
    const answers = clients.map(({ said }) => said().split('\r\n')[0]);
    expect(answers.filter((answer) => answer === '+PONG')).toHaveLength(100);
    expect(new Set(answers.filter((answer) => answer !== '+PONG' && answer !== ''))).toEqual(
      new Set(['-ERR max number of clients reached']),
    );
    expect(peakOf(child)).toBeLessThan(64);
    clients.find(({ said }) => said().startsWith('+PONG'))?.socket.destroy();
    let answer = await answerTo(port, 'PING');
    // It may not have noticed yet that one has left.
    for (let look = 0; look < 100 && answer !== '+PONG'; look += 1) answer = await answerTo(port, 'PING');
    expect(answer).toBe('+PONG');
  });

  test('ends rather than take more memory than its limit, for a command of many words that never ends', async () => {
    const { port, ended } = await startRedis();
    const client = await clientOf(port);
    client.socket.write('*1000000\r\n$7\r\nPUBLISH\r\n');
    const word = Buffer.concat([
      Buffer.from(`$${MEGABYTE - 1024}\r\n`),
      Buffer.alloc(MEGABYTE - 1024, 'x'),
      Buffer.from('\r\n'),
    ]);
    await pour(client, word, 600);
    await ended;
    await client.closed;
  });
});
