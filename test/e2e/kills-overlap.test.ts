// Three ticks at work on one server, the built program: one of them killed by SIGKILL at every moment, and a reboot in the middle.
import { expect, test } from '@jest/globals';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inParallel } from '../support/in-parallel.js';
import { composeHasEnded, watchedTick, type KillOrder } from '../support/killed-program.js';
import {
  lastingWorld,
  prepareStage,
  startMails,
  stopWorld,
  unnotedStartMails,
  type KillStory,
  type Stage,
} from '../support/kill-stories.js';
import {
  goOn,
  holdDuring,
  isHeld,
  killDuring,
  quickContainers,
  startQuickWorld,
  stateOf,
} from '../support/quick-compose.js';

const SLOT_1 = 'bbb-live-streaming1';
const FURTHER_TICKS = 2;
const AT_ONCE = 3;
const TIMEOUT_MS = 240_000;

const STORY: KillStory = {
  name: 'one ends while another begins',
  slots: 2,
  atLeast: 30,
  among: [/^before POST/, /^after PATCH/, /^before docker-compose up/, /^after the text of a mail/],
  begin: (world) => void world.teacherAsks({ meetingId: 'meeting-1', recording: true }),
  afterFirstTick: (world) => {
    world.meetingEnds('meeting-1');
  },
};

interface Played {
  moments: string[];
  /** Of the first tick, the third and those that followed. */
  exitCodes: (number | null)[];
  startMailsTooMany: number;
  world: Record<string, unknown>;
}

/** It is made of the time at which the meeting began. */
function withoutId(world: Record<string, unknown>, internalMeetingId: string): Record<string, unknown> {
  return JSON.parse(JSON.stringify(world).replaceAll(internalMeetingId, 'internal-id')) as Record<string, unknown>;
}

/** The first tick hangs in a `down`; the second, which starts what is asked for meanwhile, is killed; the third makes it good. */
async function play(stage: Stage, order: KillOrder | null, expected: Record<string, unknown> | null): Promise<Played> {
  const world = await stage.make();
  try {
    holdDuring(world, { project: SLOT_1, at: 'begin', call: 'down' });
    const first = world.start(['run']).ended;
    await isHeld(world);
    const { meeting } = world.teacherAsks({ meetingId: 'meeting-2' });
    const lasting = (): Record<string, unknown> => withoutId(lastingWorld(world), meeting.internal_meeting_id);
    const { moments } = await watchedTick(world, order);
    const allowedMails = 2 + unnotedStartMails(world);
    const exitCodes = [(await world.run(['run'])).exitCode];
    goOn(world);
    exitCodes.push((await first).exitCode);
    await composeHasEnded(world);
    const isAsExpected = (): boolean => JSON.stringify(lasting()) === JSON.stringify(expected);
    for (let ticks = 0; ticks < FURTHER_TICKS && !isAsExpected(); ticks += 1)
      exitCodes.push((await world.run(['run'])).exitCode);
    const startMailsTooMany = Math.max(0, startMails(world) - allowedMails);
    return { moments, exitCodes, startMailsTooMany, world: lasting() };
  } finally {
    await stopWorld(world);
  }
}

test(
  'the one that starts what is asked for, while another hangs in the end of a live, is killed at every moment: the third makes it good',
  async () => {
    const stage = await prepareStage(STORY);
    try {
      const { moments, world, exitCodes } = await play(stage, null, null);
      expect(new Set(exitCodes)).toEqual(new Set([0]));
      expect(STORY.among.filter((pattern) => !moments.some((moment) => pattern.test(moment)))).toEqual([]);
      expect(moments.length).toBeGreaterThanOrEqual(STORY.atLeast);
      const points = moments.filter((_, index) => moments[index - 1]?.startsWith('after ') !== true);
      const results = await inParallel([...points.entries()], AT_ONCE, async ([index, at]) => {
        const played = await play(stage, { at, whom: index % 2 === 0 ? 'group' : 'alone' }, world);
        return { at, ...played, moments: [], exitCodes: [...new Set(played.exitCodes)] };
      });
      const good = points.map((at) => ({ at, moments: [], exitCodes: [0], startMailsTooMany: 0, world }));
      expect(results).toEqual(good);
    } finally {
      await stage.clear();
    }
  },
  TIMEOUT_MS,
);

test(
  'a reboot while one live ends, one begins and one goes on: all processes gone, all containers exited; the next ticks put it right',
  async () => {
    const world = await startQuickWorld({ numberOfLives: 3, chatRedis: false });
    try {
      world.teacherAsks({ meetingId: 'meeting-1', recording: true });
      world.teacherAsks({ meetingId: 'meeting-2', recording: true });
      expect((await world.run(['run'])).exitCode).toBe(0);
      world.meetingEnds('meeting-1');
      killDuring(world, { project: SLOT_1, at: 'half', call: 'down' }, 'group');
      expect((await watchedTick(world, null)).signal).toBe('SIGKILL');
      world.teacherAsks({ meetingId: 'meeting-3', recording: true });
      killDuring(world, { project: 'bbb-live-streaming3', at: 'half', call: 'up -d' }, 'group');
      expect((await watchedTick(world, null)).signal).toBe('SIGKILL');
      for (const { project } of quickContainers(world))
        rmSync(join(stateOf(world), project, 'running'), { force: true });
      expect(quickContainers(world).filter(({ isRunning }) => isRunning)).toEqual([]);
      for (const _tick of [1, 2]) await world.run(['run']);
      expect(world.pod.state.livestreams).toMatchObject([
        { status: 2 },
        { status: 1, server: '1/2' },
        { status: 1, server: '1/3' },
      ]);
      expect(
        quickContainers(world)
          .filter(({ isRunning }) => isRunning)
          .map(({ project }) => project)
          .sort(),
      ).toEqual(['bbb-live-streaming2', 'bbb-live-streaming3']);
      expect(readdirSync(world.recordingsDirectory)).toHaveLength(1);
      expect(world.pod.state.broadcasters).toHaveLength(2);
      expect((await world.run(['run'])).exitCode).toBe(0);
    } finally {
      await stopWorld(world);
    }
  },
  TIMEOUT_MS,
);
