// The life of a live from the teacher's request to the recording in Pod's hands, and what may cross it.
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  broadcasterNames,
  broadcasterOf,
  composeActs,
  environmentIn,
  filesBelow,
  handedOver,
  inOutbox,
  inSlot,
  inWorld,
  kept,
  lastMail,
  live,
  logText,
  PATIENCE_MS,
  streamers,
  subjects,
  SUBJECTS,
  tick,
  WAITING,
} from '../support/e2e-world.js';
import { namesOfAllKinds } from '../support/e2e-names.js';
import type { World, WorldOptions } from '../world/world.js';

/** More stopped lives than a page holds; their rooms are in use again. */
function addStoppedLives(world: World): void {
  for (let past = 1; past <= 14; past += 1) {
    world.teacherAsks({
      meetingId: `past-${past}`,
      row: { status: 2, server: '1/1', broadcaster_id: 900 + past, start_date: '2024-01-01T08:00:00Z' },
    });
  }
}

/** The last line of the start mail's text that names the meeting. */
function meetingInMail(text: string): string | undefined {
  return /^Réunion : (.*)$/m.exec(text)?.[1];
}

const LIVES: [string, WorldOptions, string][] = [
  ['Pod 2.8.2', { podVersion: '2.8.2' }, '/live/bbb-cours-dete-n1/'],
  ['Pod 3.7.0, whose filters do nothing', { podVersion: '3.7.0' }, '/live/direct/bbb-cours-dete-n1/'],
  ['Compose v2', { podVersion: '3.7.0', composeV2: true }, '/live/direct/bbb-cours-dete-n1/'],
];

