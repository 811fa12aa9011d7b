// Ticks of the built program that overlap on one server: everything is done once (docs/promises.md, P1).
import { describe, expect, test } from '@jest/globals';
import { composeHasEnded, watchedTick } from '../support/killed-program.js';
import { startMails } from '../support/kill-stories.js';
import {
  callsIn,
  goOn,
  holdDuring,
  isHeld,
  killDuring,
  quickContainers,
  startQuickWorld,
  type CallMoment,
} from '../support/quick-compose.js';
import type { World } from '../world/world.js';

const SLOT_1 = 'bbb-live-streaming1';
const UP: CallMoment = { project: SLOT_1, at: 'begin', call: 'up -d' };

const WAYS = ['quick', 'slow before', 'slow half way', 'quick'] as const;

const ROUNDS = Array.from({ length: 20 }, (_, index) => ({
  round: index + 1,
  up: WAYS[index % WAYS.length] ?? 'quick',
}));

const PATIENCE_MS = 120_000;

/** What was done for the one request, as numbers. */
function done(world: World): Record<string, number> {
  return {
    ups: callsIn(world, SLOT_1).filter((call) => call === 'up -d').length,
    starts: quickContainers(world).reduce((sum, { starts }) => sum + starts, 0),
    broadcasters: world.pod.state.broadcasters.length,
    broadcastersMade: world.pod.requests.filter(({ method }) => method === 'POST').length,
    mails: world.smtp.mails.length,
    startMails: startMails(world),
  };
}

const ONCE = { ups: 1, starts: 1, broadcasters: 1, broadcastersMade: 1, mails: 1, startMails: 1 };

/** Three ticks at once. A slow `up` lasts until both others have ended. */
async function threeTicks(world: World, isSlow: boolean): Promise<(number | null)[]> {
  const ticks = [1, 2, 3].map(() => world.start(['run']).ended);
  if (isSlow) {
    let ended = 0;
    for (const tick of ticks)
      void tick.then(() => {
        if ((ended += 1) === 2) goOn(world);
      });
  }
  return (await Promise.all(ticks)).map(({ exitCode }) => exitCode);
}

describe('three ticks at once', () => {
  test.concurrent.each(ROUNDS)(
    'round $round ($up): one up, one broadcaster, one mail',
    async ({ round, up }) => {
      const world = await startQuickWorld({
        numberOfLives: 2,
        chatRedis: false,
        podVersion: round % 2 === 0 ? '2.8.2' : '3.7.0',
      });
      try {
        world.teacherAsks({ recording: true });
        if (up !== 'quick') holdDuring(world, { ...UP, at: up === 'slow before' ? 'begin' : 'half' });
        const exitCodes = await threeTicks(world, up !== 'quick');
        expect({ exitCodes, ...done(world) }).toEqual({ exitCodes: [0, 0, 0], ...ONCE });
        expect(world.pod.state.livestreams).toMatchObject([{ status: 1, server: '1/1' }]);
      } finally {
        await world.stop();
      }
    },
    PATIENCE_MS,
  );
});

function writesToPod(world: World): number {
  return world.pod.requests.filter(({ method }) => method !== 'GET').length;
}

test.concurrent(
  'while a tick outlives its minute the next ones leave its slot alone, and end at once with 0',
  async () => {
    const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
    try {
      world.teacherAsks({});
      holdDuring(world, UP);
      const slow = world.start(['run']).ended;
      await isHeld(world);
      const [before, writes] = [callsIn(world, SLOT_1).length, writesToPod(world)];
      for (const minute of [1, 2, 3]) {
        expect({ minute, ...(await world.run(['run'])) }).toEqual({
          minute,
          exitCode: 0,
          signal: null,
          stdout: '',
          stderr: '',
        });
      }
      const dry = await world.run(['run', '--dry-run']);
      expect(dry.exitCode).toBe(0);
      expect(dry.stdout).toMatch(
        /^Slot 1 is busy, and left alone: process \d+ has been at work for less than a minute: livestream 1: docker-compose up -d\n$/,
      );
      expect(callsIn(world, SLOT_1)).toHaveLength(before);
      expect(writesToPod(world)).toBe(writes);
      expect(world.smtp.mails).toEqual([]);
      goOn(world);
      expect((await slow).exitCode).toBe(0);
      expect(done(world)).toEqual(ONCE);
    } finally {
      await world.stop();
    }
  },
  PATIENCE_MS,
);

