// The real streamer as a child, with everything around it on loopback: stand-in BigBlueButton, RTMP server, directories.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDirectory } from '../../support/remove.js';
import { whyNot } from '../../support/programs.js';
import {
  startStandInBbb,
  type StandInBbb,
  type StandInMeeting,
  type StandInOptions,
} from '../../world/streamer-bbb/server.js';
import { eventually } from './eventually.js';
import { RTMP_MODULE, startRtmp, type RtmpServer } from './rtmp.js';

/** As it is installed, without the libraries of this tree beside it: what runs in the container stands alone. The demo runs what is built. */
const SHIPPED = process.env['BBB_POD_LIVE_SHIPPED'] ?? process.cwd();

const PROGRAMS = ['chromium', 'Xvfb', 'pulseaudio', 'ffmpeg', 'ffprobe', 'nginx'];

/** Why no chain can be run here; null when one can. */
export function whyNoChain(): string | null {
  return whyNot(PROGRAMS) ?? (existsSync(RTMP_MODULE) ? null : `${RTMP_MODULE} is missing (libnginx-mod-rtmp)`);
}

export interface Streamer {
  process: ChildProcess;
  /** What it has logged. */
  log(): string;
  /** The states that it told, in order. */
  states(): string[];
  state(): { state: string; frames: number; rtmp: string; soundDb: number | null; recording: string | null };
  isRunning(): boolean;
  /** Its exit status once it has ended. */
  ended: Promise<number | null>;
  /** Waits for the log to match. */
  says(pattern: RegExp, withinMs?: number): Promise<void>;
  /** Waits for the state. */
  reaches(state: string, withinMs?: number): Promise<void>;
}

export interface Chain {
  directory: string;
  videoDirectory: string;
  bbb: StandInBbb;
  rtmp: RtmpServer;
  meeting: StandInMeeting;
  streamKey: string;
  /** Starts the streamer on the meeting; what is given goes over the usual environment. */
  start(environment?: Record<string, string>): Streamer;
  /** What stands beside its state in the directory for them, whatever that is. */
  recordings(): string[];
  /** Processes that were started in this chain's directory, by name. */
  processes(name: string): number[];
  stop(): Promise<void>;
}

export const SIZE = { width: 640, height: 360, framesPerSecond: 15 };

export async function startChain(options: StandInOptions): Promise<Chain> {
  const directory = mkdtempSync(join(tmpdir(), 'streamer-'));
  const videoDirectory = join(directory, 'video');
  mkdirSync(videoDirectory);
  mkdirSync(join(directory, 'rtmp'));
  const [bbb, rtmp] = await Promise.all([startStandInBbb(options), startRtmp(join(directory, 'rtmp'))]);
  const streamKey = 'bbb-Cours-42';
  const started: Streamer[] = [];
  const meeting = bbb.begin("cours 42 à l'école");
  const environmentOf = (number: number): Record<string, string> => ({
    PATH: process.env['PATH'] ?? '',
    BBB_URL: bbb.apiUrl,
    BBB_SECRET: bbb.secret,
    BBB_MEETING_ID: meeting.meetingId,
    BBB_START_MEETING: 'false',
    BBB_MEETING_TITLE: 'Cours 42',
    BBB_DOWNLOAD_MEETING: 'true',
    BBB_STREAM_URL: `${rtmp.url}${streamKey}`,
    BBB_RESOLUTION: `${SIZE.width}x${SIZE.height}`,
    FFMPEG_STREAM_VIDEO_BITRATE: '1000',
    FFMPEG_STREAM_THREADS: '1',
    BBB_ENABLE_CHAT: 'false',
    BBB_SHOW_CHAT: 'false',
    TZ: 'Europe/Paris',
    STREAMER_FPS: String(SIZE.framesPerSecond),
    STREAMER_VIDEO_DIRECTORY: videoDirectory,
    STREAMER_RUN_DIRECTORY: join(directory, `run${number}`),
    DEBUG: '',
  });
  return {
    ...{ directory, videoDirectory, bbb, rtmp, meeting, streamKey },
    start(environment = {}) {
      const all = { ...environmentOf(started.length + 1), ...environment };
      const streamer = startStreamer(all);
      started.push(streamer);
      return streamer;
    },
    recordings: () =>
      readdirSync(videoDirectory)
        .filter((name) => name !== 'state.json')
        .sort()
        .map((name) => join(videoDirectory, name)),
    processes: (name) => processesIn(directory, name),
    async stop() {
      for (const streamer of started) if (streamer.isRunning()) streamer.process.kill('SIGTERM');
      await Promise.all(started.map(({ ended }) => ended));
      await Promise.all([bbb.stop(), rtmp.stop()]);
      removeDirectory(directory);
    },
  };
}

function startStreamer(environment: Record<string, string>): Streamer {
  const child = spawn(process.execPath, [join(SHIPPED, 'templates/streamer/start.mjs')], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => (text += piece.toString('utf8')));
  let running = true;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (status) => {
      running = false;
      resolve(status);
    });
  });
  const log = (): string => text;
  const file = join(environment['STREAMER_RUN_DIRECTORY'] ?? '', 'state.json');
  const state: Streamer['state'] = () =>
    existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as ReturnType<Streamer['state']>)
      : { state: 'none', frames: 0, rtmp: 'none', soundDb: null, recording: null };
  const wait = (what: string, holds: () => boolean, withinMs: number): Promise<unknown> =>
    eventually(what, () => holds() || (!running && 'ended' === state().state ? holds() : false), {
      withinMs,
      hint: log,
    });
  return {
    ...{ process: child, log, ended, state },
    isRunning: () => running,
    states: () =>
      [...text.matchAll(/\] - (waiting|joining|audio|live|reconnecting|ended): /g)]
        .map((match) => match[1] ?? '')
        .filter((name, index, all) => name !== all[index - 1]),
    async says(pattern, withinMs = 60_000) {
      await wait(`it says ${String(pattern)}`, () => pattern.test(text), withinMs);
    },
    async reaches(name, withinMs = 60_000) {
      await wait(`it is ${name}`, () => state().state === name, withinMs);
    },
  };
}

/** By what stands in their environment or arguments: nothing of this machine's own is found. */
function processesIn(directory: string, name: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith(name)) return false;
        if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return false;
        return ['environ', 'cmdline'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(directory));
      } catch {
        return false;
      }
    })
    .map(Number);
}
