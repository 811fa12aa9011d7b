// The built program, a real HLS server: a live comes on the air, its container is killed, its stream vanishes, and is told and healed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  inWorld,
  letAllBeMinutesOld,
  live,
  logText,
  PATIENCE_MS,
  streamers,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import { startHls } from '../world/hls.js';
import type { World } from '../world/world.js';

function subjects(world: World): string[] {
  return world.smtp.mails.map(({ subject }) => subject);
}

test(
  'a live on the air, a container that is killed, a stream that vanishes: each is told once with what is known, and healed',
  inWorld({}, async (world) => {
    const hls = await startHls();
    const env = { CHECK_HLS: 'true', POD_HLS_STREAM: hls.url };
    try {
      world.teacherAsks({ name: 'Cours' });
      expect(await tick(world, env)).toBe(0);
      const name = new URL(`${hls.url}bbb-Cours.m3u8`).pathname.split('/').at(-1) ?? '';
      hls.streams.set(name, { newest: 5, writtenAt: new Date() });
      expect(await tick(world, env)).toBe(0);
      expect(logText(world)).toMatch(/livestream 1, slot 1: on the air, \d+ s after it was asked for/);
      expect(hls.asked).toEqual([`/hls/${name}`]);
      // All is well: nothing is said, nothing is written.
      const before = world.files();
      expect(await tick(world, env)).toBe(0);
      expect(world.files().filter(({ path }) => /live\.json|memory\.json/.test(path))).toEqual(
        before.filter(({ path }) => /live\.json|memory\.json/.test(path)),
      );

      await world.docker.killContainer('bbb-live-streaming1');
      expect(await tick(world, env)).toBe(1);
      expect(streamers(world)).toHaveLength(1);
      expect(readFileSync(join(world.baseDirectory, 'logs/1.log'), 'utf8')).not.toContain(world.env['BBB_SECRET']);
      expect(await tick(world, env)).toBe(0);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error, SUBJECTS.normal]);

      hls.streams.clear();
      letAllBeMinutesOld(world, 20);
      expect(await tick(world, env)).toBe(0);
      letAllBeMinutesOld(world, 20);
      expect(await tick(world, env)).toBe(1);
      const told = world.smtp.mails.at(-1);
      expect(told?.subject).toBe(SUBJECTS.error);
      for (const words of ['status 404', 'RTMP', 'frame=']) expect(told?.text).toContain(words);
      expect(streamers(world).map(({ starts }) => starts)).toEqual([1]);
      letAllBeMinutesOld(world, 1);
      hls.streams.set(name, { newest: 90, writtenAt: new Date() });
      expect(await tick(world, env)).toBe(0);
      expect(subjects(world).slice(3)).toEqual([SUBJECTS.error, SUBJECTS.normal]);
      expect(live(world)).toMatchObject({ status: 1 });
    } finally {
      await hls.close();
    }
  }),
  PATIENCE_MS,
);

test(
  'a live that is alone in its meeting is ended, and that is told; it is not while somebody else is there',
  inWorld({}, async (world) => {
    const env = { STOP_WHEN_ALONE_MINUTES: '15' };
    world.teacherAsks({ meetingId: 'm' });
    expect(await tick(world, env)).toBe(0);
    const [meeting] = world.bbb.meetings;
    meeting?.attendees.push('Live');
    expect(await tick(world, env)).toBe(0);
    letAllBeMinutesOld(world, 20);
    meeting?.attendees.shift();
    expect(await tick(world, env)).toBe(0);
    expect([live(world).status, streamers(world).length]).toEqual([1, 1]);
    letAllBeMinutesOld(world, 20);
    await tick(world, env);
    expect([live(world).status, streamers(world).length]).toEqual([2, 0]);
    expect(subjects(world)).toHaveLength(2);
    expect(world.smtp.mails.at(-1)?.text).toContain('STOP_WHEN_ALONE_MINUTES=15');
    // BBB shows the meeting on.
    expect(world.bbb.meetings).toHaveLength(1);
  }),
  PATIENCE_MS,
);
