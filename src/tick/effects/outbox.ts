// Works on an entry of the outbox, act by act; what follows from each is decided in plan/outbox/outbox.ts.
import { foreseen, PortError, problemOf } from '../errors.js';
import type { OutboxRecord, Problem, ProblemKind, RecordedWebinar } from '../model.js';
import { mayGoStraightOn, silenceOf } from '../plan/outbox/entries.js';
import type { OutboxAct, OutboxFollowing, OutboxFound } from '../plan/outbox/entry.js';
import { fileNameOf, keptName, nameOnPod, RECORDER_TURN, recorderName, recordingTitle } from '../plan/outbox/naming.js';
import { afterOutboxAct } from '../plan/outbox/outbox.js';
import type { RecordingTarget } from '../ports.js';
import { need, type Context } from './act.js';

/** The entry in hand; its lock is held. */
interface Work {
  entry: string;
  record: OutboxRecord;
}

/** Entries that a slot's chain has just filled: each by itself, unless others of its meeting have to go first. */
export async function workOnFilled(entries: string[], context: Context): Promise<void> {
  for (const entry of entries) {
    if (context.ports.endAsked()) return;
    try {
      if (!mayGoStraightOn(entry, await context.ports.outbox.read())) continue;
    } catch (error) {
      tellFailure(error, entry, null, context);
      continue;
    }
    if (await takeEntry(entry, context)) await workOn(entry, context);
  }
}

/** Answers whether the entry is this tick's to work on. */
export async function takeEntry(entry: string, context: Context): Promise<boolean> {
  const { outbox } = context.ports;
  try {
    if (await outbox.take(entry)) return true;
    // The reading may miss a lock that is held (shared/lock.ts): what is wrong there is told all the same.
    const found = (await outbox.read()).find((reading) => reading.entry === entry);
    const record = found?.record.ok === true ? found.record.value : null;
    const silence = silenceOf(entry, record);
    if (silence !== null) tell(silence, record, context);
  } catch (error) {
    tellFailure(error, entry, null, context);
  }
  return false;
}

/** Before: its lock is held. Until the entry is gone, or something fails; that is told, and the next tick goes on from there. */
export async function workOn(entry: string, context: Context): Promise<void> {
  const { outbox } = context.ports;
  let record: OutboxRecord | null = null;
  try {
    record = await awakened(entry, need(await outbox.readRecord(entry)), context);
    if (record === null) await outbox.close(entry);
    else await carryOn({ entry, record }, context);
  } catch (error) {
    tellFailure(error, entry, record, context);
    if (record !== null && foreseen(error)?.silent === true) await noteSilence(entry, context);
  } finally {
    await outbox.letGo(entry);
  }
}

function tellFailure(error: unknown, entry: string, record: OutboxRecord | null, context: Context): void {
  const { kind, detail } = problemOf(error, context.config);
  const where = kind === 'internal' ? `outbox/${entry}: ` : '';
  tell({ kind: MEANING[kind] ?? kind, detail: `${where}${detail}` }, record, context);
}

/** Pod's failure is told as what it means for the recording. */
const MEANING: Partial<Record<ProblemKind, ProblemKind>> = {
  podUnreadable: 'recordingFailed',
  meetingUnreadable: 'recordingFailed',
};

/** Whoever was left behind here has ended: the disk, or the share, answers again. */
async function awakened(entry: string, found: OutboxRecord | null, context: Context): Promise<OutboxRecord | null> {
  if (found?.silentSince === undefined) return found;
  const { silentSince: _silentSince, ...record } = found;
  await context.ports.outbox.writeRecord(entry, record);
  return record;
}

/** The ticks that find the entry busy tell of it. */
async function noteSilence(entry: string, context: Context): Promise<void> {
  const { outbox, clock } = context.ports;
  try {
    const record = need(await outbox.readRecord(entry));
    if (record !== null) await outbox.writeRecord(entry, { ...record, silentSince: clock.now().toISOString() });
  } catch (error) {
    tellFailure(error, entry, null, context);
  }
}

async function carryOn(work: Work, context: Context): Promise<void> {
  let queue: OutboxAct[] = [{ is: 'begin' }];
  for (let act = queue.shift(); act !== undefined; act = queue.shift()) {
    if (context.ports.endAsked()) return;
    context.tell({ level: 'debug', ...placeOf(work.record), message: `${act.is} …` });
    const following = afterOutboxAct(await perform(act, work, context), work.record, context.config);
    await follow(following, work, context);
    queue = following.next;
  }
}

/** Told before it is noted: a kill between rather tells it twice than never. */
async function follow(following: OutboxFollowing, work: Work, context: Context): Promise<void> {
  const { change, remark, problem, failure } = following;
  if (remark !== undefined) context.tell({ level: 'info', ...placeOf(work.record), message: remark });
  if (problem !== undefined) tell(problem, work.record, context);
  if (change !== undefined) {
    work.record = { ...work.record, ...change };
    await context.ports.outbox.writeRecord(work.entry, work.record);
  }
  if (failure !== undefined) throw new PortError(failure.kind, failure.detail, { certain: true });
}

