// Lives that the PHP script has started are adopted and ended properly, with nothing restarted; its directories are accepted.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { composeFileOf, originalLive, writeOriginalSlot } from '../support/e2e-original.js';
import {
  broadcasterNames,
  composeActs,
  environmentIn,
  filesBelow,
  handedOver,
  inWorld,
  lastMail,
  live,
  PATIENCE_MS,
  podWrites,
  streamers,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import type { World } from '../world/world.js';

/** What the tests' own calls of the stand-in left in its log. */
function actsSince(world: World, before: string[]): string[] {
  return composeActs(world).slice(before.length);
}

const COMPOSE_FILES: Record<string, (path: string) => void> = {
  intact: () => undefined,
  'cut short': (path) => {
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 700));
  },
  'no YAML': (path) => {
    writeFileSync(path, 'services:\n  bbb-streamer: [\n');
  },
  empty: (path) => {
    writeFileSync(path, '');
  },
  missing: (path) => {
    rmSync(path);
  },
};

describe('a live that the PHP script has started', () => {
  test.concurrent.each(['2.8.2', '3.7.0'] as const)(
    'goes on untouched and ends with its recording handed over (Pod %s)',
    async (podVersion) => {
      await inWorld({ podVersion, env: { NUMBER_LIVES: '1' } }, async (world) => {
        // Its slug in Pod 2 is `bbb-cours-`, which nobody gets from the name alone.
        const { meeting } = await originalLive(world, {
          slot: 1,
          meetingId: 'm',
          name: 'Cours -',
          recording: true,
          chat: true,
        });
        const [before, acts, file] = [world.snapshot(), composeActs(world), composeFileOf(world, 1)];
        expect(await tick(world)).toBe(0);
        const after = world.snapshot();
        expect({ pod: after.pod, containers: after.containers, writes: after.podWrites, mails: after.mails }).toEqual({
          pod: before.pod,
          containers: before.containers,
          writes: [],
          mails: 0,
        });
        expect(actsSince(world, acts)).toEqual([]);
        expect(composeFileOf(world, 1)).toBe(file);
        expect(filesBelow(world, 'base/bbb-live-streaming1/')).toContain('live.json');
        world.meetingEnds('m');
        expect(await tick(world)).toBe(0);
        expect(actsSince(world, acts)).toEqual(['1 down']);
        expect(live(world)).toMatchObject({ status: 2, end_date: expect.any(String) as unknown });
        expect(broadcasterNames(world)).toEqual([]);
        expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
        expect(meeting).toMatchObject({ encoded_by: 2, encoding_step: 3 });
        expect(world.docker.containers()).toEqual([]);
        expect(subjects(world)).toEqual([]);
        expect(composeFileOf(world, 1)).not.toContain(world.env['BBB_SECRET']);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent.each(Object.entries(COMPOSE_FILES))(
    'is ended in one tick when its meeting is over, with its compose file %s',
    async (_name, damage) => {
      await inWorld({}, async (world) => {
        const { meeting } = await originalLive(world, { slot: 1, meetingId: 'm', name: 'Cours', recording: true });
        world.meetingEnds('m');
        damage(join(world.slotDirectory(1), 'docker-compose.yml'));
        expect(await tick(world)).toBe(0);
        expect(live(world).status).toBe(2);
        expect(world.docker.containers()).toEqual([]);
        expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
        expect(broadcasterNames(world)).toEqual([]);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'goes on while its compose file is damaged or missing',
    inWorld({ numberOfLives: 2 }, async (world) => {
      await originalLive(world, { slot: 1, meetingId: 'm-1', name: 'Cours 1' });
      await originalLive(world, { slot: 2, meetingId: 'm-2', name: 'Cours 2' });
      const before = world.snapshot();
      writeFileSync(join(world.slotDirectory(1), 'docker-compose.yml'), 'services: [');
      rmSync(join(world.slotDirectory(2), 'docker-compose.yml'));
      expect([await tick(world), await tick(world)]).toEqual([0, 0]);
      expect(subjects(world)).toEqual([]);
      expect(world.snapshot().containers).toEqual(before.containers);
      expect(world.snapshot().pod).toEqual(before.pod);
      expect(podWrites(world)).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'goes on while its facts cannot be read in Pod, even when its meeting is over, and is ended then',
    inWorld({}, async (world) => {
      const { meeting } = await originalLive(world, { slot: 1, meetingId: 'm', name: 'Cours', recording: true });
      world.meetingEnds('m');
      const before = world.snapshot();
      for (const path of [/bbb_meeting/, /broadcasters/]) {
        const mend = world.pod.fault({
          path,
          answer: { kind: 'answer', status: 500, contentType: 'text/html', body: '<h1>500</h1>' },
        });
        expect(await tick(world)).toBe(1);
        expect(world.snapshot().containers).toEqual(before.containers);
        expect(world.snapshot().pod).toEqual(before.pod);
        mend();
      }
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
      expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      expect(subjects(world)).toEqual([SUBJECTS.error, SUBJECTS.error, SUBJECTS.normal]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'whose broadcaster is no longer in Pod ends all the same',
    inWorld({}, async (world) => {
      await originalLive(world, { slot: 1, meetingId: 'm', name: 'Cours' });
      world.pod.state.broadcasters.length = 0;
      world.meetingEnds('m');
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
      expect(world.docker.containers()).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'whose container has died is started again and reported',
    inWorld({}, async (world) => {
      await originalLive(world, { slot: 1, meetingId: 'm', name: 'Cours' });
      await world.docker.killContainer('bbb-live-streaming1');
      expect(await tick(world)).toBe(1);
      expect(environmentIn(world)).toMatchObject({
        BBB_MEETING_ID: 'm',
        BBB_MEETING_TITLE: '[BBB] Cours',
        BBB_STREAM_URL: 'rtmp://rtmp.test/live/bbb-Cours',
      });
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      expect(lastMail(world)).toMatch(/conteneur/i);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'beside others is ended alone, in slots above NUMBER_LIVES too, and a request takes a free slot of the script',
    inWorld({ env: { NUMBER_LIVES: '2' } }, async (world) => {
      await originalLive(world, { slot: 1, meetingId: 'm-1', name: 'Cours 1' });
      writeOriginalSlot(world, 2);
      await originalLive(world, { slot: 3, meetingId: 'm-3', name: 'Cours 3', recording: true });
      await originalLive(world, { slot: 4, meetingId: 'm-4', name: 'Cours 4' });
      const { livestream } = world.teacherAsks({ meetingId: 'm-new', name: 'Nouveau' });
      const { livestream: waiting } = world.teacherAsks({ meetingId: 'm-later' });
      world.meetingEnds('m-3');
      expect(await tick(world)).toBe(0);
      expect([1, 2, 3].map((id) => live(world, id).status)).toEqual([1, 2, 1]);
      expect(live(world, livestream.id).server).toBe('1/2');
      expect(live(world, waiting.id).server).toBeNull();
      expect(streamers(world).map(({ environment }) => environment['BBB_MEETING_ID'])).toEqual(['m-1', 'm-new', 'm-4']);
      world.meetingEnds('m-4');
      expect(await tick(world)).toBe(0);
      expect(live(world, 3).status).toBe(2);
      expect(live(world, waiting.id).server).toBeNull();
      expect(streamers(world).map(({ starts }) => starts)).toEqual([1, 1]);
    }),
    PATIENCE_MS,
  );
});

describe('init on the directories of the PHP script', () => {
  test.concurrent(
    'keeps the file of a free slot as .php-orig, and leaves a slot in use alone',
    inWorld({ numberOfLives: 3 }, async (world) => {
      await originalLive(world, { slot: 1, meetingId: 'm', name: 'Cours', recording: true });
      writeOriginalSlot(world, 2);
      const original = composeFileOf(world, 2);
      const used = (): unknown => world.files().filter(({ path }) => path.startsWith('base/bbb-live-streaming1/'));
      const [before, acts] = [used(), composeActs(world)];
      const result = await world.run(['init', '--no-pull']);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(result.stdout).toMatch(/in use +bbb-live-streaming1/);
      expect(result.stdout).toMatch(/renewed +bbb-live-streaming2: .*php-orig/);
      expect(result.stdout).toMatch(/made +bbb-live-streaming3/);
      expect(used()).toEqual(before);
      expect(actsSince(world, acts)).toEqual([]);
      expect(readFileSync(join(world.slotDirectory(2), 'docker-compose.yml.php-orig'), 'utf8')).toBe(original);
      expect(composeFileOf(world, 2)).not.toBe(original);
      const after = world.files();
      expect(await world.run(['init', '--no-pull'])).toMatchObject({ exitCode: 0 });
      expect(world.files()).toEqual(after);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'leaves them alone when Pod or Docker cannot say whether they are in use',
    inWorld({}, async (world) => {
      writeOriginalSlot(world, 1);
      const original = composeFileOf(world, 1);
      world.pod.fault({ answer: { kind: 'answer', status: 401, body: '{"detail":"no"}' } });
      expect((await world.run(['init', '--no-pull'])).stdout).toMatch(/in use +bbb-live-streaming1/);
      world.pod.clearFaults();
      world.docker.setBehaviour({ daemonDown: true });
      expect((await world.run(['init', '--no-pull'])).stdout).toMatch(/in use +bbb-live-streaming1/);
      expect(composeFileOf(world, 1)).toBe(original);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'pulls the images, and says when that fails',
    inWorld({ numberOfLives: 2 }, async (world) => {
      expect(await world.run(['init'])).toMatchObject({ exitCode: 0 });
      expect(composeActs(world)).toEqual(['1 pull']);
      world.docker.setBehaviour({ missingImages: ['redis:6.2'] });
      const result = await world.run(['init']);
      expect(result.exitCode).toBe(1);
      expect(result.stdout).toContain('redis:6.2');
    }),
    PATIENCE_MS,
  );
});
