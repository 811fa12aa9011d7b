// Whether viewers see a live: by its HLS playlist, by what was seen of it before, and by what its streamer says.
import type { PlaylistSight, SlotReading, SlotRecord, Watched } from '../../model.js';
import { ageMs } from '../dates.js';
import { startOf } from './recording.js';

/**
 * `onAir`: the playlist advances. `starting`: it does not yet, shortly after the container was started. `waiting`: nobody is
 * in the meeting, or its streamer is not in it yet. `silent`: it does not, since `since`. `unread`: the playlist cannot be
 * read, since `since`, which says nothing of the stream. `unsure`: whether it advances is seen at the next look. `unwatched`:
 * nobody has looked (CHECK_HLS=false, or its container does not run).
 */
export type StreamState =
  | { is: 'onAir' | 'starting' | 'waiting' | 'unsure' | 'unwatched' }
  /** What was found, in words. */
  | { is: 'silent' | 'unread'; since: string; what: string };

/** A stream and its viewers' way need so long until the first picture. */
const STARTING_MS = 3 * 60_000;

/** A live playlist gets a new part each target duration; so many without one, and at least so long, is a frozen stream. */
const FROZEN_TARGETS = 3;
const FROZEN_MS = 30_000;

/** Dates of HTTP are whole seconds: what is younger may be said to be so much older, and the other way round. */
const GRAIN_MS = 1000;

/** A streamer that has not written for so long says nothing any more. */
export const STATE_FRESH_MS = 60_000;

export interface WatchedStream {
  state: StreamState;
  /** What is to be remembered for the next look; a tick in which all is well remembers nothing. */
  remember: Pick<Watched, 'edge' | 'edgeSince' | 'silentSince' | 'unreadSince'>;
}

/** `isMeetingEmpty`: BBB says that nobody is in the meeting. */
export function streamOf(
  reading: SlotReading,
  record: SlotRecord,
  watched: Watched | undefined,
  { now, isMeetingEmpty }: { now: Date; isMeetingEmpty: boolean },
): WatchedStream {
  const { playlist } = reading;
  if (playlist === undefined) return { state: { is: 'unwatched' }, remember: {} };
  const runMs = ageOfRun(record, now);
  const before = ofThisRun(watched, runMs, now);
  if (!playlist.ok) {
    const since = watched?.unreadSince ?? now.toISOString();
    return {
      state: { is: 'unread', since, what: playlist.problem.detail },
      remember: { ...before, unreadSince: since },
    };
  }
  const sight = playlist.value;
  const { motion, seen } = motionOf(sight, before, runMs + grainOf(record), now);
  if (motion === 'advances') return { state: { is: 'onAir' }, remember: seen };
  if (runMs < STARTING_MS) return { state: { is: 'starting' }, remember: seen };
  if (isMeetingEmpty || isStreamerWaiting(reading, now)) return { state: { is: 'waiting' }, remember: seen };
  if (motion === 'unsure' && before.silentSince === undefined) return { state: { is: 'unsure' }, remember: seen };
  const since = before.silentSince ?? seen.edgeSince ?? now.toISOString();
  return {
    state: { is: 'silent', since, what: whatIsSeen(sight, seen, now) },
    remember: { ...seen, silentSince: since },
  };
}

/** Just before it was started again there was a stream, and a playlist: one that may be that stream's is not believed. */
function grainOf({ restarts = [] }: SlotRecord): number {
  return restarts.length > 0 ? -GRAIN_MS : GRAIN_MS;
}

/** How long ago its container was started last. One that was started in the future was not: the clock has been put back. */
function ageOfRun(record: SlotRecord, now: Date): number {
  const runMs = ageMs(startOf(record), now);
  return runMs < 0 ? Number.POSITIVE_INFINITY : runMs;
}

/** What was seen before its container was started last is of the one before. */
function ofThisRun(
  { edge, edgeSince, silentSince }: Watched = {},
  runMs: number,
  now: Date,
): Pick<Watched, 'edge' | 'edgeSince' | 'silentSince'> {
  const isOfThisRun = (since: string | undefined): boolean => since !== undefined && ageMs(since, now) <= runMs;
  return {
    ...(isOfThisRun(edgeSince) ? defined({ edge, edgeSince }) : {}),
    ...(isOfThisRun(silentSince) ? defined({ silentSince }) : {}),
  };
}

/**
 * Whether a second look, shortly after the first, may say more: of a playlist that tells no age, and of which nothing is
 * remembered yet, a single one decides nothing.
 */
export function isSecondLookOfUse(
  sight: PlaylistSight,
  record: SlotRecord,
  watched: Watched | undefined,
  now: Date,
): boolean {
  const isAgeless = sight.is === 'playlist' && sight.ageMs === null;
  return isAgeless && ofThisRun(watched, ageOfRun(record, now), now).edge === undefined;
}

type Seen = Pick<Watched, 'edge' | 'edgeSince'>;

/**
 * One look is enough where the answer tells its age; else the playlist is compared with what it was before. What was written
 * before the container was started (`ownMs` ago) is what the one before has left.
 */
function motionOf(
  sight: PlaylistSight,
  { edge, edgeSince }: Seen,
  ownMs: number,
  now: Date,
): { motion: 'advances' | 'unsure' | 'stands'; seen: Seen } {
  if (sight.is !== 'playlist') return { motion: 'stands', seen: {} };
  const frozenMs = Math.max(FROZEN_MS, FROZEN_TARGETS * sight.targetMs);
  const youngMs = Math.min(frozenMs, ownMs);
  if (sight.ageMs !== null && sight.ageMs <= youngMs) return { motion: 'advances', seen: {} };
  const since = sight.edge === edge && edgeSince !== undefined ? edgeSince : now.toISOString();
  const seen: Seen = { edge: sight.edge, edgeSince: since };
  const former = sight.formerEdge ?? edge;
  if (former !== undefined && former !== sight.edge) return { motion: 'advances', seen };
  return { motion: ageMs(since, now) >= frozenMs ? 'stands' : 'unsure', seen };
}

function isStreamerWaiting({ streamer }: SlotReading, now: Date): boolean {
  if (streamer?.ok !== true || streamer.value === null || ageMs(streamer.value.written, now) >= STATE_FRESH_MS)
    return false;
  return streamer.value.state === 'waiting' || streamer.value.state === 'joining';
}

function whatIsSeen(sight: PlaylistSight, { edgeSince }: Seen, now: Date): string {
  if (sight.is !== 'playlist') return sight.what;
  const standsMs = ageMs(edgeSince as string, now);
  const oldMs = sight.ageMs === null ? standsMs : Math.max(sight.ageMs, standsMs);
  return `the playlist has not changed for ${Math.round(oldMs / 1000)} s`;
}

function defined<T extends object>(fields: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
