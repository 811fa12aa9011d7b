// state.json: how the stream is, for the container's health check and for whoever looks.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATE_FILE, type StreamerState } from '../../shared/streamer-state.js';

const FRESH_MS = 30_000;

export function writeState(runDirectory: string, state: StreamerState): void {
  const path = join(runDirectory, STATE_FILE);
  writeFileSync(`${path}.new`, `${JSON.stringify(state)}\n`);
  renameSync(`${path}.new`, path);
}

/**
 * Where the ticks on the host can see it: beside the recordings. A disk that is full or read-only is told elsewhere; the
 * stream needs nothing of this.
 */
export function showState(videoDirectory: string, state: StreamerState): void {
  try {
    writeState(videoDirectory, state);
  } catch {
    // The ticks then know what the engine says.
  }
}

/** What is wrong; null: all is well. A stream that waits for its meeting is well. */
export function faultOfState(runDirectory: string, nowMs: number): string | null {
  const path = join(runDirectory, STATE_FILE);
  try {
    if (nowMs - statSync(path).mtimeMs > FRESH_MS) return 'the streamer has not written its state for 30 s';
    const { state, lastFrame } = JSON.parse(readFileSync(path, 'utf8')) as StreamerState;
    const isShowing = state === 'live' || state === 'audio' || state === 'reconnecting';
    if (isShowing && lastFrame !== null && nowMs - Date.parse(lastFrame) > FRESH_MS)
      return `${state}: no picture for 30 s`;
    return null;
  } catch (error) {
    return `the streamer's state cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
