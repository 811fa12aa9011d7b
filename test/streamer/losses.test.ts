// What a stream lives through: crashes, kills, servers that go away; it is back soon, and the recording is whole or goes on.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { SIZE, type Chain, type Streamer } from './support/chain.js';
import { eventually } from './support/eventually.js';
import { describeChain, inChain } from './support/in-chain.js';
import { counterOf, framesOf, probe } from './support/media.js';

/** The promise: back within so many tenths of a second, as the picture itself tells. */
const BACK_WITHIN = 200;

describeChain('losses', () => {
  test(
    'page, browser, connection, place in the meeting and RTMP server are lost one after the other; one recording holds it all',
    inChain({ profile: '3.0' }, async (chain) => {
      const streamer = chain.start();
      await streamer.reaches('live');
      const live = liveAgain(streamer);

      await live(() => {
        for (const pid of renderers(chain)) process.kill(pid, 'SIGKILL');
      });
      await live(() => {
        for (const pid of browsers(chain)) process.kill(pid, 'SIGKILL');
      });
      expect(streamer.log()).toContain('the browser died; trying again in');

      chain.bbb.send(chain.meeting.meetingId, { kind: 'banner', isOn: true });
      await streamer.reaches('reconnecting');
      chain.bbb.send(chain.meeting.meetingId, { kind: 'banner', isOn: false });
      await streamer.reaches('live');

      // Scalelite's list may be empty while meetings run: the live is put out, and no end is seen in that.
      chain.bbb.settings.hasNoList = true;
      await live(() => {
        chain.bbb.eject(chain.meeting.meetingId, 'Live');
      });

      const before = chain.rtmp.segments(chain.streamKey).length;
      await chain.rtmp.stop();
      await streamer.says(/the RTMP server cannot be reached/);
      expect(streamer.state()).toMatchObject({ state: 'live', rtmp: 'lost' });
      const lost = streamer.state().frames;
      await eventually('ten seconds pass', () => streamer.state().frames > lost + 10 * SIZE.framesPerSecond);
      await chain.rtmp.start();
      await streamer.says(/the RTMP server takes the stream[^]*the RTMP server takes the stream/);
      await eventually('new segments come', () => chain.rtmp.segments(chain.streamKey).length > before + 1);

      streamer.process.kill('SIGTERM');
      expect(await streamer.ended).toBe(0);
      const recordings = chain.recordings();
      expect(recordings).toHaveLength(1);
      // What ffmpeg still had in hand when it was asked to end is in the file, and was in no state.
      const { durationS } = await probe(recordings[0]!);
      expect(durationS).toBeGreaterThan(streamer.state().frames / SIZE.framesPerSecond - 3);
      const frames = await framesOf(recordings[0]!, SIZE, 2);
      const counted = frames.map((frame) => ({ timeS: frame.timeS, count: counterOf(frame) }));
      const seen = counted.flatMap(({ timeS, count }) => (count === null ? [] : [{ timeS, count }]));
      const [first, last] = [seen[0]!, seen.at(-1)!];
      expect(Math.abs(last.timeS - first.timeS - (last.count - first.count) / 10)).toBeLessThan(3);
      expect(longestStandstill(seen.map(({ count }) => count))).toBeLessThan(BACK_WITHIN);
      expectNothingLeft(chain);
    }),
    900_000,
  );

  test(
    'ffmpeg, the screen and the sound server are killed: another file begins soon, each can be read',
    inChain({ profile: '2.6' }, async (chain) => {
      const streamer = chain.start();
      await streamer.reaches('live');
      await showing(streamer);
      for (const [index, name] of ['ffmpeg', 'Xvfb', 'pulseaudio'].entries()) {
        for (const pid of chain.processes(name)) process.kill(pid, 'SIGKILL');
        await eventually(`another file after ${name}`, () => chain.recordings().length === index + 2, {
          hint: streamer.log,
        });
        await streamer.reaches('live');
        await showing(streamer);
      }
      streamer.process.kill('SIGTERM');
      expect(await streamer.ended).toBe(0);
      const recordings = chain.recordings();
      expect(recordings).toHaveLength(4);
      const counts: (number | null)[][] = [];
      for (const file of recordings) counts.push((await framesOf(file, SIZE, 2)).map(counterOf));
      for (const [index, one] of counts.entries()) {
        const first = one.find((count) => count !== null);
        const before = counts[index - 1]?.findLast((count) => count !== null);
        expect(first).toBeDefined();
        if (before !== undefined) expect(first! - before).toBeLessThan(BACK_WITHIN);
      }
      expectNothingLeft(chain);
    }),
    900_000,
  );
});

/** Does something, and waits until it is live once more than before. */
function liveAgain(streamer: Streamer): (act: () => void) => Promise<void> {
  const count = (): number => streamer.states().filter((state) => state === 'live').length;
  return async (act) => {
    const before = count();
    act();
    await eventually(`live for the time number ${before + 1}`, () => count() > before, { hint: streamer.log });
    await showing(streamer);
  };
}

async function showing(streamer: Streamer): Promise<void> {
  const { frames } = streamer.state();
  const grown = (): boolean => streamer.state().frames > frames + 3 * SIZE.framesPerSecond;
  await eventually('pictures come', grown, { hint: streamer.log });
}

function browsers(chain: Chain): number[] {
  return chain.processes('chrom').filter((pid) => !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type='));
}

function renderers(chain: Chain): number[] {
  return chain
    .processes('chrom')
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer'));
}

/** In tenths of a second, by the picture's own count; where there is none, something else was in the picture. */
function longestStandstill(counts: (number | null)[]): number {
  const seen = counts.filter((count) => count !== null);
  const jumps = seen.map((count, index) => count - (seen[index - 1] ?? count));
  return Math.max(...jumps);
}

function expectNothingLeft(chain: Chain): void {
  for (const name of ['chrom', 'Xvfb', 'pulseaudio', 'ffmpeg']) expect(chain.processes(name)).toEqual([]);
}
