// What a live costs: processor and disk of the whole chain, with one encode for stream and recording, beside a lossless
// second encode as the default image makes it; exits with 1 beyond the limits.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttp } from '../../src/shared/http.js';
import { startLasting } from '../../src/shared/lasting-program.js';
import { readStreamerConfig } from '../../src/streamer/config.js';
import { framesIn } from '../../src/streamer/core/encoder-output.js';
import { encoderPlan } from '../../src/streamer/core/ffmpeg-arguments.js';
import type { StreamerConfig } from '../../src/streamer/model.js';
import { createBbb } from '../../src/streamer/shell/bbb.js';
import { createBrowser } from '../../src/streamer/shell/browser.js';
import { processorSeconds } from '../../src/streamer/shell/processor.js';
import { createStation, type Station } from '../../src/streamer/shell/station.js';
import { startStandInBbb, type StandInBbb } from '../world/streamer-bbb/server.js';
import { eventually } from '../streamer/support/eventually.js';
import { startRtmp, type RtmpServer } from '../streamer/support/rtmp.js';
import { whyNoChain } from '../streamer/support/chain.js';

const SECONDS = 30;
const MOST_PROCESSOR = 0.8;
const MOST_DISK = 0.5;
const SIZES = [
  { resolution: '1280x720', framesPerSecond: 25, kbps: 3000 },
  { resolution: '1920x1080', framesPerSecond: 30, kbps: 4000 },
];

interface Cost {
  /** Encoded a second; less than asked where this machine cannot keep up. */
  framesPerSecond: number;
  /** Percent of one processor, by program. */
  processor: Record<string, number>;
  megabytes: number;
}

function configOf(size: (typeof SIZES)[number], bbb: StandInBbb, rtmp: RtmpServer, directory: string): StreamerConfig {
  const read = readStreamerConfig(
    {
      BBB_URL: bbb.apiUrl,
      BBB_SECRET: bbb.secret,
      BBB_MEETING_ID: 'bench',
      BBB_STREAM_URL: `${rtmp.url}bench`,
      BBB_RESOLUTION: size.resolution,
      STREAMER_FPS: String(size.framesPerSecond),
      FFMPEG_STREAM_VIDEO_BITRATE: String(size.kbps),
      STREAMER_RUN_DIRECTORY: directory,
    },
    { streams: true },
  );
  if (!read.ok) throw new Error(read.faults.join('\n'));
  return read.config;
}

