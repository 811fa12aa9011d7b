// Keeps ffmpeg at work: started when there is something to show, and again when it dies or stands still.
import { STREAMER_EXIT } from '../../shared/streamer-exit.js';
import { finish, say, type Turn } from './turn.js';

const STANDSTILL_MS = 20_000;
const RTMP_PATIENCE_MS = 120_000;
const BACKOFF_MS = [1000, 2000, 5000, 15_000, 30_000];

export function watchEncoder(turn: Turn): void {
  const { next, seen, acts } = turn;
  const watch = next.encoder;
  if (!watch.isWanted) return;
  watchRtmp(turn);
  if (next.state === 'ended') return;
  if (seen.encoder.life === 'none') {
    if (seen.station !== 'up' || seen.nowMs < watch.nextStartMs) return;
    watch.firstStartMs ??= seen.nowMs;
    watch.frames = 0;
    watch.movedAtMs = seen.nowMs;
    acts.push({ kind: 'startEncoder' });
    return;
  }
  if (seen.encoder.frames > watch.frames) {
    watch.frames = seen.encoder.frames;
    watch.movedAtMs = seen.nowMs;
    watch.deaths = 0;
  }
  const stands = seen.nowMs - watch.movedAtMs > STANDSTILL_MS;
  if (seen.encoder.life !== 'dead' && !stands) return;
  const pauseMs = BACKOFF_MS[Math.min(watch.deaths, BACKOFF_MS.length - 1)] ?? 0;
  watch.deaths += 1;
  watch.nextStartMs = seen.nowMs + pauseMs;
  acts.push({ kind: 'stopEncoder' });
  const what = stands ? `ffmpeg made no picture for ${STANDSTILL_MS / 1000} s` : 'ffmpeg ended by itself';
  say(turn, 'WARN', `${next.state}: ${what}; it is started again, with another file`);
}

function watchRtmp(turn: Turn): void {
  const { next, seen } = turn;
  const watch = next.encoder;
  const { rtmp } = seen.encoder;
  if (rtmp !== watch.rtmp) {
    if (rtmp === 'connected') say(turn, 'INFO', `${next.state}: the RTMP server takes the stream`);
    if (rtmp === 'lost') say(turn, 'WARN', `${next.state}: the RTMP server cannot be reached; trying again every 2 s`);
    watch.rtmp = rtmp;
  }
  if (rtmp === 'connected') watch.wasConnected = true;
  if (rtmp === 'none' || watch.wasConnected || watch.firstStartMs === null) return;
  if (seen.nowMs - watch.firstStartMs > RTMP_PATIENCE_MS) {
    finish(turn, STREAMER_EXIT.rtmp, 'ERROR', `the RTMP server could not be reached for ${RTMP_PATIENCE_MS / 1000} s`);
  }
}
