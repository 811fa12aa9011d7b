// Whether viewers see a live: by its HLS playlist, by what was seen of it before, and by what its streamer says.
import type { PlaylistSight, SlotReading, SlotRecord, Watched } from '../../model.js';
import { ageMs } from '../dates.js';

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
  const before = { ...watched };
  if (!playlist.ok) {
    const since = before.unreadSince ?? now.toISOString();
    const { edge, edgeSince, silentSince } = before;
    return {
      state: { is: 'unread', since, what: playlist.problem.detail },
      remember: { ...defined({ edge, edgeSince, silentSince }), unreadSince: since },
    };
  }
  const sight = playlist.value;
  const { motion, seen } = motionOf(sight, before, now);
  if (motion === 'advances') return { state: { is: 'onAir' }, remember: seen };
  if (ageMs(record.upAt ?? record.reservedAt, now) < STARTING_MS) return { state: { is: 'starting' }, remember: seen };
  if (isMeetingEmpty || isStreamerWaiting(reading, now)) return { state: { is: 'waiting' }, remember: seen };
  if (motion === 'unsure' && before.silentSince === undefined) return { state: { is: 'unsure' }, remember: seen };
  const since = before.silentSince ?? seen.edgeSince ?? now.toISOString();
  return {
    state: { is: 'silent', since, what: whatIsSeen(sight, seen, now) },
    remember: { ...seen, silentSince: since },
  };
}

type Seen = Pick<Watched, 'edge' | 'edgeSince'>;

/** One look is enough where the answer tells its age; else the playlist is compared with what it was before. */
function motionOf(
  sight: PlaylistSight,
  { edge, edgeSince }: Watched,
  now: Date,
): { motion: 'advances' | 'unsure' | 'stands'; seen: Seen } {
  if (sight.is !== 'playlist') return { motion: 'stands', seen: {} };
  const frozenMs = Math.max(FROZEN_MS, FROZEN_TARGETS * sight.targetMs);
  if (sight.ageMs !== null && sight.ageMs < frozenMs) return { motion: 'advances', seen: {} };
  const isSame = sight.edge === edge;
  const since = isSame && edgeSince !== undefined ? edgeSince : now.toISOString();
  const seen: Seen = { edge: sight.edge, edgeSince: since };
  if (edge !== undefined && !isSame) return { motion: 'advances', seen };
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
