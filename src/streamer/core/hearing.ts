// From a client in the meeting to its sound: what is clicked, and what is done when there is none.
import { click, dismissModals } from './clicks.js';
import { become, leave, type Turn } from './turn.js';
import type { PartName } from './selectors.js';
import { leaveIfLost } from './staying.js';

const PATIENCE_MS = 60_000;
/** The sign is there before the first sound is. */
const PLAYING_MS = 10_000;

/** In this order: the first that is there. */
const WAYS: PartName[] = ['listenOnly', 'helpListenOnly', 'joinAudio'];

export function hear(turn: Turn): void {
  const { next, seen } = turn;
  if (leaveIfLost(turn) || seen.page.kind !== 'client') return;
  const { parts, isPlaying } = seen.page;
  const sinceMs = seen.nowMs - next.sinceMs;
  if (parts.includes('inAudio') && (isPlaying || sinceMs > PLAYING_MS)) {
    next.isSoundless = !isPlaying;
    goLive(turn, isPlaying ? 'picture and sound' : 'in the audio conference, but nothing plays there');
    return;
  }
  if (sinceMs > PATIENCE_MS) {
    withoutSound(turn);
    return;
  }
  dismissModals(turn);
  const isOnTheWay = parts.includes('inAudio') || parts.includes('connecting');
  const way = isOnTheWay ? undefined : WAYS.find((part) => parts.includes(part));
  if (way !== undefined) click(turn, way);
}

/** A silent picture is better than none; joining once more may help. */
function withoutSound(turn: Turn): void {
  const { next } = turn;
  if (next.soundlessJoins === 0) {
    next.soundlessJoins = 1;
    leave(turn, `no sound after ${PATIENCE_MS / 1000} s`);
    return;
  }
  next.isSoundless = true;
  goLive(turn, 'without sound: the audio conference could not be joined');
}

function goLive(turn: Turn, why: string): void {
  turn.next.failures = 0;
  become(turn, 'live', why, turn.next.isSoundless ? 'WARN' : 'INFO');
}
