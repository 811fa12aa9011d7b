// What is read of the lives in progress beyond their containers: what their streamers say, and what viewers get.
import { isOfThisRun } from './plan/on-air/container-health.js';
import { playlistUrl } from './plan/names.js';
import type { Problem, Reading, SlotReading } from './model.js';
import type { Ports } from './ports.js';
import { readOrProblem } from './read/or-problem.js';
import { runningLive } from './read/running-live.js';

/** Of the lives whose containers run, side by side; none of it is waited for after `lateMs` (by the stopwatch). */
export async function withStreams(slots: SlotReading[], lateMs: number, ports: Ports): Promise<SlotReading[]> {
  if (!slots.some((slot) => runningLive(slot) !== null)) return slots;
  const done = new AbortController();
  const timeIsUp = ports.clock.sleep(Math.max(0, lateMs - ports.clock.uptimeMs()), done.signal).then(() => null);
  const inTime = async <T>(late: Problem, read: () => Promise<Reading<T>>): Promise<Reading<T>> => {
    return (await Promise.race([readOrProblem(ports, read), timeIsUp])) ?? { ok: false, problem: late };
  };
  try {
    return await Promise.all(
      slots.map(async (slot) => {
        const record = runningLive(slot);
        if (record === null) return slot;
        const url = ports.config.checkHls ? playlistUrl(record, ports.config) : null;
        const [streamer, playlist] = await Promise.all([
          inTime(LATE_STATE, async () => {
            const state = await ports.slots.readStreamerState(slot.slot);
            return { ok: true, value: state !== null && isOfThisRun(state, record) ? state : null };
          }),
          url === null ? undefined : inTime(LATE_PLAYLIST, () => ports.streams.readPlaylist(url)),
        ]);
        return { ...slot, streamer, ...(playlist === undefined ? {} : { playlist }) };
      }),
    );
  } finally {
    done.abort();
  }
}

const LATE_STATE: Problem = { kind: 'diskFailed', detail: "the streamer's state.json was not read in time" };
const LATE_PLAYLIST: Problem = { kind: 'playlistUnreadable', detail: 'it was not read in time' };
