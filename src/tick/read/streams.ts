// What is read of the lives in progress beyond their containers: what their streamers say, and what viewers get.
import { watchedOf } from '../plan/draft.js';
import { isOfThisRun } from '../plan/on-air/container-health.js';
import { isSecondLookOfUse } from '../plan/on-air/stream.js';
import { playlistUrl } from '../plan/names.js';
import type { Memory, PlaylistSight, Problem, Reading, SlotReading, SlotRecord } from '../model.js';
import type { Ports } from '../ports.js';
import { untilLate } from './in-time.js';
import { runningLive } from './running-live.js';

/** A playlist gets a new part every two to ten seconds. */
const SECOND_LOOK_MS = 6000;

export interface StreamsReading {
  /** By the stopwatch: nothing is waited for after that. */
  lateMs: number;
  memory: Memory;
  /** Whether a playlist of which one look says nothing is looked at again after six seconds, where there is time for it. */
  mayLookTwice: boolean;
}

/** Of the lives whose containers run, side by side. */
export async function withStreams(
  slots: SlotReading[],
  { lateMs, memory, mayLookTwice }: StreamsReading,
  ports: Ports,
): Promise<SlotReading[]> {
  if (!slots.some((slot) => runningLive(slot) !== null)) return slots;
  return untilLate(lateMs, ports, (inTime) => {
    const playlistOf = async (url: string, record: SlotRecord): Promise<Reading<PlaylistSight>> => {
      const look = (): Promise<Reading<PlaylistSight>> => inTime(LATE_PLAYLIST, () => ports.streams.readPlaylist(url));
      const first = await look();
      const watched = watchedOf(record.livestreamId, { memory });
      const isUnsure = first.ok && isSecondLookOfUse(first.value, record, watched, ports.clock.now());
      const hasTime = lateMs - ports.clock.uptimeMs() >= 2 * SECOND_LOOK_MS;
      if (!isUnsure || !mayLookTwice || !hasTime) return first;
      await ports.clock.sleep(SECOND_LOOK_MS);
      return withFormer(await look(), first);
    };
    const withStream = async (slot: SlotReading): Promise<SlotReading> => {
      const record = runningLive(slot);
      if (record === null) return slot;
      const url = ports.config.checkHls ? playlistUrl(record, ports.config) : null;
      const [streamer, playlist] = await Promise.all([
        inTime(LATE_STATE, async () => {
          const state = await ports.slots.readStreamerState(slot.slot);
          return { ok: true, value: state !== null && isOfThisRun(state, record) ? state : null };
        }),
        url === null ? undefined : playlistOf(url, record),
      ]);
      return { ...slot, streamer, ...(playlist === undefined ? {} : { playlist }) };
    };
    return Promise.all(slots.map(withStream));
  });
}

/** A second look that failed says nothing. */
function withFormer(second: Reading<PlaylistSight>, first: Reading<PlaylistSight>): Reading<PlaylistSight> {
  if (!first.ok || !second.ok || first.value.is !== 'playlist' || second.value.is !== 'playlist') return first;
  return { ok: true, value: { ...second.value, formerEdge: first.value.edge } };
}

const LATE_STATE: Problem = { kind: 'diskFailed', detail: "the streamer's state.json was not read in time" };
const LATE_PLAYLIST: Problem = { kind: 'playlistUnreadable', detail: 'it was not read in time' };