/** As BigBlueButton-liveStreaming calls ffmpeg: the stream in one encode, the recording lossless in another. */
function oldArguments(config: StreamerConfig, display: string, file: string): string[] {
  const { width, height, framesPerSecond, videoBitrateKbps: kbps } = config;
  const rate = [`-b:v`, `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${2 * kbps}k`];
  return [
    ...[
      '-nostdin',
      '-loglevel',
      'error',
      '-progress',
      'pipe:1',
      '-thread_queue_size',
      '1024',
      '-f',
      'x11grab',
      '-draw_mouse',
      '0',
    ],
    ...['-framerate', String(framesPerSecond), '-video_size', `${width}x${height}`, '-i', display],
    ...['-thread_queue_size', '1024', '-f', 'pulse', '-i', 'live.monitor'],
    ...['-map', '0:v', '-map', '1:a', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', ...rate],
    ...['-g', '60', '-c:a', 'aac', '-b:a', '160k', '-ar', '44100', '-f', 'flv', config.streamUrl],
    ...['-map', '0:v', '-map', '1:a', '-c:v', 'libx264rgb', '-crf', '0', '-preset', 'ultrafast', '-c:a', 'aac', file],
  ];
}

async function measure(station: Station, words: string[], file: string): Promise<Cost> {
  let frames = 0;
  const ffmpeg = startLasting(['ffmpeg', ...words], {
    environment: station.environment(),
    lines: { 1: (line) => (frames = framesIn(line) ?? frames), 3: () => undefined },
  });
  await sleep(3000);
  const before = processorSeconds(process.pid);
  const framesBefore = frames;
  await sleep(SECONDS * 1000);
  const encoded = frames - framesBefore;
  const after = processorSeconds(process.pid);
  await ffmpeg.end('SIGINT', 10_000);
  const percent = (name: string): number => (((after[name] ?? 0) - (before[name] ?? 0)) / SECONDS) * 100;
  const names = ['chromium', 'Xvfb', 'pulseaudio', 'ffmpeg'];
  return {
    framesPerSecond: encoded / SECONDS,
    processor: Object.fromEntries(names.map((name) => [name, percent(name)])),
    megabytes: statSync(file).size / 1e6,
  };
}

/** What a frame costs: a chain that cannot keep up drops frames, and would look cheap. */
const perFrame = (cost: Cost): number => sum(cost) / cost.framesPerSecond;
const sum = ({ processor }: Cost): number => Object.values(processor).reduce((one, other) => one + other, 0);
const told = (name: string, cost: Cost): string =>
  `  ${name}: ${Object.entries(cost.processor)
    .map(([program, percent]) => `${program} ${percent.toFixed(0)}`)
    .join(
      ', ',
    )}; together ${sum(cost).toFixed(0)} % of one processor at ${cost.framesPerSecond.toFixed(1)} frames a second; ${cost.megabytes.toFixed(1)} MB`;

async function compare(
  size: (typeof SIZES)[number],
  bbb: StandInBbb,
  rtmp: RtmpServer,
  root: string,
): Promise<boolean> {
  const directory = mkdtempSync(join(root, 'run-'));
  const config = configOf(size, bbb, rtmp, directory);
  const station = createStation(config, () => undefined);
  const browser = createBrowser(config, station, console.error);
  try {
    station.start();
    await eventually('the station is up', () => station.life() === 'up');
    browser.open();
    await eventually('the browser is up', () => browser.life() === 'up');
    const api = createBbb(config, createHttp({ timeoutMs: 10_000, pause: () => Promise.resolve() }));
    browser.join(
      await api.joinAddress({ fullName: 'Live', password: '', createTime: '', showChat: false, purpose: 'picture' }),
    );
    await eventually('it is in the meeting', async () => {
      const sight = await browser.look(false);
      return sight.kind === 'client' && sight.isPlaying;
    });
    const [presetFile, ours, old] = ['preset', 'ours.mkv', 'old.mkv'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    const plan = encoderPlan(config, {
      display: station.display(),
      nowS: Date.now() / 1000,
      presetFile,
      recording: ours,
    });
    writeFileSync(presetFile, `${plan.preset ?? ''}\n`);
    const one = await measure(station, plan.arguments, ours);
    const two = await measure(station, oldArguments(config, station.display(), old), old);
    const disk = one.megabytes / one.framesPerSecond / (two.megabytes / two.framesPerSecond);
    const processor = perFrame(one) / perFrame(two);
    console.log(`${size.resolution}, ${size.framesPerSecond} frames a second, ${SECONDS} s:`);
    console.log(told('one encode', one));
    console.log(told('lossless second encode', two));
    console.log(
      `  for each frame: processor ${processor.toFixed(2)} times (at most ${MOST_PROCESSOR}), disk ${disk.toFixed(2)} times (at most ${MOST_DISK})`,
    );
    return processor <= MOST_PROCESSOR && disk <= MOST_DISK;
  } finally {
    await browser.close();
    await station.stop();
  }
}

const missing = whyNoChain();
if (missing !== null) {
  console.log(`nothing can be measured here: ${missing}`);
  process.exitCode = 1;
} else {
  const root = mkdtempSync(join(tmpdir(), 'bbb-pod-live-bench-'));
  const bbb = await startStandInBbb({ profile: '3.0' });
  bbb.switches.animated = true;
  bbb.begin('bench');
  const rtmp = await startRtmp(root);
  try {
    console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`);
    let isGood = true;
    for (const size of SIZES) isGood = (await compare(size, bbb, rtmp, root)) && isGood;
    process.exitCode = isGood ? 0 : 1;
  } finally {
    await Promise.all([bbb.stop(), rtmp.stop()]);
    rmSync(root, { recursive: true, force: true });
  }
}
