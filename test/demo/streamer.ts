// The demo's other part: the real streamer films a stand-in meeting, and a picture of what viewers get is kept.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChain, whyNoChain } from '../streamer/support/chain.js';
import { eventually } from '../streamer/support/eventually.js';
import { say, title } from './story.js';

/** Answers the exit status; what is missing on this machine is no failure, and is said. */
export async function showStreamer(): Promise<number> {
  title('bbb-pod-live: a meeting on air');
  const missing = whyNoChain();
  if (missing !== null) {
    say(`The streamer cannot be shown here: ${missing}.`);
    return 0;
  }
  const directory = mkdtempSync(join(tmpdir(), 'bbb-pod-live-demo-'));
  const chain = await startChain({ profile: '3.0' });
  try {
    say('A stand-in BigBlueButton 3.0 runs on loopback, and nginx with its RTMP module;');
    say('the streamer, Chromium, Xvfb, PulseAudio and ffmpeg are the real ones.');
    const streamer = chain.start({ BBB_RESOLUTION: '1280x720' });
    await streamer.reaches('live');
    await eventually('HLS advances', () => chain.rtmp.segments(chain.streamKey).length > 3, { hint: streamer.log });
    const picture = join(directory, 'live.png');
    const newest = chain.rtmp.segments(chain.streamKey).at(-2) ?? '';
    execFileSync('ffmpeg', ['-v', 'error', '-i', newest, '-frames:v', '1', picture]);
    chain.bbb.end(chain.meeting.meetingId);
    await streamer.ended;
    for (const line of streamer.log().trim().split('\n')) say(line);
    const recording = join(directory, 'recording.mkv');
    copyFileSync(chain.recordings()[0] ?? '', recording);
    say(`What viewers get: ${picture}`);
    say(`The recording:    ${recording}`);
    say('DEMO OK');
    return 0;
  } finally {
    await chain.stop();
  }
}
