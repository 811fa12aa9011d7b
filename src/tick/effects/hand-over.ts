// Recordings: handed over to Pod once, whole, under their own meeting's id, or kept aside (docs/promises.md, P4).
import { PortError } from '../errors.js';
import type { HandOver, Problem, Recording, SlotRecord } from '../model.js';
import { type RecordingTarget } from '../ports.js';
import { inform, need, note, type Act, type Context, type Place } from './act.js';

/** Signs that may stand in the name of a kept file. */
const NOT_IN_A_NAME = /[^A-Za-z0-9._-]+/g;

/** Internal ids that may be the name of a file: BBB's are forty hexadecimal digits, a dash and a time. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Every recording of this slot, oldest name first; what was begun is finished before anything else, here and below. */
export const handOver: Act<'handOver'> = async (_effect, place, context) => {
  const { recordings } = context.ports;
  let record = await resume(place, context);
  for (const recording of await recordings.read(place.slot)) {
    record = await handOverOne({ ...place, record }, recording, context);
  }
  const [left] = await recordings.read(place.slot);
  if (left !== undefined && context.config.podDefaultBbbPath !== '')
    throw new PortError('recordingFailed', `${left.file} has come to slot ${place.slot} in the meantime`);
  const others = await recordings.readOthers(place.slot);
  const isMissing = left === undefined && record.recordingAsked && record.recording === undefined;
  if (isMissing) return { record: await tellMissing({ ...place, record }, others, context) };
  if (others.length > 0) inform(place, `no recording, and left in videodata: ${others.join(', ')}`, context);
  return { record };
};

/** Asked for, and there is nothing: told once, with what lies there instead. */
async function tellMissing(place: Place, others: string[], context: Context): Promise<SlotRecord> {
  const found = others.length === 0 ? 'holds none' : `holds none, but ${others.join(', ')}`;
  const log = `${context.config.logDirectory}/${place.livestreamId}.log`;
  const detail = `a recording was asked for, and videodata of slot ${place.slot} ${found}; what the container said is in ${log}`;
  complain(place, { kind: 'recordingMissing', detail }, context);
  return note(place, { recording: 'missing' }, context);
}

/** Recordings that lay in the slot when it was taken go to `kept/` before the container is started. */
export const clearOut: Act<'clearOut'> = async (_effect, place, context) => {
  let record = await resume(place, context);
  if (record.strangers === undefined) record = await takeStock({ ...place, record }, context);
  for (const recording of await context.ports.recordings.read(place.slot)) {
    if (isStrangers(recording, record)) record = await keepStrangers({ ...place, record }, recording, context);
  }
  return { record };
};

/** Why what a failed start has recorded is kept; also how it is known again after a kill. */
const OF_A_FAILED_START = 'it was recorded by a start that failed';

/** What a start that failed has recorded: its request waits again, and its next start makes another recording. */
export const keepFragments: Act<'keepFragments'> = async (_effect, place, context) => {
  let record = await resume(place, context);
  const name = keptName(record.livestreamId, record.internalMeetingId);
  for (const recording of await context.ports.recordings.read(place.slot)) {
    if (isStrangers(recording, record)) continue;
    record = await keep({ ...place, record }, recording, { name, because: OF_A_FAILED_START }, context);
  }
  return { record };
};

/** A start that version 1.1.0 began: while the live has no container, all that is there is somebody else's. */
async function takeStock(place: Place, context: Context): Promise<SlotRecord> {
  const container = need(await context.ports.compose.read(place.slot));
  const found = container === 'absent' ? await context.ports.recordings.read(place.slot) : [];
  return note(place, { strangers: found.map(({ file, size }) => ({ file, size })) }, context);
}

/** What has another size than when the slot was taken was written by the container that was started since. */
function isStrangers({ file, size }: Recording, { strangers = [] }: SlotRecord): boolean {
  return strangers.some((stranger) => stranger.file === file && stranger.size === size);
}

async function keepStrangers(place: Place, recording: Recording, context: Context): Promise<SlotRecord> {
  const former = await context.ports.recordings.formerLive(place.slot);
  const name =
    former === null ? strangerName(place, recording) : keptName(former.livestreamId, former.internalMeetingId);
  return keep(place, recording, { name, because: 'it was in the slot before this live', isStrangers: true }, context);
}

