// How a stream begins and ends: what it waits for, who decides that it is over, and with which status.
import { afterEach, describe, expect, test } from '@jest/globals';
import { startChain, whyNoChain, type Chain } from './support/chain.js';
import { eventually } from './support/eventually.js';
import { probe } from './support/media.js';

const reason = whyNoChain();

(reason === null ? describe : describe.skip)(
  `beginning and end${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    let chain: Chain;
    afterEach(async () => {
      await chain.stop();
    }, 30_000);

    test('it waits for BigBlueButton, for its meeting and for a moderator, signs with sha256 alone, and ends when the meeting does', async () => {
      chain = await startChain({ profile: '2.7', checksums: ['sha256'] });
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
    }, 180_000);

    test('a page that goes straight to the logout address, and a room that is begun again under the same id: an end', async () => {
      chain = await startChain({ profile: '3.0' });
      chain.bbb.switches.skipMeetingEnded = true;
      const streamer = chain.start();
      await streamer.reaches('live');
      const { meetingId } = chain.meeting;
      chain.bbb.end(meetingId);
      chain.bbb.begin(meetingId, { internalMeetingId: 'another' });
      expect(await streamer.ended).toBe(0);
      expect(streamer.log()).toContain('ended: the meeting is over');
      expect(chain.bbb.meetings.get(meetingId)?.participants).toEqual([]);
    }, 120_000);

    test('what ends before it began: wrong secret, unknown meeting, lobby for ever, refused guests, bad variables', async () => {
      chain = await startChain({ profile: '3.0' });
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
    }, 240_000);

    test.each(['waiting', 'joining', 'audio', 'live', 'reconnecting'])(
      'SIGTERM while %s: status 0 within 8 s, and what was recorded is whole',
      async (state) => {
        chain = await startChain({ profile: '3.0' });
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
      },
      120_000,
    );

    test('ffmpeg that is asked to end, as bbb-pod-live does before it takes a container down: one recording, status 0', async () => {
      chain = await startChain({ profile: '3.0' });
      const streamer = chain.start();
      await streamer.reaches('live');
      await eventually('it records', () => streamer.state().frames > 30);
      for (const pid of chain.processes('ffmpeg')) process.kill(pid, 'SIGINT');
      expect(await streamer.ended).toBe(0);
      expect(chain.recordings()).toHaveLength(1);
      expect((await probe(chain.recordings()[0]!)).durationS).toBeGreaterThan(1.5);
    }, 120_000);
  },
);
