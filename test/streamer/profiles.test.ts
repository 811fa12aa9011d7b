// The real streamer with the real browser, on a stand-in of each BigBlueButton: what is on air, and what is not.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { ProfileName, Switches } from '../world/streamer-bbb/profiles.js';
import { SIZE, type Chain, type Streamer } from './support/chain.js';
import { eventually } from './support/eventually.js';
import { describeChain, inChain } from './support/in-chain.js';
import { COLOURS, counterOf, framesOf, holds, loudness, probe, soundDelays, strangePlaces } from './support/media.js';

/** The promise: on air within half a minute of the start. */
const ON_AIR_MS = 30_000;

interface Case {
  profile: ProfileName;
  switches: Partial<Switches>;
  showChat?: boolean;
  /** How long the picture is looked at. */
  seconds: number;
}

const CASES: Case[] = [
  { profile: '2.4', switches: { audio: 'unforced', toast: true, activityCheck: true }, seconds: 10 },
  { profile: '2.6', switches: { recordingNotice: true, poll: true, guestPolicy: 'ASK_MODERATOR' }, seconds: 10 },
  { profile: '2.7', switches: { recordingNotice: true, audio: 'unforced', toast: true }, showChat: true, seconds: 10 },
  { profile: '3.0', switches: { audio: 'help', recordingNotice: true, sessionDetails: true, poll: true }, seconds: 60 },
  {
    profile: '4.0',
    switches: { recordingNotice: true, sessionDetails: true, activityCheck: true, guestPolicy: 'ALWAYS_ACCEPT_AUTH' },
    seconds: 10,
  },
];

describeChain('on air', () => {
  test.concurrent.each(CASES)(
    'BigBlueButton $profile: picture, sound and recording are right, with everything that may lie over the meeting',
    ({ profile, switches, showChat = false, seconds }) =>
      inChain({ profile }, async (chain) => {
        Object.assign(chain.bbb.switches, switches);
        const streamer = chain.start({ BBB_SHOW_CHAT: String(showChat) });
        await streamer.reaches('live', ON_AIR_MS);
        const live = chain.meeting.participants.find(({ fullName }) => fullName === 'Live');
        expect(live).toMatchObject({ hasAudio: true });
        const [screen] = chain.processes('Xvfb');
        await expectKeyHidden(chain);
        await eventually('it has shown enough', () => streamer.state().frames > (seconds + 1) * SIZE.framesPerSecond, {
          withinMs: (seconds + 60) * 1000,
          hint: streamer.log,
        });
        const { soundDb } = streamer.state();
        expect(soundDb).toBeGreaterThan(-60);
        streamer.process.kill('SIGTERM');
        expect(await streamer.ended).toBe(0);
        expect(streamer.states()).toEqual(['waiting', 'joining', 'audio', 'live', 'ended']);

        await expectStream(chain, showChat);
        await expectRecording(chain, { showChat, seconds });
        expectClean(chain, streamer, screen);
        expect(live?.told.map(({ kind }) => kind)).not.toContain('polled');
      })(),
    900_000,
  );
});

/** A host's users see the arguments of every program; its environment only its own user does. */
async function expectKeyHidden(chain: Chain): Promise<void> {
  const [pid] = await eventually('ffmpeg runs', () => {
    const found = chain.processes('ffmpeg');
    return found.length === 0 ? null : found;
  });
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  expect(words).not.toContain(chain.streamKey);
  expect(words).not.toContain(chain.bbb.secret);
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(chain.bbb.secret);
}

async function expectStream(chain: Chain, showChat: boolean): Promise<void> {
  const segments = chain.rtmp.segments(chain.streamKey);
  expect(segments.length).toBeGreaterThan(2);
  expect(await probe(segments[1]!)).toMatchObject({
    width: SIZE.width,
    height: SIZE.height,
    codecs: ['aac', 'h264'],
  });
  if (showChat) return;
  const counts = (await framesOf(segments, SIZE, 2)).map(counterOf);
  expect(counts).not.toContain(null);
  // A picture that was taken while the page was being painted shows parts of two counts: the median of three leaves it out.
  const steady = counts.slice(2).map((_, index) => medianOf(counts.slice(index, index + 3) as number[]));
  expect(steady).toEqual(steady.toSorted((one, other) => one - other));
  expect(new Set(steady).size).toBeGreaterThan(steady.length / 2);
}

