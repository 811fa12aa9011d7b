// The built program while a start, a container or a chat keeps failing: bots, broadcasters and mails do not come each minute.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  broadcasterNames,
  composeActs,
  handedOver,
  inOutbox,
  inSlot,
  inWorld,
  kept,
  lastMail,
  letTriesBeMinutesOld,
  live,
  logText,
  PATIENCE_MS,
  podWrites,
  streamers,
  subjects,
  SUBJECTS,
  tick,
  WAITING,
} from '../support/e2e-world.js';
import type { World } from '../world/world.js';

const PORT_TAKEN =
  'ERROR: for redis  Cannot start service redis: driver failed programming external connectivity: Bind for 0.0.0.0:6379 failed: port is already allocated\n';

/** For a dozen ticks, on a machine that may have other work. */
const LONG_PATIENCE_MS = 2 * PATIENCE_MS;

/** Ticks in these minutes; answers those in which containers were started. */
async function minutesWithUp(world: World, minutes: number[]): Promise<number[]> {
  const found: number[] = [];
  for (const minute of minutes) {
    const last = found.at(-1);
    if (last !== undefined) letTriesBeMinutesOld(world, minute - last);
    const before = composeActs(world).length;
    await tick(world);
    if (composeActs(world).slice(before).includes('1 up')) found.push(minute);
  }
  return found;
}

describe('a start that keeps failing', () => {
  test(
    'because the port of its chat is taken: bots, broadcasters and fragments at growing pauses, and one mail',
    inWorld({}, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true, chat: true });
      // The streamer is started all the same, and records until it is taken down.
      world.docker.setBehaviour({
        failures: [{ command: 'up', afterwards: true, leavesDead: 'redis', stderr: PORT_TAKEN }],
      });
      expect(await minutesWithUp(world, [0, 1, 2, 3, 7, 8, 17])).toEqual([0, 1, 3, 8]);
      expect(podWrites(world).filter((write) => write.startsWith('POST'))).toHaveLength(4);
      expect(broadcasterNames(world)).toEqual([]);
      expect(world.docker.containers()).toEqual([]);
      expect(live(world)).toMatchObject(WAITING);
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      const name = `1-${meeting.internal_meeting_id}`;
      expect(Object.keys(kept(world))).toEqual(
        [`${name}-2.mkv`, `${name}-3.mkv`, `${name}-4.mkv`, `${name}.mkv`].sort(),
      );
      expect(inSlot(world)).toEqual({});
      // One entry: the fragment is part of the failure.
      expect(lastMail(world).match(/^\* .*/gm)).toEqual(['* Direct 1, emplacement 1 : démarrage impossible']);
      expect(lastMail(world)).toMatch(/port is already allocated; \S+\.mkv is now \S+\.mkv/);
      expect(lastMail(world)).toContain('puis au bout de 2 et 5 minutes, puis toutes les dix minutes');
    }),
    LONG_PATIENCE_MS,
  );

  test(
    'says in the log and in a dry run when it is tried again, and is then started',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.docker.setBehaviour({ failures: [{ command: 'up', times: 2 }] });
      expect(await minutesWithUp(world, [0, 1])).toEqual([0, 1]);
      letTriesBeMinutesOld(world, 1);
      const when =
        /livestream 1: waits: its start has failed here 2 times; it is tried again here from \d{4}-\S+\+0\d:00 on/;
      expect((await world.run(['run', '--dry-run'])).stdout).toMatch(when);
      expect(await tick(world)).toBe(0);
      expect(logText(world)).toMatch(when);
      expect(live(world)).toMatchObject(WAITING);
      letTriesBeMinutesOld(world, 2);
      expect((await world.run(['run', '--dry-run'])).stdout).not.toMatch(/waits/);
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(1);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.error, SUBJECTS.start, SUBJECTS.normal]);
    }),
    PATIENCE_MS,
  );
});