function keptName(livestreamId: number, internalMeetingId: string): string {
  const meeting = internalMeetingId.replace(NOT_IN_A_NAME, '_').slice(0, 100);
  return `${livestreamId}-${meeting === '' ? 'unknown' : meeting}`;
}

function strangerName(place: Place, recording: Recording): string {
  const stem = recording.file
    .replace(/\.mkv$/i, '')
    .replace(NOT_IN_A_NAME, '_')
    .slice(0, 100);
  return `unknown-slot${place.slot}-${stem}`;
}

async function handOverOne(place: Place, recording: Recording, context: Context): Promise<SlotRecord> {
  const { record } = place;
  if (isStrangers(recording, record)) return keepStrangers(place, recording, context);
  const name = keptName(record.livestreamId, record.internalMeetingId);
  if (!record.recordingAsked)
    return keep(place, recording, { name, because: 'its live was not to be recorded' }, context);
  // Left where it is, as the PHP script did; kept aside when the slot is used next.
  if (context.config.podDefaultBbbPath === '') return record;
  if (record.userPath === null)
    return keep(place, recording, { name, because: 'its live has no user in Pod' }, context);
  const refusal = await whyNotPods(record, context);
  if (refusal !== null) return keep(place, recording, { name, because: refusal }, context);
  await expectNoneWaiting(record, recording.file, context);
  const target: RecordingTarget = {
    place: 'pod',
    internalMeetingId: record.internalMeetingId,
    livestreamId: record.livestreamId,
  };
  const handedOver = await context.ports.recordings.copy(place.slot, recording.file, target);
  const noted = await note(place, { handOver: handedOver }, context);
  return giveToPod({ ...place, record: noted }, handedOver, context);
}

