// What `status` says: the fields of `status --json`, which docs/en/on-the-air.md promises to those who read them with a program.
import type { ProblemKind } from '../model.js';

/**
 * Where a slot stands. `free`: it takes the next request. `starting`: its live is being made, or has no picture yet.
 * `waiting`: the streamer waits for its meeting. `on air`: viewers can see it. `silent`: it runs, and viewers see nothing.
 * `failed`: its container does not run, or what is there is no live of ours. `ending`: it is being put away. `busy`: a tick
 * is at work there. `unknown`: that cannot be read.
 */
export type SlotState =
  'free' | 'starting' | 'waiting' | 'on air' | 'silent' | 'failed' | 'ending' | 'busy' | 'unknown';

/** All times are ISO 8601, UTC. What users have typed is one line, without control characters. */
export interface Status {
  version: 1;
  /** When it was looked. */
  at: string;
  server: { hostname: string; number: number; of: number };
  /** 0 all is well, 1 something needs a hand, 3 it cannot be known. */
  exitStatus: 0 | 1 | 3;
  slots: SlotStatus[];
  /** Null: Pod cannot be read. */
  waiting: WaitingStatus[] | null;
  /** Null: the directory cannot be read. */
  outbox: OutboxStatus[] | null;
  ticks: TicksStatus;
  /** What needs a hand. */
  problems: ProblemStatus[];
  /** What could not be read. */
  unread: ProblemStatus[];
}

export interface SlotStatus {
  slot: number;
  state: SlotState;
  /** What is being done there, or what the next tick does; empty: nothing. */
  note: string;
  /** Null: none is known there. */
  live: LiveStatus | null;
}

export interface LiveStatus {
  livestreamId: number;
  /** Its name; null: not known. */
  meeting: string | null;
  /** Its id in BBB; null: not known. */
  meetingId: string | null;
  user: UserStatus | null;
  /** Since when the live has its slot. */
  since: string;
  /** From the teacher's request to the first picture that viewers could see; null: not yet, or not known. */
  onAirAfterSeconds: number | null;
  recording: RecordingStatus;
  /** Whether what viewers write gets into the meeting; `off`: not asked for. */
  chat: 'off' | 'listening' | 'deaf' | 'unknown';
  /** Where viewers watch; null: not made yet. */
  page: string | null;
  /** How often its container was started again. */
  restarts: number;
}

/** A user of Pod: who asked for the live. */
export interface UserStatus {
  /** Null: the address ends with no number. */
  id: number | null;
  url: string;
}

export interface RecordingStatus {
  asked: boolean;
  /** Why it is not made although it was asked for; null: it is. */
  refused: string | null;
  /** Of all its files in the slot; null: not known. */
  bytes: number | null;
  /** Null: nothing is recorded, or that is not known. */
  growing: boolean | null;
}

export interface WaitingStatus {
  livestreamId: number;
  meeting: string | null;
  user: UserStatus | null;
  /** Since when, by Pod. */
  since: string;
  why: string;
}

export interface OutboxStatus {
  /** Its directory below `outbox/`. */
  entry: string;
  livestreamId: number | null;
  since: string | null;
  /** `working`: a tick is at work on it. `next`: the next one is. `waiting`: for something else. `unreadable`: left alone. */
  state: 'working' | 'next' | 'waiting' | 'unreadable';
  why: string;
}

export interface TicksStatus {
  /** `silent`: none has begun for more than three minutes. `never`: none has left a trace. */
  cron: 'runs' | 'silent' | 'never' | 'unknown';
  /** The last ten at most, the newest first. */
  last: TickStatus[];
}

export interface TickStatus {
  startedAt: string;
  /** Null: it has not ended. */
  seconds: number | null;
  /** `ended`: somebody asked it to (SIGTERM). */
  result: 'ok' | 'errors' | 'ended' | 'at work' | 'killed';
}

export interface ProblemStatus {
  /** `noTick`: cron does not start the ticks. */
  kind: ProblemKind | 'noTick';
  livestreamId: number | null;
  slot: number | null;
  /** Since when the administrator knows; null: nobody was told yet. */
  since: string | null;
  /** What is wrong, with what is known of it. */
  what: string;
  /** What happens next, and what to do. */
  next: string;
}
