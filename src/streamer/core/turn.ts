// One step in the making: what is remembered, what is seen, what is to be done, and the ways in which a state ends.
import type { StreamerExit } from '../../shared/streamer-exit.js';
import type { StreamerPhase } from '../../shared/streamer-state.js';
import type { Act, EncoderSight, Observation, StreamerConfig } from '../model.js';
import type { PartName } from './selectors.js';

/** What is remembered from one observation to the next. Times are in milliseconds since 1970. */
export interface Machine {
  state: StreamerPhase;
  /** When the state began. */
  sinceMs: number;
  startedAtMs: number;
  /** The meeting that runs now; null: not seen yet. */
  meeting: { internalMeetingId: string; createTime: string; attendeePassword: string } | null;
  /** Of the last question that was asked, and of the last answer that was heeded. */
  askedAtMs: number | null;
  heededAtMs: number | null;
  nextAskMs: number;
  /** Unreadable answers in a row. */
  unreadable: number;
  /** What was last told about the meeting, so that it is told once. */
  toldOfMeeting: string;
  hasCreated: boolean;
  /** When the page was told to join; null: it is to be. */
  joinedAtMs: number | null;
  /** A join waits for an answer to a question asked since then. */
  leftAtMs: number | null;
  /** Attempts to be in the meeting that failed in a row, and when the next one may begin. */
  failures: number;
  nextTryMs: number;
  refusals: number;
  browserDeaths: number;
  toldOfLobby: boolean;
  clicks: Partial<Record<PartName, { count: number; atMs: number }>>;
  wantedChat: boolean | null;
  /** The chat was asked for when it was joined. */
  joinedWithChat: boolean;
  /** How often it was joined again because there was no sound. */
  soundlessJoins: number;
  isSoundless: boolean;
  encoder: EncoderWatch;
}

/** What a step works on: the new memory, and what is to be done. */
export interface Turn {
  next: Machine;
  seen: Observation;
  config: Pick<StreamerConfig, 'startMeeting' | 'waitTimeoutMs'>;
  acts: Act[];
}

export interface EncoderWatch {
  isWanted: boolean;
  firstStartMs: number | null;
  frames: number;
  /** When the number of frames last grew. */
  movedAtMs: number;
  nextStartMs: number;
  /** In a row, without a frame. */
  deaths: number;
  rtmp: EncoderSight['rtmp'];
  /** The RTMP server was reached at least once. */
  wasConnected: boolean;
}

export const BACKOFF_MS = [2000, 5000, 15_000, 30_000];
const SHORTEST_POLL_MS = 3000;

export function say(turn: Turn, level: 'INFO' | 'WARN' | 'ERROR', text: string): void {
  turn.acts.push({ kind: 'say', level, text });
}

/** One line a change of state. */
export function become(turn: Turn, state: StreamerPhase, why: string, level: 'INFO' | 'WARN' | 'ERROR' = 'INFO'): void {
  const { next } = turn;
  if (next.state !== state) {
    next.state = state;
    next.sinceMs = turn.seen.nowMs;
  }
  say(turn, level, `${state}: ${why}`);
}

/** The recording is closed first, everything else is put away, and the program ends. */
export function finish(turn: Turn, status: StreamerExit, level: 'INFO' | 'WARN' | 'ERROR', why: string): void {
  become(turn, 'ended', why, level);
  turn.acts.push({ kind: 'stopEncoder' }, { kind: 'closeBrowser' }, { kind: 'stopStation' }, { kind: 'end', status });
}

/** This attempt to be in the meeting is given up; the next one begins after a pause, once the API has said how things are. */
export function leave(turn: Turn, why: string): void {
  const { next, seen } = turn;
  const pauseMs = BACKOFF_MS[Math.min(next.failures, BACKOFF_MS.length - 1)] ?? 0;
  next.failures += 1;
  next.nextTryMs = seen.nowMs + pauseMs;
  next.joinedAtMs = null;
  next.leftAtMs = seen.nowMs;
  next.nextAskMs = Math.min(next.nextAskMs, Math.max(seen.nowMs, (next.askedAtMs ?? 0) + SHORTEST_POLL_MS));
  next.clicks = {};
  become(
    turn,
    next.encoder.isWanted ? 'reconnecting' : 'joining',
    `${why}; trying again in ${pauseMs / 1000} s`,
    'WARN',
  );
}