function medianOf(three: number[]): number {
  return three.toSorted((one, other) => one - other)[1]!;
}

async function expectRecording(
  chain: Chain,
  { showChat, seconds }: { showChat: boolean; seconds: number },
): Promise<void> {
  const [file, ...others] = chain.recordings();
  expect(others).toEqual([]);
  expect(file).toMatch(/\/meeting-\d{14}\.mkv$/);
  const found = await probe(file!);
  expect(found).toMatchObject({ width: SIZE.width, height: SIZE.height, codecs: ['aac', 'h264'] });
  expect(found.framesPerSecond).toBeCloseTo(SIZE.framesPerSecond, 0);
  expect(found.durationS).toBeGreaterThan(seconds);

  const frames = await framesOf(file!, SIZE, 2);
  const allowed = showChat ? undefined : [COLOURS.meeting];
  // The first second is that in which the client comes up.
  const shown = frames.slice(2);
  if (allowed !== undefined) expect(shown.flatMap((frame) => strangePlaces(frame, allowed)).slice(0, 10)).toEqual([]);
  for (const colour of [COLOURS.bar, COLOURS.modal, COLOURS.toast, COLOURS.poll]) {
    expect(shown.filter((frame) => holds(frame, colour)).map(({ timeS }) => timeS)).toEqual([]);
  }
  expect(shown.slice(-5).map((frame) => holds(frame, COLOURS.chat))).toEqual(Array.from({ length: 5 }, () => showChat));

  if (!showChat) {
    const counts = frames.map(counterOf);
    expect(counts).not.toContain(null);
    expect(counts).toEqual(counts.toSorted((one, other) => one! - other!));
    // It stands still at most while the first page is painted.
    const grown = (counts.at(-1)! - counts[4]!) / 10;
    expect(Math.abs(grown - (frames.length - 5) / 2)).toBeLessThan(2);
  }
  const tone = (await loudness(file!, 440)).slice(300);
  // A machine with too much to do leaves gaps of some hundredths of a second.
  expect(tone.filter(({ level }) => level > 0.005).length / tone.length).toBeGreaterThan(0.8);
  if (showChat) return;
  const delays = (await soundDelays(file!, SIZE)).toSorted((one, other) => one - other);
  expect(delays.length).toBeGreaterThan(2);
  // On a busy machine a single picture may be painted late: the middle one counts.
  expect(Math.abs(delays[Math.floor(delays.length / 2)]!)).toBeLessThan(0.2);
}

/** `screen`: the process that it was. */
function expectClean(chain: Chain, streamer: Streamer, screen: number | undefined): void {
  const log = streamer.log();
  for (const secret of [chain.bbb.secret, chain.streamKey, 'the-attendees', 'the-moderators', 'checksum=']) {
    expect(log).not.toContain(secret);
  }
  for (const name of ['chrom', 'Xvfb', 'pulseaudio', 'ffmpeg']) expect(chain.processes(name)).toEqual([]);
  expect(readdirSync(join(chain.directory, 'run1')).filter((name) => /chromium|pulse\.sock|preset/.test(name))).toEqual(
    [],
  );
  expect(screen).toBeDefined();
  expect(screens()).not.toContain(screen);
}

/** Whose the displays of this machine are, by their locks: process ids. */
function screens(): number[] {
  return readdirSync('/tmp')
    .filter((name) => /^\.X\d+-lock$/.test(name))
    .flatMap((name) => {
      try {
        return [Number(readFileSync(join('/tmp', name), 'utf8'))];
      } catch {
        // Gone meanwhile.
        return [];
      }
    });
}
