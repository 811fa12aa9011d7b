// Asked to end by SIGTERM, the built program finishes the act in hand and begins none; the next tick goes on.
import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { watchedTick } from '../support/killed-program.js';
import {
  KILL_STORIES,
  lastingWorld,
  prepareStage,
  startMails,
  stopWorld,
  type Stage,
} from '../support/kill-stories.js';
import { callsIn } from '../support/quick-compose.js';
import { startWorld, type World } from '../world/world.js';
import type { OutboxRecord, SlotRecord } from '../../src/tick/model.js';

interface Case {
  /** The moment at which the signal comes. */
  at: string;
  /** What the act in hand leaves behind when it is finished. */
  finished(world: World): unknown;
  /** What the next act would have done first. */
  begun(world: World): unknown;
}

function recordOf(world: World): SlotRecord {
  return JSON.parse(readFileSync(join(world.slotDirectory(1), 'live.json'), 'utf8')) as SlotRecord;
}

function entryOf(world: World): OutboxRecord {
  const outbox = join(world.baseDirectory, 'outbox');
  const [entry = ''] = readdirSync(outbox);
  return JSON.parse(readFileSync(join(outbox, entry, 'recording.json'), 'utf8')) as OutboxRecord;
}

function asked(world: World, method: string, path: string): boolean {
  return world.pod.requests.some((request) => request.method === method && request.path === path);
}

function ran(world: World, call: string): boolean {
  return callsIn(world, 'bbb-live-streaming1').includes(call);
}

const START: Case[] = [
  {
    at: 'before POST /rest/broadcasters/',
    finished: (world) => recordOf(world).step === 'claimed',
    begun: (world) => asked(world, 'GET', '/rest/bbb_livestream/1/'),
  },
  {
    at: 'before PATCH /rest/bbb_livestream/1/',
    finished: (world) => recordOf(world).step === 'told',
    begun: (world) => ran(world, 'up -d'),
  },
  {
    at: 'before docker-compose up -d in bbb-live-streaming1',
    finished: (world) => recordOf(world).step === 'live',
    begun: (world) => startMails(world) > 0,
  },
  {
    at: 'before a mail',
    finished: (world) => recordOf(world).startMailSent,
    begun: (world) => world.chats.some(({ commands }) => commands.length > 0),
  },
];

const DOWN = 'down';
const STOP: Case[] = [
  {
    at: 'before docker-compose exec -T bbb-streamer sh -c … in bbb-live-streaming1',
    finished: (world) => recordOf(world).step === 'stopping',
    begun: (world) => ran(world, DOWN),
  },
  {
    at: 'before docker-compose down in bbb-live-streaming1',
    finished: (world) => recordOf(world).step === 'down',
    begun: (world) => existsSync(join(world.baseDirectory, 'outbox')),
  },
  {
    at: 'before PATCH /rest/bbb_meeting/1/',
    finished: (world) => entryOf(world).handOver?.phase === 'renaming' && world.pod.state.meetings[0]?.encoded_by === 2,
    begun: (world) => world.files().some(({ path }) => /^recordings\/.*\.mkv$/.test(path)),
  },
  {
    at: 'before DELETE /rest/broadcasters/bbb-meeting-1/',
    finished: (world) => recordOf(world).broadcasterRemoved,
    begun: (world) => world.pod.state.livestreams[0]?.status === 2,
  },
  {
    at: 'before PATCH /rest/bbb_livestream/1/',
    finished: (world) => world.pod.state.livestreams[0]?.status === 2 && recordOf(world).step === 'down',
    begun: () => false,
  },
];

async function termAt(stage: Stage, { at, finished, begun }: Case): Promise<void> {
  const world = await stage.make();
  const reference = await stage.make();
  try {
    const { exitCode, signal } = await watchedTick(world, { at, whom: 'alone', signal: 'SIGTERM' });
    expect({ exitCode, signal, finished: finished(world), begun: begun(world) }).toEqual({
      exitCode: 143,
      signal: null,
      finished: true,
      begun: false,
    });
    const ends = await Promise.all([world.run(['run']), reference.run(['run'])]);
    expect(ends.map((end) => end.exitCode)).toEqual([0, 0]);
    expect(lastingWorld(world)).toEqual(lastingWorld(reference));
    expect(startMails(world)).toBe(startMails(reference));
  } finally {
    await stopWorld(world);
    await stopWorld(reference);
  }
}

describe.each([
  { name: 'start with chat', cases: START },
  { name: 'stop with recording', cases: STOP },
])('SIGTERM during: $name', ({ name, cases }) => {
  test.concurrent.each(cases)(
    '$at',
    async (one) => {
      const story = KILL_STORIES.find((other) => other.name === name);
      if (story === undefined) throw new Error(`there is no story ${name}`);
      const stage = await prepareStage(story);
      await termAt(stage, one).finally(() => stage.clear());
    },
    120_000,
  );
});

test.concurrent(
  'SIGTERM while it waits for its turn in the minute: it ends at once, and nothing is done',
  async () => {
    const world = await startWorld({
      numberOfLives: 1,
      chatRedis: false,
      env: { NUMBER_SERVERS: '2', SERVER_NUMBER: '2' },
    });
    try {
      world.teacherAsks({});
      const end = await watchedTick(world, { at: 'before a pause of 30 s', whom: 'alone', signal: 'SIGTERM' });
      expect(end).toEqual({ exitCode: 143, signal: null, moments: ['before a pause of 30 s'] });
      expect(world.pod.requests).toEqual([]);
      expect(world.files()).toEqual([]);
    } finally {
      await world.stop();
    }
  },
  120_000,
);