test.concurrent(
  'a request is up, and a live is put away, while another slot hangs, whatever was there first',
  async () => {
    const world = await startQuickWorld({ numberOfLives: 3, chatRedis: false });
    try {
      world.teacherAsks({ meetingId: 'meeting-1' });
      world.teacherAsks({ meetingId: 'meeting-2' });
      expect((await world.run(['run'])).exitCode).toBe(0);
      world.meetingEnds('meeting-1');
      holdDuring(world, { project: SLOT_1, at: 'begin', call: 'down' });
      const hanging = world.start(['run']).ended;
      await isHeld(world);
      world.meetingEnds('meeting-2');
      world.teacherAsks({ meetingId: 'meeting-3' });
      expect(await world.run(['run'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      expect(world.pod.state.livestreams).toMatchObject([{ status: 1 }, { status: 2 }, { status: 1, server: '1/3' }]);
      goOn(world);
      expect((await hanging).exitCode).toBe(0);
      expect(world.pod.state.livestreams).toMatchObject([{ status: 2 }, { status: 2 }, { status: 1 }]);
      expect(startMails(world)).toBe(3);
      expect(world.smtp.mails).toHaveLength(3);
    } finally {
      await world.stop();
    }
  },
  PATIENCE_MS,
);

test.concurrent(
  'a tick is killed while its docker-compose goes on: the next runs none in that slot, and serves the others',
  async () => {
    const world = await startQuickWorld({ numberOfLives: 2, chatRedis: false });
    try {
      world.teacherAsks({ meetingId: 'meeting-1' });
      killDuring(world, { ...UP, at: 'half' }, 'alone');
      expect((await watchedTick(world, null)).signal).toBe('SIGKILL');
      const before = callsIn(world, SLOT_1).length;
      world.teacherAsks({ meetingId: 'meeting-2' });
      expect((await world.run(['run'])).exitCode).toBe(0);
      expect(callsIn(world, SLOT_1).slice(before)).toEqual([]);
      expect(world.pod.state.livestreams).toMatchObject([{ server: '1/1' }, { status: 1, server: '1/2' }]);
      expect((await world.run(['run', '--dry-run'])).stdout).toMatch(
        /^Slot 1 is busy, and left alone: process \d+ has/,
      );
      goOn(world);
      await composeHasEnded(world);
      expect((await world.run(['run'])).exitCode).toBe(0);
      expect(world.pod.state.livestreams).toMatchObject([
        { status: 1, server: '1/1' },
        { status: 1, server: '1/2' },
      ]);
      expect(quickContainers(world)).toMatchObject([
        { isRunning: true, starts: 1 },
        { isRunning: true, starts: 1 },
      ]);
      expect(startMails(world)).toBe(2);
    } finally {
      await world.stop();
    }
  },
  PATIENCE_MS,
);

test.concurrent(
  'a killed tick leaves no lock behind',
  async () => {
    const world = await startQuickWorld({ numberOfLives: 1, chatRedis: false });
    try {
      world.teacherAsks({});
      expect(
        (await watchedTick(world, { at: 'before GET /rest/bbb_livestream/?status=1', whom: 'alone' })).signal,
      ).toBe('SIGKILL');
      expect((await world.run(['run'])).exitCode).toBe(0);
      expect(done(world)).toEqual(ONCE);
    } finally {
      await world.stop();
    }
  },
  PATIENCE_MS,
);