describe('a live', () => {
  test.concurrent.each(LIVES)(
    'is asked for, starts, goes on, ends and is handed over, with %s',
    async (_name, options, page) => {
      await inWorld({ ...options, chatRedis: true }, wholeLife(page))();
    },
    PATIENCE_MS,
  );

  function wholeLife(page: string): (world: World) => Promise<void> {
    return async (world) => {
      addStoppedLives(world);
      const { livestream, meeting } = world.teacherAsks({
        meetingId: 'm',
        name: "Cours d'été n°1",
        recording: true,
        chat: true,
        restricted: true,
      });
      const { id } = livestream;
      expect(await tick(world)).toBe(0);
      const broadcaster = broadcasterOf(world, id);
      expect(broadcaster).toEqual({
        id: broadcaster.id,
        name: "[BBB] Cours d'été n°1",
        slug: 'bbb-cours-dete-n1',
        building: 1,
        description: '',
        stream_url: 'https://hls.test/hls/bbb-Cours-d-ete-n1.m3u8',
        status: true,
        is_restricted: true,
      });
      expect(live(world, id)).toEqual({
        ...livestream,
        status: 1,
        server: '1/1',
        broadcaster_id: broadcaster.id,
        redis_hostname: 'live1.test',
        redis_port: 6379,
        redis_channel: 'chat1',
        end_date: null,
      });
      expect(environmentIn(world)).toMatchObject({
        BBB_MEETING_ID: 'm',
        BBB_MEETING_TITLE: "[BBB] Cours d'été n°1",
        BBB_STREAM_URL: 'rtmp://rtmp.test/live/bbb-Cours-d-ete-n1',
        BBB_DOWNLOAD_MEETING: 'true',
        BBB_ENABLE_CHAT: 'true',
        BBB_CHAT_STREAM_URL: `${world.pod.url}${page}`,
        TZ: 'Europe/Paris',
        DEBUG: '',
      });
      expect(subjects(world)).toEqual([SUBJECTS.start]);
      expect(lastMail(world)).toContain(
        `(id : ${id}, stream : rtmp://rtmp.test/live/bbb-Cours-d-ete-n1) sur le serveur 1`,
      );
      expect(meetingInMail(lastMail(world))).toBe("Cours d'été n°1");

      const before = world.snapshot();
      expect(await tick(world)).toBe(0);
      expect(world.snapshot()).toEqual({ ...before, files: expect.anything() as unknown });

      world.meetingEnds('m');
      const endedBefore = Date.now();
      expect(await tick(world)).toBe(0);
      const row = live(world, id);
      expect(row.status).toBe(2);
      expect(Math.abs(Date.parse(String(row.end_date)) - endedBefore)).toBeLessThan(PATIENCE_MS);
      expect(world.docker.containers()).toEqual([]);
      expect(composeActs(world)).toEqual(['1 up', '1 down']);
      expect(broadcasterNames(world)).toEqual([]);
      expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      expect(meeting).toMatchObject({ encoded_by: 2, encoding_step: 3 });
      expect(subjects(world)).toEqual([SUBJECTS.start]);
      expect(filesBelow(world, 'base/bbb-live-streaming1/').sort()).toEqual(['.compose.lock', 'docker-compose.yml']);
      // The stopped lives, whose rooms run, are as they were.
      expect(world.pod.state.livestreams.filter(({ status }) => status === 2)).toHaveLength(15);
    };
  }

  test.concurrent.each(['2.8.2', '3.7.0'] as const)(
    'gets another name when Pod %s meanwhile gave its slug away and answers 500',
    async (podVersion) => {
      await inWorld({ podVersion }, async (world) => {
        const { livestream } = world.teacherAsks({ meetingId: 'm', name: 'Cours' });
        const others = {
          id: 900,
          name: '[BBB] Cours !',
          slug: 'bbb-cours',
          building: 1,
          description: '',
          stream_url: 'https://other.test/x.m3u8',
          status: true,
          is_restricted: false,
        };
        const act = (): void => {
          world.pod.state.broadcasters.push({ ...others });
        };
        world.pod.fault({ method: 'POST', path: /broadcasters/, times: 1, answer: { kind: 'meanwhile', act } });
        expect(await tick(world)).toBe(0);
        expect(world.snapshot().podWrites).toContain('POST /rest/broadcasters/ 500');
        expect(broadcasterOf(world, livestream.id)).toMatchObject({
          name: '[BBB] Cours (1)',
          stream_url: 'https://hls.test/hls/bbb-Cours-1.m3u8',
        });
        world.meetingEnds('m');
        expect(await tick(world)).toBe(0);
        expect(world.pod.state.broadcasters).toEqual([others]);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent.each(['2.8.2', '3.7.0'] as const)(
    'of any name keeps it in Pod, in its container and in the mail, side by side with others (Pod %s)',
    async (podVersion) => {
      const names = namesOfAllKinds();
      await inWorld({ podVersion, numberOfLives: names.length }, async (world) => {
        names.forEach(({ name }, index) => world.teacherAsks({ meetingId: `m-${index}`, name }));
        expect(await tick(world)).toBe(0);
        const mails = world.smtp.mails.map(({ text }) => text);
        const seen = names.map(({ shown }, index) => {
          const id = index + 1;
          const mail = mails.find((text) => text.includes(`(id : ${id},`)) ?? '';
          const slot = Number(live(world, id).server?.split('/')[1]);
          return {
            inPod: broadcasterOf(world, id).name,
            inContainer: environmentIn(world, slot)['BBB_MEETING_TITLE'],
            inMail: meetingInMail(mail)?.startsWith(shown),
          };
        });
        expect(seen).toEqual(names.map(({ title }) => ({ inPod: title, inContainer: title, inMail: true })));
        const streams = streamers(world).map(({ environment }) => environment['BBB_STREAM_URL']?.toLowerCase());
        expect(new Set(streams).size).toBe(names.length);
        for (const stream of streams) expect(stream).toMatch(/^rtmp:\/\/rtmp\.test\/live\/bbb-[a-z0-9._-]+$/);
        // What Pod 2 makes of their ends is in defect 9.
        if (podVersion === '2.8.2') return;
        for (const { meetingId } of [...world.bbb.meetings]) world.meetingEnds(meetingId);
        expect(await tick(world)).toBe(0);
        expect(world.docker.containers()).toEqual([]);
        expect(broadcasterNames(world)).toEqual([]);
        expect(new Set(world.pod.state.livestreams.map(({ status }) => status))).toEqual(new Set([2]));
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'without chat publishes no Redis; requests take the lowest free slot, the oldest first, and wait in silence when there is none',
    inWorld({ numberOfLives: 2 }, async (world) => {
      const [young, old, middle] = [
        world.teacherAsks({ meetingId: 'm-young', row: { start_date: '2026-03-01T12:00:00Z' } }).livestream,
        world.teacherAsks({ meetingId: 'm-old', row: { start_date: '2026-03-01T10:00:00Z' } }).livestream,
        world.teacherAsks({ meetingId: 'm-middle', row: { start_date: '2026-03-01T11:00:00+00:00' } }).livestream,
      ];
      expect(await tick(world)).toBe(0);
      expect([old, middle, young].map(({ id }) => live(world, id).server)).toEqual(['1/1', '1/2', null]);
      expect(world.docker.containers().flatMap(({ ports }) => ports)).toEqual([]);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.start]);
      expect(live(world, young.id)).toMatchObject(WAITING);
      expect(logText(world)).toMatch(new RegExp(`\\[INFO\\] - livestream ${young.id}.*no slot is free`));
      world.meetingEnds('m-old');
      expect(await tick(world)).toBe(0);
      expect(await tick(world)).toBe(0);
      expect(live(world, young.id)).toMatchObject({ status: 1, server: '1/1' });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'starts where BBB knows sha256 only, and that the streaming image cannot do that is said',
    inWorld({ bbb: { checksums: ['sha256'] } }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(1);
      expect(subjects(world).sort()).toEqual([SUBJECTS.start, SUBJECTS.error]);
      expect(world.smtp.mails.map(({ text }) => text).join()).toContain('sha1');
      world.meetingEnds('m');
      await tick(world, { BBB_CHECKSUM: 'sha256' });
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'goes on behind a Scalelite that lists no meetings, until it says that the meeting is not found',
    inWorld({ bbb: { flavour: 'scalelite', getMeetingsDisabled: true } }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(1);
      expect(streamers(world)).toHaveLength(1);
      world.bbb.settings.serverBehindFails = true;
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(1);
      world.bbb.settings.serverBehindFails = false;
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'goes on in a room that is still or again empty',
    inWorld({}, async (world) => {
      world.meetingStarts({ meetingId: 'm', running: false });
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(1);
      expect(await tick(world)).toBe(0);
      expect(streamers(world)).toHaveLength(1);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'ends when its room was started again, and its recording stays its own',
    inWorld({ numberOfLives: 2 }, async (world) => {
      const first = world.teacherAsks({ meetingId: 'm', recording: true });
      await tick(world);
      world.meetingStarts({ meetingId: 'm' });
      const second = world.teacherAsks({ meetingId: 'm', recording: true });
      expect(await tick(world)).toBe(0);
      expect([first, second].map(({ livestream }) => live(world, livestream.id).status)).toEqual([2, 1]);
      expect(handedOver(world)).toEqual({ [`${first.meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      world.meetingEnds('m');
      expect(await tick(world)).toBe(0);
      expect(Object.keys(handedOver(world)).sort()).toEqual(
        [first, second].map(({ meeting }) => `${meeting.internal_meeting_id}.mkv`).sort(),
      );
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'whose container had died hands both recordings over, the second when Pod has collected the first',
    inWorld({}, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
      await tick(world);
      await world.docker.killContainer('bbb-live-streaming1', 'bbb-streamer', 0);
      expect(await tick(world)).toBe(1);
      expect(streamers(world).map(({ starts }) => starts)).toEqual([2]);
      expect(lastMail(world)).toMatch(/conteneur/i);
      expect(composeActs(world)).toEqual(['1 up', '1 up']);
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      const final = `${meeting.internal_meeting_id}.mkv`;
      expect(handedOver(world)).toEqual({ [final]: 'm, without end' });
      expect([inSlot(world), Object.values(inOutbox(world))]).toEqual([{}, ['m, whole']]);
      expect(live(world).status).toBe(2);
      expect(broadcasterNames(world)).toEqual([]);
      expect(await tick(world)).toBe(1);
      expect(handedOver(world)).toEqual({ [final]: 'm, without end' });
      rmSync(join(world.recordingsDirectory, final));
      expect(await tick(world)).toBe(0);
      expect(handedOver(world)).toEqual({ [final]: 'm, whole' });
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );
});

describe('a request', () => {
  test.concurrent(
    "is given back in the same tick when 'up' fails, and started when that has passed",
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', chat: true });
      world.docker.setBehaviour({
        failures: [
          // What it had begun is there: one container runs, the other has died.
          {
            command: 'up',
            times: 1,
            afterwards: true,
            leavesDead: 'bbb-streamer',
            stderr: 'ERROR: the network is gone\n',
          },
        ],
      });
      expect(await tick(world)).toBe(1);
      expect(live(world)).toMatchObject(WAITING);
      expect(broadcasterNames(world)).toEqual([]);
      expect(world.docker.containers()).toEqual([]);
      expect(composeActs(world)).toEqual(['1 up', '1 down']);
      expect(filesBelow(world, 'base/bbb-live-streaming1/')).not.toContain('live.json');
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      expect(lastMail(world)).toContain('the network is gone');
      // The chat's Redis is not there in this world: it is told of, and does not hold the live up.
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(1);
      expect(subjects(world)).toContain(SUBJECTS.start);
      expect(lastMail(world)).toMatch(/Redis/);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "whose image is missing waits, and the mail names 'init'",
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.docker.setBehaviour({ missingImages: ['aauzid/bigbluebutton-livestreaming'] });
      expect(await tick(world)).toBe(1);
      expect(live(world)).toMatchObject(WAITING);
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      expect(lastMail(world)).toContain('bbb-pod-live init');
      expect(lastMail(world)).toContain('aauzid/bigbluebutton-livestreaming');
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'whose meeting is over is closed with a word to the administrator, and that is no error',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', running: false });
      expect(await tick(world)).toBe(0);
      expect(live(world)).toMatchObject({
        status: 2,
        server: null,
        broadcaster_id: null,
        end_date: expect.any(String) as unknown,
      });
      expect(composeActs(world)).toEqual([]);
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      expect(lastMail(world)).toMatch(/direct 1/i);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toHaveLength(1);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'is started even when BBB cannot be read',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.bbb.fault({ answer: { kind: 'answer', status: 502, body: '<html>' } });
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(1);
      expect(streamers(world)).toHaveLength(1);
    }),
    PATIENCE_MS,
  );
});

describe('a recording', () => {
  test.concurrent(
    'of a live without user is kept aside, and the live ends',
    inWorld({}, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true, user: null });
      await tick(world);
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      const name = `1-${meeting.internal_meeting_id}.mkv`;
      expect(kept(world)).toEqual({ [name]: 'm, whole' });
      expect(handedOver(world)).toEqual({});
      expect(live(world).status).toBe(2);
      expect(meeting.encoded_by).toBeNull();
      expect(lastMail(world)).toContain(name);
      expect(world.files().find(({ path }) => path === `base/kept/${name}`)?.mode).toBe('0600');
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'of a user whom Pod refuses for good is kept aside, too',
    inWorld({}, async (world) => {
      // User 3 is not of the staff.
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true, user: 3 });
      await tick(world);
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expect(kept(world)).toEqual({ [`1-${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      expect(handedOver(world)).toEqual({});
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "is kept under its own live's name without POD_DEFAULT_BBB_PATH",
    inWorld({ env: { POD_DEFAULT_BBB_PATH: '' } }, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm-1', recording: true });
      await tick(world);
      world.meetingEnds('m-1');
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(2);
      expect(kept(world)).toEqual({ [`1-${meeting.internal_meeting_id}.mkv`]: 'm-1, whole' });
      expect([inSlot(world), inOutbox(world)]).toEqual([{}, {}]);
      world.teacherAsks({ meetingId: 'm-2' });
      expect(await tick(world)).toBe(0);
      expect(live(world, 2).status).toBe(1);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error, SUBJECTS.start]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'waits in the outbox, while its live has ended, as long as the target is missing, is a file, or still holds a file of that meeting',
    inWorld({}, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
      const [target, final] = [
        world.recordingsDirectory,
        join(world.recordingsDirectory, `${meeting.internal_meeting_id}.mkv`),
      ];
      await tick(world);
      world.meetingEnds('m');
      const waits = async (): Promise<void> => {
        expect(await tick(world)).toBe(1);
        expect(live(world).status).toBe(2);
        expect([inSlot(world), Object.values(inOutbox(world))]).toEqual([{}, ['m, whole']]);
        expect(world.docker.containers()).toEqual([]);
        expect(broadcasterNames(world)).toEqual([]);
      };
      renameSync(target, `${target}-away`);
      await waits();
      expect(lastMail(world)).toContain(target);
      writeFileSync(target, 'a file');
      await waits();
      rmSync(target);
      renameSync(`${target}-away`, target);
      writeFileSync(final, 'REC earlier\nEND\n');
      await waits();
      expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'earlier, whole' });
      expect(meeting.encoded_by).toBeNull();
      rmSync(final);
      expect(await tick(world)).toBe(0);
      expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      expect(live(world).status).toBe(2);
      expect(subjects(world).at(-1)).toBe(SUBJECTS.normal);
    }),
    PATIENCE_MS,
  );

  const MEMORY = '/dev/shm';
  const isOtherFileSystem = existsSync(MEMORY) && statSync(MEMORY).dev !== statSync(tmpdir()).dev;

  (isOtherFileSystem ? test.concurrent : test.skip)(
    'is handed over whole to another file system, readable as the PHP script left it',
    inWorld({}, async (world) => {
      const target = mkdtempSync(join(MEMORY, 'bbb-pod-live-'));
      try {
        const env = { POD_DEFAULT_BBB_PATH: target };
        const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
        world.docker.setBehaviour({ recordingBytes: 3_000_000 });
        await tick(world, env);
        world.meetingEnds('m');
        expect(await tick(world, env)).toBe(0);
        const final = join(target, `${meeting.internal_meeting_id}.mkv`);
        expect(readdirSync(target)).toEqual([`${meeting.internal_meeting_id}.mkv`]);
        expect(statSync(final).size).toBe(3_000_000 + 'END\n'.length);
        expect(statSync(final).mode & 0o777).toBe(0o755);
        expect([inSlot(world), inOutbox(world)]).toEqual([{}, {}]);
      } finally {
        rmSync(target, { recursive: true, force: true });
      }
    }),
    PATIENCE_MS,
  );
});