function placeOf(record: OutboxRecord | null): { livestreamId: number | null; slot: number | null } {
  const livestreamId = record?.livestreamId ?? null;
  // In the slot of a live that is known there may be another one by now.
  return { livestreamId, slot: livestreamId === null ? (record?.slot ?? null) : null };
}

function tell(problem: Problem, record: OutboxRecord | null, context: Context): void {
  const level = problem.kind === 'fragmentKept' ? 'notice' : 'error';
  context.tell({ level, ...placeOf(record), problem });
}

async function perform(act: OutboxAct, { entry, record }: Work, context: Context): Promise<OutboxFound> {
  const { outbox, pod } = context.ports;
  const inHand = (): NonNullable<OutboxRecord['handOver']> => {
    if (record.handOver === null) throw new Error(`nothing is in hand, and '${act.is}' was to be done`);
    return record.handOver;
  };
  switch (act.is) {
    case 'begin':
      return { of: 'begin' };
    case 'look':
      return { of: 'look', files: await outbox.files(entry) };
    case 'find': {
      const begun = inHand();
      const files = await outbox.files(entry);
      const source = files.find(({ file, size }) => file === begun.file && size === begun.size) ?? null;
      return { of: 'find', where: await outbox.whereIs(entry, begun), source };
    }
    case 'ask meeting': {
      const meeting = await pod.readMeeting(record.meetingPath);
      if (!meeting.ok && meeting.problem.missing !== true)
        throw new PortError(meeting.problem.kind, meeting.problem.detail);
      const internalMeetingId = meeting.ok ? meeting.value.internalMeetingId : null;
      const isWaiting = await outbox.isWaiting(entry, record.internalMeetingId);
      return { of: 'ask meeting', because: act.because, internalMeetingId, isWaiting };
    }
    case 'inspect':
      return { of: 'inspect', file: act.file, sight: await outbox.inspect(entry, act.file) };
    case 'copy':
      return { of: 'copy', handOver: await copy(act, { entry, record }, context) };
    case 'set aside': {
      const handOver = await outbox.setAside(entry, inHand(), keptName(record, inHand().file));
      return { of: 'set aside', handOver: { ...handOver, keptBecause: act.because } };
    }
    case 'tell owner':
      return { of: 'tell owner', answer: await tellOwner(record, context) };
    case 'rename':
      return { of: 'rename', final: await outbox.rename(entry, inHand()) };
    case 'post':
      return { of: 'post', answer: await post(inHand(), record, context) };
    case 'ask recorder': {
      const hasIt = await context.ports.webinars.hasRecording(fileNameOf(inHand().target));
      return { of: 'ask recorder', because: act.because, hasIt };
    }
    case 'remove source':
      await outbox.removeSource(entry, inHand());
      return { of: 'remove source' };
    case 'close':
      await outbox.close(entry);
      return { of: 'close' };
  }
}

async function copy(
  { file, to }: Extract<OutboxAct, { is: 'copy' }>,
  { entry, record }: Work,
  { ports }: Context,
): Promise<NonNullable<OutboxRecord['handOver']>> {
  const { internalMeetingId, livestreamId } = record;
  if (to.place === 'kept') {
    const copied = await ports.outbox.copy(entry, file, { place: 'kept', name: keptName(record, file) });
    return { ...copied, keptBecause: to.because };
  }
  const target: RecordingTarget =
    to.place === 'recorder'
      ? { place: 'recorder', name: recorderName(record, webinarOf(record)) }
      : { place: 'pod', internalMeetingId, livestreamId: livestreamId ?? 0 };
  return ports.outbox.copy(entry, file, target);
}

function webinarOf({ webinar }: OutboxRecord): RecordedWebinar {
  if (webinar === undefined) throw new Error("what is no webinar's was to be given to Pod's recorder");
  return webinar;
}

/** One at a time, whoever else is at work on this server. */
function post(
  { file, target }: NonNullable<OutboxRecord['handOver']>,
  record: OutboxRecord,
  { ports: { outbox, webinars }, config, inTurn }: Context,
): Promise<Extract<OutboxFound, { of: 'post' }>['answer']> {
  return inTurn(RECORDER_TURN, async () => {
    if (!(await outbox.take(RECORDER_TURN))) return 'busy';
    try {
      const refusal = await webinars.createRecording({
        title: recordingTitle(record, webinarOf(record), file),
        sourceFile: nameOnPod(target, config),
        // Without one Pod would take the user of its own configuration.
        ownerPath: record.userPath ?? '',
        recorderId: config.podRecorderId,
      });
      return refusal ?? 'taken';
    } finally {
      await outbox.letGo(RECORDER_TURN);
    }
  });
}

/** PATCH of the meeting's row: the answer, or why Pod refuses it for good. */
async function tellOwner(
  { meetingPath, userPath }: OutboxRecord,
  { ports }: Context,
): Promise<{ internalMeetingId: string } | { refusal: string }> {
  if (userPath === null) return { refusal: 'its live has no user in Pod' };
  try {
    return await ports.pod.setEncodedBy(meetingPath, userPath);
  } catch (error) {
    if (error instanceof PortError && (error.status === 400 || error.status === 404))
      return { refusal: error.problem.detail };
    throw error;
  }
}
