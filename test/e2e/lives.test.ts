// Whose recordings the files in a slot are, recordings that were asked for and are not there, and lives that are not this host's.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { composeFileOf, originalLive } from '../support/e2e-original.js';
import {
  composeActs,
  environmentIn,
  filesBelow,
  handedOver,
  inWorld,
  kept,
  lastMail,
  live,
  logText,
  PATIENCE_MS,
  podWrites,
  streamers,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import { FILM_HEAD } from '../support/film.js';
import { pathOf } from '../support/programs.js';
import { mountSmallDisk, resizeSmallDisk } from '../support/small-disk.js';
import type { LivestreamRow } from '../world/pod-rows.js';
import type { World } from '../world/world.js';

function videodata(world: World, slot = 1): string {
  return join(world.slotDirectory(slot), 'videodata');
}

function memoryFile(world: World): string {
  return join(world.baseDirectory, 'memory.json');
}

describe('a recording that was asked for and is not there at the end', () => {
  test.concurrent(
    'is an error, mailed once, which names the log and what lies there instead; the live ends',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', recording: true });
      expect(await tick(world)).toBe(0);
      for (const name of readdirSync(videodata(world))) rmSync(join(videodata(world), name));
      mkdirSync(join(videodata(world), 'folder.mkv'));
      writeFileSync(join(videodata(world), 'nothing.mkv'), '');
      symlinkSync('/etc/passwd', join(videodata(world), 'link.mkv'));
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expect(lastMail(world)).toContain("pas d'enregistrement");
      expect(lastMail(world)).toMatch(/logs\/1\.log/);
      for (const what of ['folder.mkv is a directory', 'nothing.mkv is empty', 'link.mkv is a symbolic link'])
        expect(lastMail(world)).toContain(what);
      expect(filesBelow(world, 'base/logs/')).toContain('1.log');
      expect(live(world).status).toBe(2);
      expect(filesBelow(world, 'base/bbb-live-streaming1/')).not.toContain('live.json');
      expect([handedOver(world), kept(world)]).toEqual([{}, {}]);
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'has no folder to be in: the same',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', recording: true });
      expect(await tick(world)).toBe(0);
      world.meetingEnds('m');
      world.docker.setBehaviour({ ffmpeg: 'ignores' });
      rmSync(videodata(world), { recursive: true });
      await tick(world);
      expect(live(world).status).toBe(2);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'one name that is not UTF-8 spoils itself alone',
    inWorld({}, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
      expect(await tick(world)).toBe(0);
      const name = Buffer.concat([Buffer.from(`${videodata(world)}/caf`), Buffer.from([0xe9]), Buffer.from('.mkv')]);
      writeFileSync(name, 'something');
      world.meetingEnds('m');
      expect(await tick(world)).toBe(0);
      expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      expect(live(world).status).toBe(2);
      expect(logText(world)).toMatch(/caf\ufffd\.mkv has a name that is not UTF-8/);
    }),
    PATIENCE_MS,
  );
});

describe('a recording in which there is nothing to show', () => {
  const ffprobe = pathOf('ffprobe');

  test.concurrent.each([
    ['a text', 'REC m\n', true],
    ['a head with nothing after it, where ffprobe is installed', FILM_HEAD.subarray(0, 60), ffprobe !== null],
  ])(
    'is kept and told, never published: %s',
    async (_what, content, isSeen) => {
      await inWorld({}, async (world) => {
        const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
        expect(await tick(world)).toBe(0);
        for (const name of readdirSync(videodata(world))) writeFileSync(join(videodata(world), name), content);
        world.meetingEnds('m');
        const path = [world.env['PATH'], dirname(ffprobe ?? '/')].join(':');
        expect(await tick(world, { PATH: path })).toBe(isSeen ? 1 : 0);
        expect(live(world).status).toBe(2);
        if (!isSeen) return;
        expect(handedOver(world)).toEqual({});
        expect(Object.keys(kept(world))).toEqual([`1-${meeting.internal_meeting_id}.mkv`]);
        expect(lastMail(world)).toContain('there is nothing to show in it');
        expect(meeting.encoded_by).toBeNull();
        expect(await tick(world)).toBe(0);
      })();
    },
    PATIENCE_MS,
  );
});

