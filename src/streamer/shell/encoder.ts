// ffmpeg at work: started, listened to, and ended so that the recording is whole.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLasting, type LastingProgram } from '../../shared/lasting-program.js';
import { framesIn, isWorthTelling, levelIn, rtmpIn, saysInterrupted } from '../core/encoder-output.js';
import { encoderPlan, recordingName } from '../core/ffmpeg-arguments.js';
import type { EncoderSight, StreamerConfig } from '../model.js';
import { hasConnection } from './connections.js';
import type { Station } from './station.js';

export interface Encoder {
  sight(): EncoderSight;
  pid(): number | undefined;
  /** Decibels of the last second; null: not yet known. */
  level(): number | null;
  /** The file that is being written; null: none. */
  recording(): string | null;
  start(): void;
  /** The recording is whole afterwards, unless ffmpeg had to be killed. */
  stop(): Promise<void>;
}

/** Within what Docker leaves a container between SIGTERM and SIGKILL. */
const PATIENCE_MS = 6000;
/** A server that takes the connection and refuses the stream says so within so many looks. */
const CONNECTED_AFTER_MS = 3000;

export function createEncoder(config: StreamerConfig, station: Station, log: (line: string) => void): Encoder {
  const presetFile = join(config.runDirectory, 'stream.ffpreset');
  let program: LastingProgram | null = null;
  let frames = 0;
  let level: number | null = null;
  let rtmp: EncoderSight['rtmp'] = 'none';
  let recording: string | null = null;
  let connectedSinceMs: number | null = null;
  let isEnding = false;
  let wasInterrupted = false;

  const heedWords = (line: string): void => {
    if (!isEnding && saysInterrupted(line)) wasInterrupted = true;
    const news = rtmpIn(line);
    if (news !== null) {
      rtmp = news;
      connectedSinceMs = null;
    }
    if (config.debug || isWorthTelling(line)) log(`ffmpeg: ${line}`);
  };
  const watchConnection = (): void => {
    if (rtmp !== 'trying' || program?.pid === undefined) return;
    const nowMs = performance.now();
    if (!hasConnection(program.pid)) connectedSinceMs = null;
    else connectedSinceMs ??= nowMs;
    if (connectedSinceMs !== null && nowMs - connectedSinceMs > CONNECTED_AFTER_MS) rtmp = 'connected';
  };
  return {
    sight() {
      watchConnection();
      const life = program === null ? 'none' : program.isRunning() ? 'up' : 'dead';
      return { life, frames, rtmp: program === null ? 'none' : rtmp, wasInterrupted };
    },
    pid: () => program?.pid,
    level: () => level,
    recording: () => recording,
    start() {
      const now = new Date();
      recording = config.record ? join(config.videoDirectory, recordingName(now, config.timeZone)) : null;
      const places = { display: station.display(), nowS: now.getTime() / 1000, presetFile, recording };
      const plan = encoderPlan(config, places);
      if (plan.preset !== null) writeFileSync(presetFile, `${plan.preset}\n`, { mode: 0o600 });
      frames = 0;
      level = null;
      isEnding = false;
      rtmp = config.streamUrl === '' ? 'none' : 'trying';
      connectedSinceMs = null;
      program = startLasting(['ffmpeg', ...plan.arguments], {
        environment: station.environment(),
        lines: {
          1: (line) => (frames = framesIn(line) ?? frames),
          2: heedWords,
          3: (line) => (level = levelIn(line) ?? level),
        },
      });
    },
    async stop() {
      isEnding = true;
      await program?.end('SIGINT', PATIENCE_MS);
      program = null;
      recording = null;
      rmSync(presetFile, { force: true });
    },
  };
}
