// state.json: how the stream is, for the container's health check and for whoever looks.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamerState } from '../model.js';

/** Times are ISO 8601. */
export interface StateFile {
  state: StreamerState;
  since: string;
  written: string;
  frames: number;
  /** When the number of frames last grew; null: not yet. */
  lastFrame: string | null;
  rtmp: string;
  /** Loudness of the last second in decibels, 0 is full scale; null: not known. */
  soundDb: number | null;
  /** Name and size of the file that is being written. */
  recording: string | null;
  recordedBytes: number | null;
  chatWaiting: number;
}

const NAME = 'state.json';
const FRESH_MS = 30_000;

export function writeState(runDirectory: string, state: StateFile): void {
  const path = join(runDirectory, NAME);
  writeFileSync(`${path}.new`, `${JSON.stringify(state)}\n`);
  renameSync(`${path}.new`, path);
}

/** What is wrong; null: all is well. A stream that waits for its meeting is well. */
export function faultOfState(runDirectory: string, nowMs: number): string | null {
  const path = join(runDirectory, NAME);
  try {
    if (nowMs - statSync(path).mtimeMs > FRESH_MS) return 'the streamer has not written its state for 30 s';
    const { state, lastFrame } = JSON.parse(readFileSync(path, 'utf8')) as StateFile;
    const isShowing = state === 'live' || state === 'audio' || state === 'reconnecting';
    if (isShowing && lastFrame !== null && nowMs - Date.parse(lastFrame) > FRESH_MS)
      return `${state}: no picture for 30 s`;
    return null;
  } catch (error) {
    return `the streamer's state cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
