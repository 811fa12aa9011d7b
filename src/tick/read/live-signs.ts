// What is read of each live in progress beside its containers: its recording, its chat; and the room that recordings have.
import { errorKey } from '../report/told.js';
import type { DiskSight, Memory, Reading, SlotReading } from '../model.js';
import { watchedOf } from '../plan/draft.js';
import { isChatAsked } from '../plan/on-air/chat.js';
import { recordingSlots } from '../plan/on-air/disk.js';
import { isRecorded } from '../plan/recorded.js';
import type { Ports } from '../ports.js';
import { readOrProblem } from './or-problem.js';
import { runningLive } from './running-live.js';

/** Of those whose container runs; what somebody is at work on is left alone. */
export function withLiveSigns(slots: SlotReading[], memory: Memory, now: Date, ports: Ports): Promise<SlotReading[]> {
  return Promise.all(slots.map(async (reading) => ({ ...reading, ...(await signsOf(reading, memory, now, ports)) })));
}

async function signsOf(
  reading: SlotReading,
  memory: Memory,
  now: Date,
  ports: Ports,
): Promise<Pick<SlotReading, 'recordings' | 'chat'>> {
  const { slot, container } = reading;
  const live = runningLive(reading);
  if (live === null) return {};
  const hasChat = container?.ok === true && container.value.state === 'running';
  const watched = watchedOf(live.livestreamId, { memory });
  const asksChat = live.enableChat && hasChat && isChatAsked(live, watched, now);
  const [recordings, chat] = await Promise.all([
    isRecorded(live) ? readOrProblem(ports, () => asValue(ports.recordings.read(slot))) : undefined,
    asksChat
      ? readOrProblem(ports, () => asValue(ports.chat.look(slot, { isWebinar: live.webinar !== undefined })))
      : undefined,
  ]);
  return {
    ...(recordings === undefined ? {} : { recordings: asDisks(recordings) }),
    ...(chat === undefined ? {} : { chat }),
  };
}

async function asValue<T>(value: Promise<T>): Promise<Reading<T>> {
  return { ok: true, value: await value };
}

/** What lies in a slot has not failed: it could not be looked at. */
function asDisks<T>(reading: Reading<T>): Reading<T> {
  if (reading.ok || reading.problem.kind !== 'recordingFailed') return reading;
  return { ok: false, problem: { ...reading.problem, kind: 'diskFailed' } };
}

/** What stands on another mount costs a process: it is asked now and then, and while something is known to be short. */
const FAR_MINUTES = 10;

/** Undefined: nothing is being recorded, and nothing is to be (`isRecordingAsked`). */
export async function readDisks(
  slots: SlotReading[],
  isRecordingAsked: boolean,
  memory: Memory,
  now: Date,
  ports: Ports,
): Promise<Reading<DiskSight[]> | undefined> {
  if (recordingSlots(slots).length === 0 && !isRecordingAsked) return undefined;
  const isShort = memory.told[errorKey('diskShort', null, null)]?.over === null;
  const withFar = isShort || Math.floor(now.getTime() / 60_000) % FAR_MINUTES === 0;
  return readOrProblem(ports, () => asValue(ports.disks.read({ withFar })));
}