test.concurrent(
  'a disk that may not last is told while there is time; on one that is nearly full a live begins without its recording: both mails say so, and nothing is missed at its end',
  inWorld({}, async (world) => {
    const unmount = mountSmallDisk(world.baseDirectory, 1_700_000_000);
    if (unmount === null && process.env['CI'] === 'true') throw new Error('no disk can be mounted here');
    if (unmount === null) return;
    try {
      world.teacherAsks({ meetingId: 'first', recording: true });
      expect(await tick(world)).toBe(0);
      expect(environmentIn(world)['BBB_DOWNLOAD_MEETING']).toBe('true');
      expect(await tick(world)).toBe(1);
      expect(lastMail(world)).toMatch(/\d+ MB are free in \S+, \d+ MB may be needed; 1 recording in progress/);
      expect((await world.run(['status'])).exitCode).toBe(1);
      world.meetingEnds('first');
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error, SUBJECTS.normal]);

      resizeSmallDisk(world.baseDirectory, 900_000_000);
      const mails = world.smtp.mails.length;
      world.teacherAsks({ meetingId: 'm', recording: true });
      expect(await tick(world)).toBe(1);
      expect(environmentIn(world)['BBB_DOWNLOAD_MEETING']).toBe('false');
      expect(subjects(world).slice(mails)).toEqual([SUBJECTS.start, SUBJECTS.error]);
      for (const { text } of world.smtp.mails.slice(mails)) {
        expect(text).toContain("sans l'enregistrement demandé");
        expect(text).toMatch(/\d+ MB are free in \S+, 1000 MB are the least/);
      }
      world.meetingEnds('m');
      expect(await tick(world)).toBe(0);
      expect(live(world, 2).status).toBe(2);
      expect(subjects(world)).toHaveLength(mails + 2);
    } finally {
      unmount();
    }
  }),
  PATIENCE_MS,
);

