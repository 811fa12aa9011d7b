import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { ChatSight } from '../../../src/tick/model.js';
import { createChat, type AddressForPod } from '../../../src/tick/shell/chat.js';
import { pathOf } from '../../support/programs.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startChatRedis } from '../../world/redis.js';

/** Slot N's Redis is on port 6378 + N. */
const PORT_BASE = 6378;

const directory = temporaryDirectory();
const children: ChildProcess[] = [];
const servers: Server[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) server.close();
});

/** Time passes only in the pauses. */
function pausingClock(
  onPause: () => Promise<void> = () => Promise.resolve(),
): Parameters<typeof createChat>[1] & { pauses: number } {
  let now = 0;
  const clock = {
    pauses: 0,
    uptimeMs: () => now,
    sleep: async (ms: number) => {
      now += ms;
      clock.pauses += 1;
      await onPause();
    },
  };
  return clock;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the chat’s Redis', () => {
  test.each(['0.0.0.0', '127.0.0.1', '[127.0.0.1]'])(
    'published on %s answers to PING, the only thing it is asked',
    async (redisBindAddress) => {
      const redis = await startChatRedis('127.0.0.1', await freePort());
      const clock = pausingClock();
      await createChat({ serverHostname: 'live1.univ.test', redisBindAddress }, clock).ping(redis.port - PORT_BASE);
      expect(redis.commands.map((words) => words.join(' ').toUpperCase())).toEqual(['PING']);
      expect(clock.pauses).toBe(0);
      await redis.stop();
    },
  );

  test('that was just started gets some moments', async () => {
    const port = await freePort();
    let redis: Awaited<ReturnType<typeof startChatRedis>> | undefined;
    const clock = pausingClock(async () => {
      redis ??= await startChatRedis('127.0.0.1', port);
    });
    await createChat({ serverHostname: 'live1.univ.test', redisBindAddress: '0.0.0.0' }, clock).ping(port - PORT_BASE);
    expect(clock.pauses).toBe(1);
    await redis?.stop();
  });

  test('that is not there is silent, and not asked for ever', async () => {
    const port = await freePort();
    const clock = pausingClock();
    const asked = createChat({ serverHostname: 'live1.univ.test', redisBindAddress: '127.0.0.1' }, clock).ping(
      port - PORT_BASE,
    );
    await expect(asked).rejects.toMatchObject({ problem: { kind: 'chatSilent' } });
    await expect(asked).rejects.toThrow(`127.0.0.1:${port}`);
    expect(clock.pauses).toBeGreaterThan(1);
    expect(clock.pauses).toBeLessThan(10);
  });

  test('that hangs up, or answers an error, is silent', async () => {
    for (const answer of ['', '-NOPERM this user has no permissions\r\n']) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => socket.end(answer));
      });
      servers.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const slot = (server.address() as AddressInfo).port - PORT_BASE;
      await expect(
        createChat({ serverHostname: 'live1.univ.test', redisBindAddress: '127.0.0.1' }, pausingClock()).ping(slot),
      ).rejects.toMatchObject({
        problem: { kind: 'chatSilent' },
      });
    }
  });

  describe('looked at where Pod was told to find it', () => {
    const config = {
      redisBindAddress: '127.0.0.1',
      serverHostname: 'live1.univ.test',
    };
    const sightOf = async (
      addressForPod: AddressForPod | undefined,
      change: Partial<typeof config> & { isWebinar?: boolean } = {},
    ): Promise<{ sight: ChatSight; port: number; asked: string[] }> => {
      const redis = await startChatRedis('127.0.0.1', await freePort());
      try {
        const chat = createChat({ ...config, ...change }, pausingClock(), addressForPod);
        const sight = await chat.look(redis.port - PORT_BASE, { isWebinar: change.isWebinar ?? false });
        return { sight, port: redis.port, asked: redis.commands.map((words) => words.join(' ').toUpperCase()) };
      } finally {
        await redis.stop();
      }
    };

    test('answers there', async () => {
      const { sight, port, asked } = await sightOf(() => Promise.resolve({ address: '127.0.0.1' }));
      const place = `live1.univ.test:${port} (127.0.0.1)`;
      expect(sight).toEqual({ silence: null, fromPod: { asked: place, fault: null }, listeners: 1 });
      expect(asked).toEqual(['PUBSUB NUMPAT', `PUBSUB NUMSUB CHAT${port - PORT_BASE}`, 'PING']);
    });

    test('is not there: its name leads to another machine, or a firewall stands between', async () => {
      const { sight, port } = await sightOf(() => Promise.resolve({ address: '127.0.0.2' }));
      expect(sight.silence).toBeNull();
      expect(sight.fromPod?.asked).toBe(`live1.univ.test:${port} (127.0.0.2)`);
      expect(sight.fromPod?.fault).toContain('ECONNREFUSED');
    });

    test('has a name that leads nowhere', async () => {
      const { sight } = await sightOf(undefined, { serverHostname: 'name.that.leads.nowhere.invalid' });
      expect(sight.fromPod?.fault).toMatch(/ENOTFOUND|EAI_AGAIN|not found in time/);
    });

    test.each(['localhost', '127.0.1.1'])(
      'has a name, %s, that tells this host alone: nothing is known of Pod',
      async (serverHostname) => {
        expect((await sightOf(undefined, { serverHostname })).sight).toMatchObject({ fromPod: null, listeners: 1 });
      },
    );

    test('is no matter for webinars: the gateway publishes what viewers write, on this host', async () => {
      const { sight } = await sightOf(() => Promise.resolve({ address: '127.0.0.2' }), { isWebinar: true });
      expect(sight).toEqual({ silence: null, fromPod: null, listeners: 1 });
    });

    test('of a Redis that does not tell who listens, as 1.1.0 started it', async () => {
      const redis = await startChatRedis('127.0.0.1', await freePort(), { listeners: null });
      const sight = await createChat(config, pausingClock(), () => Promise.resolve(null)).look(redis.port - PORT_BASE);
      expect(sight).toEqual({ silence: null, fromPod: null, listeners: null });
      await redis.stop();
    });

    test('is silent: said, and not asked again and again', async () => {
      const port = await freePort();
      const clock = pausingClock();
      const sight = await createChat(config, clock).look(port - PORT_BASE);
      expect(sight).toMatchObject({ fromPod: null, listeners: null });
      expect(sight.silence).toContain(`127.0.0.1:${port}`);
      expect(clock.pauses).toBe(0);
    });
  });

  const redisServer = pathOf('redis-server');
  (redisServer === null ? test.skip : test)('as the compose file starts it answers to PING', async () => {
    const port = await freePort();
    const network = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--protected-mode',
      'no',
      '--save',
      '',
      '--dir',
      directory,
    ];
    const user = ['--user', 'default', 'on', 'nopass', 'resetkeys', 'resetchannels', '&chat1'];
    const commands = ['-@all', '+ping', '+publish', '+subscribe', '+psubscribe', '+unsubscribe', '+punsubscribe'];
    const child = spawn(redisServer ?? '', [...network, ...user, ...commands], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    for await (const line of createInterface(child.stdout)) if (/ready to accept connections/i.test(line)) break;
    await createChat({ serverHostname: 'live1.univ.test', redisBindAddress: '0.0.0.0' }, pausingClock()).ping(
      port - PORT_BASE,
    );
  });
});

test('a webinar’s streamer is told what its picture is to show; that nobody hears it is no failure', async () => {
  const port = await freePort();
  const redis = await startChatRedis('127.0.0.6', port);
  const chat = createChat({ serverHostname: 'live1.univ.test', redisBindAddress: '127.0.0.6' }, pausingClock());
  const slot = port - PORT_BASE;
  await chat.show(slot, false);
  expect(redis.commands).toEqual([['publish', `chat${slot}:control`, '{"showChat":false}']]);
  await redis.stop();
  await chat.show(slot, true);
});