/** A second file under the name of the first would overwrite it, and a second PATCH would change whose the first is. */
async function expectNoneWaiting(record: SlotRecord, file: string, context: Context): Promise<void> {
  if (!(await context.ports.recordings.isWaiting(record.internalMeetingId))) return;
  const detail = `an earlier recording of meeting ${record.internalMeetingId} was not collected by Pod yet; ${file} waits in its slot`;
  throw new PortError('recordingWaiting', detail, { certain: true });
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

/** Finishes, or forgets, what an earlier tick began: as far as the files show it was done. */
async function resume(place: Place, context: Context): Promise<SlotRecord> {
  const begun = place.record.handOver;
  if (begun === null) return place.record;
  switch (await context.ports.recordings.whereIs(place.slot, begun)) {
    case 'part':
      return begun.keptBecause === undefined ? resumeToPod(place, begun, context) : putInPlace(place, begun, context);
    case 'final':
      return close(place, begun, begun.target, context);
    case 'damagedPart':
      return forget(place, begun, context);
    case 'nowhere':
      // The intent to rename is noted before the rename: without it nothing was.
      return begun.phase === 'copied' ? forget(place, begun, context) : keepWhatIsLeft(place, begun, context);
  }
}

/** Pod's row may have become another meeting's since the copy was made. */
async function resumeToPod(place: Place, begun: HandOver, context: Context): Promise<SlotRecord> {
  const refusal = await whyNotPods(place.record, context);
  return refusal === null ? giveToPod(place, begun, context) : setAside(place, begun, refusal, context);
}

async function sourceOf(place: Place, begun: HandOver, context: Context): Promise<Recording | undefined> {
  const recordings = await context.ports.recordings.read(place.slot);
  return recordings.find(({ file, size }) => file === begun.file && size === begun.size);
}

/** A copy that nobody has seen under its final name is lost: the recording is copied again from its slot. */
async function forget(place: Place, begun: HandOver, context: Context): Promise<SlotRecord> {
  if ((await sourceOf(place, begun, context)) !== undefined) return note(place, { handOver: null }, context);
  const detail = `${begun.file} is no longer in slot ${place.slot}, and its copy ${begun.part} is gone or damaged: nothing is left to hand over`;
  complain(place, { kind: 'diskFailed', detail }, context);
  // That it is missing has been told by this.
  return note(place, { handOver: null, ...(begun.isStrangers === true ? {} : { recording: 'missing' }) }, context);
}

/** Pod's job has collected it, or it is lost with a disk: to hand it over again might publish it twice. */
async function keepWhatIsLeft(place: Place, begun: HandOver, context: Context): Promise<SlotRecord> {
  const source = await sourceOf(place, begun, context);
  if (source === undefined) return close(place, begun, begun.target, context);
  const { livestreamId, internalMeetingId } = place.record;
  const isPods = begun.keptBecause === undefined;
  const name = isPods ? keptName(livestreamId, internalMeetingId) : begun.target.replace(/^.*\/|\.mkv$/g, '');
  const because = begun.keptBecause ?? `${begun.target} is gone; if Pod has not collected it, this is its only copy`;
  return keep(place, source, { name, because, isStrangers: begun.isStrangers === true }, context);
}

/** Whose the recording is must be Pod's last word when the file appears: lives of one meeting take turns. */
function giveToPod(place: Place, current: HandOver, context: Context): Promise<SlotRecord> {
  return context.ports.recordings.inTurn(place.record.internalMeetingId, async () => {
    await expectNoneWaiting(place.record, current.file, context);
    const refusal = await tellPodOwner(place.record, context);
    return refusal === null ? putInPlace(place, current, context) : setAside(place, current, refusal, context);
  });
}

async function setAside(place: Place, current: HandOver, because: string, context: Context): Promise<SlotRecord> {
  const name = keptName(place.record.livestreamId, place.record.internalMeetingId);
  const redirected = await context.ports.recordings.redirect(place.slot, current, { place: 'kept', name });
  const aside: HandOver = { ...redirected, keptBecause: because };
  const record = await note(place, { handOver: aside }, context);
  return putInPlace({ ...place, record }, aside, context);
}

/** From the complete `.part` to the final name; each step is noted before it is taken. */
async function putInPlace(place: Place, current: HandOver, context: Context): Promise<SlotRecord> {
  const renaming: HandOver = { ...current, phase: 'renaming' };
  const record = current.phase === 'renaming' ? place.record : await note(place, { handOver: renaming }, context);
  const final = await context.ports.recordings.rename(renaming);
  return close({ ...place, record }, renaming, final, context);
}

async function close(place: Place, done: HandOver, final: string, context: Context): Promise<SlotRecord> {
  await context.ports.recordings.removeSource(place.slot, done);
  // Told before it is forgotten: a kill between rather tells it twice than never.
  if (done.keptBecause === undefined) inform(place, `recording ${done.file} handed over to Pod`, context);
  else tellKept(place, done.file, final, done.keptBecause, context);
  return note(place, { handOver: null, ...(done.isStrangers === true ? {} : { recording: 'placed' }) }, context);
}

/** PATCH of the meeting's row; the answer is why Pod refuses it for good, or null. */
async function tellPodOwner(record: SlotRecord, context: Context): Promise<string | null> {
  if (record.userPath === null) return 'its live has no user in Pod';
  try {
    const { internalMeetingId } = await context.ports.pod.setEncodedBy(record.meetingPath, record.userPath);
    return internalMeetingId === record.internalMeetingId
      ? null
      : `Pod's row of its meeting now has another internal id (${internalMeetingId})`;
  } catch (error) {
    if (error instanceof PortError && (error.status === 400 || error.status === 404)) return error.problem.detail;
    throw error;
  }
}

/** Under which name a recording is kept aside, and why. */
interface Keeping {
  name: string;
  because: string;
  isStrangers?: boolean;
}

async function keep(
  place: Place,
  recording: Recording,
  { name, because, isStrangers = false }: Keeping,
  context: Context,
): Promise<SlotRecord> {
  const copied = await context.ports.recordings.copy(place.slot, recording.file, { place: 'kept', name });
  const current: HandOver = { ...copied, keptBecause: because, ...(isStrangers ? { isStrangers } : {}) };
  const record = await note(place, { handOver: current }, context);
  return putInPlace({ ...place, record }, current, context);
}

function tellKept(place: Place, file: string, target: string, because: string, context: Context): void {
  const detail = `${file} is now ${target}: ${because}`;
  if (because === OF_A_FAILED_START) {
    const { livestreamId, slot } = place;
    context.tell({ level: 'notice', livestreamId, slot, problem: { kind: 'fragmentKept', detail } });
  } else complain(place, { kind: 'recordingKept', detail }, context);
}

function complain(place: Place, problem: Problem, context: Context): void {
  context.tell({ level: 'error', livestreamId: place.livestreamId, slot: place.slot, problem });
}