describe('files belong to a live by the order of events on disk', () => {
  test.concurrent.each([
    ['years ago', 1_000_000_000],
    ['in years to come', 4_000_000_000],
  ])(
    'a recording that is dated %s is its live’s, and what lay there before is nobody’s',
    async (_when, seconds) => {
      await inWorld({}, async (world) => {
        expect(await world.run(['init', '--no-pull'])).toMatchObject({ exitCode: 0 });
        writeFileSync(join(videodata(world), 'left.mkv'), 'REC stranger\nEND\n');
        utimesSync(join(videodata(world), 'left.mkv'), seconds, seconds);
        const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
        await tick(world);
        expect(kept(world)).toEqual({ 'unknown-slot1-left.mkv': 'stranger, whole' });
        world.docker.setBehaviour({ ffmpeg: 'noPkill' });
        for (const name of readdirSync(videodata(world))) utimesSync(join(videodata(world), name), seconds, seconds);
        world.meetingEnds('m');
        await tick(world);
        expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, without end' });
        expect(Object.keys(kept(world))).toEqual(['unknown-slot1-left.mkv']);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'a live of the PHP script: what is older than its compose file and has not grown since goes to nobody',
    inWorld({}, async (world) => {
      const { meeting } = await originalLive(world, { slot: 1, meetingId: 'm', name: 'Cours', recording: true });
      writeFileSync(join(videodata(world), 'left.mkv'), 'REC stranger\nEND\n');
      utimesSync(join(videodata(world), 'left.mkv'), 1_000_000_000, 1_000_000_000);
      expect(await tick(world)).toBe(0);
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      expect(kept(world)).toEqual({ 'unknown-slot1-left.mkv': 'stranger, whole' });
    }),
    PATIENCE_MS,
  );
});

describe('a clock that was ahead', () => {
  test.concurrent(
    'has left times of the future in memory.json: they count as now, once',
    inWorld({}, async (world) => {
      world.pod.fault({ answer: { kind: 'answer', status: 401, body: '{"detail":"no"}' } });
      expect(await tick(world)).toBe(1);
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      type Told = { told: Record<string, { since: string; last: string }> };
      const read = (): Told => JSON.parse(readFileSync(memoryFile(world), 'utf8')) as Told;
      const memory = read();
      for (const entry of Object.values(memory.told)) entry.last = '2099-01-01T00:00:00.000Z';
      writeFileSync(memoryFile(world), JSON.stringify(memory));
      const before = Date.now();
      expect(await tick(world)).toBe(1);
      const [entry] = Object.values(read().told);
      expect(Date.parse(entry?.last ?? '')).toBeGreaterThanOrEqual(before);
      expect(Date.parse(entry?.last ?? '')).toBeLessThanOrEqual(Date.now());
      expect(subjects(world)).toEqual([SUBJECTS.error]);
    }),
    PATIENCE_MS,
  );
});

/** A live in progress that a server with the same number has on another host. */
function liveElsewhere(world: World, row: Partial<LivestreamRow> = {}): void {
  const id = world.pod.state.nextBroadcasterId;
  world.pod.state.nextBroadcasterId += 1;
  world.pod.state.broadcasters.push({
    id,
    name: '[BBB] Ailleurs',
    slug: 'bbb-ailleurs',
    building: 1,
    description: '',
    stream_url: 'https://hls.test/hls/bbb-Ailleurs.m3u8',
    status: true,
    is_restricted: false,
  });
  const redis = { redis_hostname: 'live9.test', redis_port: 6379, redis_channel: 'chat1' };
  world.teacherAsks({
    meetingId: 'ailleurs',
    name: 'Ailleurs',
    row: { status: 1, server: '1/1', broadcaster_id: id, ...redis, ...row },
  });
}

describe('a live in progress that bears this server’s number', () => {
  test.concurrent.each([
    ['the chat of another host', {}],
    ['no chat at all', { redis_hostname: null, redis_port: null, redis_channel: null }],
  ])(
    'and %s, and of which nothing is here, is told and never touched',
    async (_what, row) => {
      await inWorld({ numberOfLives: 2 }, async (world) => {
        liveElsewhere(world, row);
        const [before, writes] = [live(world), podWrites(world)];
        expect(await tick(world)).toBe(1);
        expect(lastMail(world)).toMatch(/is SERVER_NUMBER \(1\) unique\?/);
        expect(live(world)).toEqual(before);
        expect(podWrites(world)).toEqual(writes);
        expect(world.docker.containers()).toEqual([]);
        expect(filesBelow(world, 'base/')).not.toContain('bbb-live-streaming1/live.json');
        // Its slot is not free: the next request takes the other one.
        world.teacherAsks({ meetingId: 'ici' });
        expect(await tick(world)).toBe(1);
        expect(streamers(world).map(({ project }) => project)).toEqual(['bbb-live-streaming2']);
        // Its end is not this host's affair either.
        world.meetingEnds('ailleurs');
        await tick(world);
        expect(live(world)).toEqual(before);
        expect(subjects(world).filter((subject) => subject === SUBJECTS.error)).toHaveLength(1);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'and of which nothing is here is told by init too',
    inWorld({}, async (world) => {
      liveElsewhere(world);
      const result = await world.run(['init', '--no-pull']);
      expect(result.exitCode).toBe(1);
      expect(result.stdout).toMatch(/ERROR +livestream 1 .*is SERVER_NUMBER \(1\) unique\?/);
      expect(podWrites(world)).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'is taken over when its chat is this host’s, and started again',
    inWorld({}, async (world) => {
      liveElsewhere(world, { redis_hostname: 'LIVE1.test' });
      expect(await tick(world)).toBe(1);
      expect(streamers(world)).toHaveLength(1);
      expect(await world.run(['init', '--no-pull'])).toMatchObject({ exitCode: 0 });
    }),
    PATIENCE_MS,
  );

  test.concurrent.each(['its compose file', 'its container'])(
    'is taken over when %s is here, whatever SERVER_HOSTNAME was then',
    async (what) => {
      await inWorld({}, async (world) => {
        world.teacherAsks({ meetingId: 'm é "$1"' });
        expect(await tick(world, { SERVER_HOSTNAME: 'former.test' })).toBe(0);
        rmSync(join(world.slotDirectory(1), 'live.json'));
        const directory = world.slotDirectory(1);
        if (what === 'its compose file') await world.docker.compose(directory, '-p', 'bbb-live-streaming1', 'down');
        else rmSync(join(directory, 'docker-compose.yml'));
        const acts = composeActs(world).length;
        await tick(world);
        expect(filesBelow(world, 'base/bbb-live-streaming1/')).toContain('live.json');
        expect(streamers(world)).toHaveLength(1);
        expect(composeActs(world).slice(acts)).toEqual(what === 'its compose file' ? ['1 up'] : []);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'is left alone when our compose file and container there are another meeting’s',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'ours' });
      expect(await tick(world)).toBe(0);
      rmSync(join(world.slotDirectory(1), 'live.json'));
      world.pod.state.livestreams.length = 0;
      liveElsewhere(world);
      const file = composeFileOf(world, 1);
      expect(await tick(world)).toBe(1);
      expect(lastMail(world)).toMatch(/is SERVER_NUMBER \(1\) unique\?/);
      expect(composeFileOf(world, 1)).toBe(file);
      expect(filesBelow(world, 'base/')).not.toContain('bbb-live-streaming1/live.json');
    }),
    PATIENCE_MS,
  );
});
