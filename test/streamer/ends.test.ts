// How a stream begins and ends: what it waits for, who decides that it is over, and with which status.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { describeChain, inChain } from './support/in-chain.js';
import { probe } from './support/media.js';

describeChain('beginning and end', () => {
  test.concurrent(
    'an RTMP server that is never reached: two minutes, in which it is recorded, then status 14',
    inChain({ profile: '3.0', waits: true }, async (chain) => {
      await chain.rtmp.stop();
      // What nobody sees need not cost much.
      const streamer = chain.start({ BBB_RESOLUTION: '320x180', STREAMER_FPS: '1' });
      await streamer.says(/the RTMP server cannot be reached/, 120_000);
      await streamer.says(/could not be reached for 120 s/, 240_000);
      expect(await streamer.ended).toBe(14);
      expect(chain.recordings()).toHaveLength(1);
      expect((await probe(chain.recordings()[0]!)).durationS).toBeGreaterThan(100);
    }),
    900_000,
  );

  test.concurrent(
    'it waits for BigBlueButton, for its meeting and for a moderator, signs with sha256 alone, and ends when the meeting does',
    inChain({ profile: '2.7', checksums: ['sha256'] }, async (chain) => {
      const { meetingId } = chain.meeting;
      chain.bbb.end(meetingId);
      chain.bbb.settings.isMute = true;
      chain.bbb.switches.lobby = true;
      const streamer = chain.start();
      await streamer.says(/BigBlueButton cannot be read: the connection was cut/);
      expect(streamer.log().split('\n').length).toBeLessThan(5);
      chain.bbb.settings.isMute = false;
      await streamer.says(/BigBlueButton knows no such meeting yet/);
      chain.bbb.begin(meetingId);
      await streamer.says(/in the lobby/);
      expect(chain.rtmp.log()).not.toContain('publish');
      chain.bbb.admit(meetingId);
      await streamer.reaches('live');
      await streamer.says(/the RTMP server takes the stream/);
      chain.bbb.end(meetingId);
      expect(await streamer.ended).toBe(0);
      expect(streamer.states()).toEqual(['waiting', 'joining', 'audio', 'live', 'reconnecting', 'ended']);
      expect(streamer.log()).toContain('ended: the meeting is over');
      expect((await probe(chain.recordings()[0]!)).durationS).toBeGreaterThan(1);
    }),
    900_000,
  );

  test.concurrent(
    'a page that goes straight to the logout address, and a room that is begun again under the same id: an end',
    inChain({ profile: '3.0' }, async (chain) => {
      chain.bbb.switches.skipMeetingEnded = true;
      const streamer = chain.start();
      await streamer.reaches('live');
      const { meetingId } = chain.meeting;
      chain.bbb.end(meetingId);
      chain.bbb.begin(meetingId, { internalMeetingId: 'another' });
      expect(await streamer.ended).toBe(0);
      expect(streamer.log()).toContain('ended: the meeting is over');
      expect(chain.bbb.meetings.get(meetingId)?.participants).toEqual([]);
    }),
    900_000,
  );

  test.concurrent(
    'what ends before it began: wrong secret, unknown meeting, lobby for ever, refused guests, bad variables',
    inChain({ profile: '3.0' }, async (chain) => {
      const secret = chain.start({ BBB_SECRET: 'this-is-not-it' });
      expect(await secret.ended).toBe(11);
      expect(secret.log()).toMatch(/checksumError.*check BBB_SECRET/);

      const unknown = chain.start({ BBB_MEETING_ID: 'nobody knows it', STREAMER_WAIT_S: '2' });
      expect(await unknown.ended).toBe(11);
      expect(unknown.log()).toContain('BigBlueButton has known no such meeting for 2 s');

      chain.bbb.switches.lobby = true;
      const lobby = chain.start({ STREAMER_WAIT_S: '3' });
      expect(await lobby.ended).toBe(12);
      chain.bbb.switches.lobby = false;

      chain.bbb.switches.guestPolicy = 'ALWAYS_DENY';
      const denied = chain.start();
      expect(await denied.ended).toBe(12);
      expect(denied.log()).toContain('refused: guestDenied');

      const before = chain.bbb.calls.length;
      const bad = chain.start({
        BBB_URL: 'bbb.univ.fr',
        BBB_SECRET: '',
        BBB_RESOLUTION: '12x',
        STREAMER_FPS: '400',
        BBB_STREAM_URL: 'http://x/y',
      });
      expect(await bad.ended).toBe(10);
      for (const name of ['BBB_URL', 'BBB_SECRET', 'BBB_RESOLUTION', 'STREAMER_FPS', 'BBB_STREAM_URL']) {
        expect(bad.log()).toMatch(new RegExp(`ERROR.* ${name}[: ]`));
      }
      expect(chain.bbb.calls).toHaveLength(before);
      const nowhere = chain.start({ STREAMER_VIDEO_DIRECTORY: '/proc/nowhere' });
      expect(await nowhere.ended).toBe(15);
      expect(chain.recordings()).toEqual([]);
      expect(chain.rtmp.log()).not.toContain('publish');
    }),
    900_000,
  );

  test.concurrent.each(['waiting', 'joining', 'audio', 'live', 'reconnecting'])(
    'SIGTERM while %s: status 0 within 8 s, and what was recorded is whole',
    (state) =>
      inChain({ profile: '3.0' }, async (chain) => {
        const { meetingId } = chain.meeting;
        if (state === 'waiting') chain.bbb.end(meetingId);
        if (state === 'joining') chain.bbb.switches.lobby = true;
        if (state === 'audio') chain.bbb.switches.audio = 'never';
        const streamer = chain.start();
        if (state === 'reconnecting') {
          await streamer.reaches('live');
          // The RTMP server is away, too: nothing waits for it.
          await chain.rtmp.stop();
          chain.bbb.send(meetingId, { kind: 'banner', isOn: true });
        }
        await streamer.reaches(state);
        const isRecorded = !['waiting', 'joining'].includes(state);
        if (isRecorded) await eventually('it records', () => streamer.state().frames > 30, { hint: streamer.log });
        streamer.process.kill('SIGTERM');
        await eventually('it has ended', () => !streamer.isRunning(), { withinMs: 8000, hint: streamer.log });
        expect(await streamer.ended).toBe(0);
        expect(chain.recordings()).toHaveLength(isRecorded ? 1 : 0);
        if (isRecorded) expect((await probe(chain.recordings()[0]!)).durationS).toBeGreaterThan(1.5);
        for (const name of ['chrom', 'Xvfb', 'pulseaudio', 'ffmpeg']) expect(chain.processes(name)).toEqual([]);
      })(),
    900_000,
  );

  test.concurrent(
    'ffmpeg that is asked to end, as bbb-pod-live does before it takes a container down: one recording, with a bitrate of its own, status 0',
    inChain({ profile: '3.0' }, async (chain) => {
      const streamer = chain.start({ STREAMER_RECORD_BITRATE: '2000' });
      await streamer.reaches('live');
      await eventually('it records', () => streamer.state().frames > 30);
      for (const pid of chain.processes('ffmpeg')) process.kill(pid, 'SIGINT');
      expect(await streamer.ended).toBe(0);
      expect(chain.recordings()).toHaveLength(1);
      expect((await probe(chain.recordings()[0]!)).durationS).toBeGreaterThan(1.5);
    }),
    900_000,
  );

  test.concurrent(
    'a browser that does not start, three times: its own last words, without a secret, and status 13',
    inChain({ profile: '3.0' }, async (chain) => {
      const chromium = join(chain.directory, 'chromium');
      const words = `for line in 1 2 3 4 5; do echo "$line: no room for $1 and ${chain.bbb.secret}"; done >&2; exit 1`;
      writeFileSync(chromium, `#!/bin/sh\n${words}\n`, { mode: 0o755 });
      const streamer = chain.start({ STREAMER_CHROMIUM: chromium });
      expect(await streamer.ended).toBe(13);
      expect(streamer.log()).toContain('ended: the browser died 3 times');
      expect(
        streamer.log().match(/Chromium did not start: .*; it says: 3: no room for \S+ and \S+ \| 4: .* \| 5: no room/g),
      ).toHaveLength(3);
      expect(streamer.log()).not.toContain(chain.bbb.secret);
      expect(chain.recordings()).toEqual([]);
      for (const name of ['chrom', 'Xvfb', 'pulseaudio']) expect(chain.processes(name)).toEqual([]);
    }),
    900_000,
  );
});
