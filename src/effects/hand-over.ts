// Recordings: handed over to Pod once, whole, under their own meeting's id, or kept aside (promise P4).
import type { HandOver, SlotRecord } from '../model.js';
import { PortError, type Recording, type RecordingTarget } from '../ports.js';
import { go, inform, note, type Act, type Context, type Place } from './act.js';

/** Signs that may stand in the name of a kept file. */
const NOT_IN_A_NAME = /[^A-Za-z0-9._-]+/g;

/** Internal ids that may be the name of a file: BBB's are forty hexadecimal digits, a dash and a time. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Every recording of this slot, oldest name first; what was begun is finished before anything else, here and below. */
export const handOver: Act<'handOver'> = async (_effect, place, context) => {
  let record = place.record;
  if (record.handOver !== null) record = await finishHandOver({ ...place, record }, record.handOver, context);
  for (const recording of await context.ports.recordings.read(place.slot)) {
    record = await handOverOne({ ...place, record }, recording, context);
  }
  return go(record);
};

/** Recordings that an earlier live left in the slot go to `kept/` before the next one begins. */
export const clearOut: Act<'clearOut'> = async (_effect, place, context) => {
  const former = await context.ports.recordings.formerLive(place.slot);
  let record = place.record;
  if (record.handOver !== null) record = await finishHandOver({ ...place, record }, record.handOver, context);
  for (const recording of await context.ports.recordings.read(place.slot)) {
    if (recording.modifiedAt.getTime() >= Date.parse(record.reservedAt)) continue;
    const name = former === null ? strangerName(place, recording) : keptName(former.livestreamId, former.internalMeetingId);
    record = await keep({ ...place, record }, recording, name, 'it was in the slot before this live', context);
  }
  return go(record);
};

function keptName(livestreamId: number, internalMeetingId: string): string {
  const meeting = internalMeetingId.replace(NOT_IN_A_NAME, '_').slice(0, 100);
  return `${String(livestreamId)}-${meeting === '' ? 'unknown' : meeting}`;
}

function strangerName(place: Place, recording: Recording): string {
  const stem = recording.file.replace(/\.mkv$/i, '').replace(NOT_IN_A_NAME, '_').slice(0, 100);
  return `unknown-slot${String(place.slot)}-${stem}`;
}

async function handOverOne(place: Place, recording: Recording, context: Context): Promise<SlotRecord> {
  const { record } = place;
  if (recording.modifiedAt.getTime() < Date.parse(record.reservedAt)) {
    return keep(place, recording, strangerName(place, recording), 'it is older than the live in its slot', context);
  }
  const ownName = keptName(record.livestreamId, record.internalMeetingId);
  if (!record.recordingAsked) return keep(place, recording, ownName, 'its live was not to be recorded', context);
  // Left where it is, as the PHP script did; kept aside when the slot is used next.
  if (context.config.podDefaultBbbPath === '') return record;
  if (record.userPath === null) return keep(place, recording, ownName, 'its live has no user in Pod', context);
  const refusal = await whyNotPods(record, context);
  if (refusal !== null) return keep(place, recording, ownName, refusal, context);
  if (await context.ports.recordings.isWaiting(record.internalMeetingId)) {
    const detail = `an earlier recording of meeting ${record.internalMeetingId} was not collected by Pod yet; ${recording.file} waits in its slot`;
    throw new PortError('recordingWaiting', detail, { certain: true });
  }
  const target: RecordingTarget = { place: 'pod', internalMeetingId: record.internalMeetingId, livestreamId: record.livestreamId };
  const handedOver = await context.ports.recordings.copy(place.slot, recording.file, target);
  const noted = await note(place, { handOver: handedOver }, context);
  return finishHandOver({ ...place, record: noted }, handedOver, context);
}

/** Why Pod would publish the file under another meeting, or for ever refuse it; null when nothing speaks against it. */
async function whyNotPods(record: SlotRecord, context: Context): Promise<string | null> {
  if (record.internalMeetingId === '') return 'the internal id of its meeting is not known';
  if (!FILE_NAME.test(record.internalMeetingId)) return 'the internal id of its meeting cannot be the name of a file';
  const meeting = await context.ports.pod.readMeeting(record.meetingPath);
  if (!meeting.ok) {
    if (meeting.problem.missing === true) return 'its meeting is no longer in Pod';
    throw new PortError(meeting.problem.kind, meeting.problem.detail);
  }
  const found = meeting.value.internalMeetingId;
  return found === record.internalMeetingId ? null : `Pod's row of its meeting now has another internal id (${found})`;
}

/** From the complete `.part` to the final name; each step is noted before it is taken. */
async function finishHandOver(place: Place, begun: HandOver, context: Context): Promise<SlotRecord> {
  let current = begun;
  let { record } = place;
  if (current.phase === 'copied' && current.keptBecause === undefined) {
    const refusal = await tellPodOwner(record, context);
    if (refusal !== null) {
      const name = keptName(record.livestreamId, record.internalMeetingId);
      const redirected = await context.ports.recordings.redirect(current, { place: 'kept', name });
      current = { ...redirected, keptBecause: refusal };
      record = await note({ ...place, record }, { handOver: current }, context);
    }
  }
  if (current.phase === 'copied') {
    current = { ...current, phase: 'renaming' };
    record = await note({ ...place, record }, { handOver: current }, context);
  }
  const target = await context.ports.recordings.rename(current);
  await context.ports.recordings.removeSource(place.slot, current);
  record = await note({ ...place, record }, { handOver: null }, context);
  if (current.keptBecause === undefined) inform(place, `recording ${current.file} handed over to Pod`, context);
  else tellKept(place, current.file, target, current.keptBecause, context);
  return record;
}

/** PATCH of the meeting's row; the answer is why Pod refuses it for good, or null. */
async function tellPodOwner(record: SlotRecord, context: Context): Promise<string | null> {
  if (record.userPath === null) return 'its live has no user in Pod';
  try {
    const { internalMeetingId } = await context.ports.pod.setEncodedBy(record.meetingPath, record.userPath);
    return internalMeetingId === record.internalMeetingId ? null : `Pod's row of its meeting now has another internal id (${internalMeetingId})`;
  } catch (error) {
    if (error instanceof PortError && (error.status === 400 || error.status === 404)) return error.problem.detail;
    throw error;
  }
}

async function keep(place: Place, recording: Recording, name: string, because: string, context: Context): Promise<SlotRecord> {
  const copied = await context.ports.recordings.copy(place.slot, recording.file, { place: 'kept', name });
  const current: HandOver = { ...copied, keptBecause: because };
  const record = await note(place, { handOver: current }, context);
  return finishHandOver({ ...place, record }, current, context);
}

function tellKept(place: Place, file: string, target: string, because: string, context: Context): void {
  const detail = `${file} is now ${target}: ${because}`;
  context.tell({ level: 'error', livestreamId: place.livestreamId, slot: place.slot, problem: { kind: 'recordingKept', detail } });
}
