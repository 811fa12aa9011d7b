// Viewers' messages on their way from a real Redis into the meeting's chat: whole, in order, as text and nothing else.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { need } from '../support/programs.js';
import type { ProfileName } from '../world/streamer-bbb/profiles.js';
import type { ChatMessage } from '../world/streamer-bbb/server.js';
import { SIZE, type Chain } from './support/chain.js';
import { eventually } from './support/eventually.js';
import { describeChain, inChain } from './support/in-chain.js';
import { COLOURS, framesOf, holds, strangePlaces } from './support/media.js';
import { freePort } from './support/rtmp.js';

const CHANNEL = 'chat1';

/** Texts as the tick's tests have them for names, and what a client could take for more than text. */
const NASTY = [
  `L'été "à" $HOME \`id\` $(touch x) ${'é'.repeat(40)} 🎓`,
  '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>',
  '&lt;b&gt; &amp; {"showChat": true} %27 %2e%2e/ + a=b&c=d',
  '/quit :emoji: *bold* _i_ [link](javascript:window.pwned=1)',
  'العربية 中文 \u202egnp.exe א',
  "' OR 1=1 -- ; DROP TABLE",
];

/** A chain with a real Redis, as a slot's: this channel and the one that controls, and nothing else. */
interface ChatWorld {
  chain: Chain;
  port: number;
  startRedis(): Promise<void>;
  stopRedis(): Promise<void>;
  publish(channel: string, ...messages: string[]): Promise<number>;
  arrived(): ChatMessage[];
  texts(): string[];
}

function withChat(profile: ProfileName, story: (world: ChatWorld) => Promise<void>): () => Promise<void> {
  return inChain({ profile }, async (chain) => {
    const port = await freePort();
    let server: ChildProcess | null = null;
    const publish = (channel: string, ...messages: string[]): Promise<number> => publishOn(port, channel, messages);
    const stopRedis = async (): Promise<void> => {
      if (server === null) return;
      const ended = new Promise((resolve) => server?.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
      server = null;
    };
    const startRedis = async (): Promise<void> => {
      server = spawn(
        need('redis-server'),
        ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...REDIS_RIGHTS],
        { stdio: 'ignore', cwd: chain.directory },
      );
      await eventually('Redis answers', () =>
        publish('other', 'x').then(
          () => true,
          (error: unknown) => /NOPERM/.test(String(error)),
        ),
      );
    };
    const arrived = (): ChatMessage[] => chain.bbb.meetings.get(chain.meeting.meetingId)?.chat ?? [];
    try {
      await startRedis();
      const texts = (): string[] => arrived().map(({ message }) => message);
      await story({ chain, port, startRedis, stopRedis, publish, arrived, texts });
    } finally {
      await stopRedis();
    }
  });
}

const REDIS_RIGHTS = [
  ...['--user', 'default', 'on', 'nopass', 'resetkeys', 'resetchannels', `&${CHANNEL}`, `&${CHANNEL}:control`],
  ...['-@all', '+ping', '+publish', '+subscribe', '+psubscribe', '+unsubscribe', '+punsubscribe'],
];

async function publishOn(port: number, channel: string, messages: string[]): Promise<number> {
  const redis = new Redis({
    host: '127.0.0.1',
    port,
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
  });
  redis.on('error', () => undefined);
  try {
    let listeners = 0;
    for (const message of messages) listeners = await redis.publish(channel, message);
    return listeners;
  } finally {
    redis.disconnect();
  }
}

/** Whether the chat's panel is in the newest segment; answers how many segments there were. */
async function pictureHolds(chain: Chain, streamer: { log(): string }, isThere: boolean, after = 0): Promise<number> {
  return eventually(
    `the chat is ${isThere ? '' : 'not '}in the picture`,
    async () => {
      const segments = chain.rtmp.segments(chain.streamKey);
      const newest = segments.at(-2);
      if (newest === undefined || segments.length < after + 2) return null;
      const frame = (await framesOf(newest, SIZE, 1)).at(-1);
      return frame !== undefined && holds(frame, COLOURS.chat) === isThere ? segments.length : null;
    },
    { hint: streamer.log },
  );
}