describe('a container that is gone while its meeting goes on', () => {
  test.each([
    ['network was pruned', 'lostNetwork', 'not found'],
    ['image was changed', 'changedImage', "KeyError: 'ContainerConfig'"],
  ] as const)(
    'and whose %s is taken down and made anew in the same tick; the live stays in progress',
    async (_what, stopped, words) => {
      await inWorld({}, async (world) => {
        world.teacherAsks({ meetingId: 'm', recording: true });
        await tick(world);
        const writes = podWrites(world);
        await world.docker.killContainer('bbb-live-streaming1');
        world.docker.setBehaviour({ stopped });
        expect(await tick(world)).toBe(1);
        expect(composeActs(world)).toEqual(['1 up', '1 up', '1 down', '1 up']);
        expect(streamers(world)).toHaveLength(1);
        expect(live(world)).toMatchObject({ status: 1, server: '1/1' });
        expect(podWrites(world)).toEqual(writes);
        expect(lastMail(world).match(/^\* .*/gm)).toEqual(['* Direct 1, emplacement 1 : conteneur arrêté']);
        expect(lastMail(world)).toContain(words);
        expect(lastMail(world)).toContain('Le direct reste en cours et son conteneur est redémarré');
        expect(lastMail(world) + logText(world)).not.toMatch(/attend dans Pod|waits in Pod/);
        expect(await tick(world)).toBe(0);
        expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error, SUBJECTS.normal]);
      })();
    },
    PATIENCE_MS,
  );

  test.each(['fr', 'en'])(
    'and cannot be started: tried at once, at the next tick, then after 2 and 4 minutes; one mail in its own words (%s)',
    async (language) => {
      await inWorld({ env: { MAIL_LANG: language } }, async (world) => {
        world.teacherAsks({ meetingId: 'm', recording: true });
        await tick(world);
        await world.docker.killContainer('bbb-live-streaming1');
        world.docker.setBehaviour({ failures: [{ command: 'up', stderr: 'ERROR: no space left on device\n' }] });
        expect(await minutesWithUp(world, [0, 1, 2, 3, 6, 7])).toEqual([0, 1, 3, 7]);
        expect(composeActs(world).slice(1)).toEqual(Array(4).fill(['1 up', '1 down', '1 up']).flat());
        expect(live(world)).toMatchObject({ status: 1, server: '1/1' });
        expect(broadcasterNames(world)).toEqual(['[BBB] m']);
        expect(world.smtp.mails).toHaveLength(2);
        expect(lastMail(world)).toMatch(language === 'fr' ? /Le direct reste en cours/ : /The live stays in progress/);
        expect(lastMail(world)).toContain('no space left on device');
        expect(lastMail(world) + logText(world)).not.toMatch(/attend dans Pod|waits in Pod/);
        expect(logText(world)).toMatch(/it is started again from \d{4}-\S+ on/);
      })();
    },
    LONG_PATIENCE_MS,
  );

  test(
    'leaves fragments that are all its own: each tick hands one over when Pod has collected the last, an empty one holds nothing up',
    inWorld({}, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
      await tick(world);
      for (let death = 0; death < 3; death += 1) {
        await world.docker.killContainer('bbb-live-streaming1');
        await tick(world);
        letTriesBeMinutesOld(world, 60);
      }
      const files = Object.keys(inSlot(world));
      expect(files).toHaveLength(4);
      writeFileSync(join(world.slotDirectory(1), 'videodata', files[1] ?? ''), '');
      world.meetingEnds('m');
      const final = join(world.recordingsDirectory, `${meeting.internal_meeting_id}.mkv`);
      const statuses: (number | null)[] = [];
      const collected: string[] = [];
      const waits = (): boolean => live(world).status === 1 || Object.keys(inOutbox(world)).length > 0;
      while (waits() && statuses.length < 9) {
        statuses.push(await tick(world));
        collected.push(...Object.values(handedOver(world)));
        rmSync(final, { force: true });
      }
      expect(collected).toEqual(['m, without end', 'm, without end', 'm, whole']);
      expect(statuses).toEqual([1, 1, 0]);
      expect(live(world).status).toBe(2);
      expect(kept(world)).toEqual({});
    }),
    PATIENCE_MS,
  );
});

describe("a chat's Redis that dies during its live", () => {
  test(
    'is started again, alone, and told once; the streamer goes on',
    inWorld({ chatRedis: true }, async (world) => {
      world.teacherAsks({ meetingId: 'm', chat: true });
      expect(await tick(world)).toBe(0);
      await world.docker.killContainer('bbb-live-streaming1', 'redis', 137);
      expect(await tick(world)).toBe(1);
      const { argv } = world.docker.calls().findLast((call) => call.argv.includes('up')) ?? { argv: [] };
      expect(argv.slice(-4)).toEqual(['up', '-d', '--no-recreate', 'redis']);
      expect(world.docker.containers().map(({ service, state, starts }) => [service, state, starts])).toEqual([
        ['redis', 'running', 2],
        ['bbb-streamer', 'running', 1],
      ]);
      expect(lastMail(world).match(/^\* .*/gm)).toEqual(['* Direct 1, emplacement 1 : tchat arrêté']);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error, SUBJECTS.normal]);
      // It dies again within the hour: no further mail, and it is not started each minute.
      await world.docker.killContainer('bbb-live-streaming1', 'redis', 137);
      world.docker.setBehaviour({ failures: [{ command: 'up', stderr: PORT_TAKEN }] });
      letTriesBeMinutesOld(world, 3);
      expect(await minutesWithUp(world, [0, 1, 2])).toEqual([0, 2]);
      expect(world.smtp.mails).toHaveLength(3);
      expect(streamers(world).map(({ starts }) => starts)).toEqual([1]);
    }),
    PATIENCE_MS,
  );

  test(
    "is nobody's concern in a live without chat",
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      await tick(world);
      await world.docker.killContainer('bbb-live-streaming1', 'redis');
      expect(await tick(world)).toBe(0);
      expect(composeActs(world)).toEqual(['1 up']);
      expect(subjects(world)).toEqual([SUBJECTS.start]);
    }),
    PATIENCE_MS,
  );
});