describeChain(
  'chat',
  () => {
    test.concurrent(
      'by the API: announced once, nasty texts, long ones in parts, a flood, Redis away; the chat shown and hidden on demand',
      withChat('3.0', async ({ chain, port, startRedis, stopRedis, publish, arrived, texts }) => {
        const page = 'https://pod.univ.fr/live/direct/cours/';
        const streamer = chain.start({
          ...{ BBB_ENABLE_CHAT: 'true', BBB_REDIS_HOST: '127.0.0.1', STREAMER_REDIS_PORT: String(port) },
          ...{ BBB_REDIS_CHANNEL: CHANNEL, BBB_CHAT_NAME: 'Spectateurs', BBB_CHAT_STREAM_URL: page },
        });
        await streamer.reaches('live');
        await streamer.says(/chat: listening on chat1/);
        const long = `${'mot '.repeat(300)}fin`;
        expect(await publish(CHANNEL, ...NASTY, long)).toBe(1);
        const expected = 1 + NASTY.length + 3;
        await eventually('all have come', () => arrived().length >= expected, { hint: streamer.log });
        expect(texts().slice(0, 1 + NASTY.length)).toEqual([page, ...NASTY]);
        expect(
          texts()
            .slice(1 + NASTY.length)
            .join(' '),
        ).toBe(long);
        expect(new Set(arrived().map(({ name, via }) => `${name} ${via}`))).toEqual(new Set(['Spectateurs api']));

        // Redis goes away and comes back.
        await stopRedis();
        await streamer.says(/chat: Redis is away/);
        await startRedis();
        await eventually('it listens again', async () => (await publish(CHANNEL, 'encore là')) === 1, {
          hint: streamer.log,
        });
        await eventually('it has come', () => texts().includes('encore là'));

        expect(await publish(`${CHANNEL}:control`, 'nonsense', '{"showChat": true}')).toBe(1);
        const shownAt = await pictureHolds(chain, streamer, true);
        expect(await publish(`${CHANNEL}:control`, '{"showChat": false}')).toBe(1);
        await pictureHolds(chain, streamer, false, shownAt);

        const flood = Array.from({ length: 500 }, (_, index) => `message ${index + 1}`);
        const before = arrived().length;
        await publish(CHANNEL, ...flood);
        const taken = (): string[] => texts().slice(before);
        const refused = (): number =>
          [...streamer.log().matchAll(/(\d+) were not taken/g)].reduce((sum, match) => sum + Number(match[1]), 0);
        await eventually('the flood has passed', () => taken().length + refused() === flood.length, {
          withinMs: 180_000,
          hint: streamer.log,
        });
        expect(taken().length).toBeGreaterThanOrEqual(50);
        expect(taken().slice(0, 50)).toEqual(flood.slice(0, 50));
        expect(taken()).toEqual(flood.filter((message) => taken().includes(message)));
        expect(arrived().some(({ message }) => message.includes('rtmp'))).toBe(false);

        streamer.process.kill('SIGTERM');
        expect(await streamer.ended).toBe(0);
        expect(streamer.log()).not.toContain(chain.bbb.secret);
      }),
      900_000,
    );

    test.concurrent(
      'before 3.0, by a page that is not in the picture: the same texts; a chat that is locked drops them, and says so',
      withChat('2.7', async ({ chain, port, publish, arrived, texts }) => {
        const streamer = chain.start({
          ...{
            BBB_ENABLE_CHAT: 'true',
            BBB_REDIS_HOST: '127.0.0.1',
            STREAMER_REDIS_PORT: String(port),
            BBB_REDIS_CHANNEL: CHANNEL,
          },
        });
        await streamer.reaches('live');
        await streamer.says(/chat: listening on chat1/);
        await publish(CHANNEL, ...NASTY, 'première ligne\nseconde ligne', 'x'.repeat(6000));
        const expected = NASTY.length + 3;
        await eventually('all have come', () => arrived().length >= expected, {
          withinMs: 120_000,
          hint: streamer.log,
        });
        expect(texts()).toEqual([...NASTY, 'première ligne\nseconde ligne', 'x'.repeat(5000), 'x'.repeat(1000)]);
        expect(new Set(arrived().map(({ name, via }) => `${name} ${via}`))).toEqual(new Set(['Chat page']));
        const told = chain.meeting.participants.flatMap((one) => one.told.map(({ kind }) => kind));
        expect(told).toContain('chat');
        for (const kind of ['pwned', 'shortcut', 'microphone']) expect(told).not.toContain(kind);
        expect(chain.meeting.participants.map(({ fullName, hasAudio }) => `${fullName} ${hasAudio}`).sort()).toEqual([
          'Chat false',
          'Live true',
        ]);

        // The writer comes again, into a chat that is locked now.
        chain.bbb.switches.chatLocked = true;
        chain.bbb.eject(chain.meeting.meetingId, 'Chat');
        await publish(CHANNEL, 'trop tard', 'beaucoup trop tard');
        await streamer.says(/chat: it is locked by a moderator/, 90_000);
        expect(arrived()).toHaveLength(expected);

        streamer.process.kill('SIGTERM');
        expect(await streamer.ended).toBe(0);
        const frames = (await framesOf(chain.recordings()[0]!, SIZE, 1)).slice(2);
        expect(frames.flatMap((frame) => strangePlaces(frame)).slice(0, 5)).toEqual([]);
        expect(readFileSync(join(chain.directory, 'run1', 'state.json'), 'utf8')).toContain('"ended"');
      }),
      900_000,
    );
  },
  ['redis-server'],
);
