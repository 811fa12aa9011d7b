// The outbox: how a recording gets from a live that has ended to Pod, once and whole, or to `kept/` (docs/promises.md, P4).
//
//   videodata/meeting-….mkv ── rename ── outbox/<live>-<meeting>/ ── look into it ── copy ── <meeting>.mkv.<live>.part in
//   Pod's directory ── PATCH of the meeting's row: whose it is ── rename ── <meeting>.mkv ── the file in the entry is removed ── entry gone
//
// Why this order. Pod's job takes `<meeting>.mkv` without a look at whether it is whole, and fails for good on one whose meeting
// has no owner: so it is complete before it bears that name, and the owner is told before. Each step is noted in
// `recording.json` before it is taken, so that a killed tick neither loses nor doubles a file: what the files show decides how
// the next one goes on. The source goes last. What Pod can never publish under this meeting and user goes to `kept/`, and so
// does what is no recording: Pod's job would publish a file that nobody can play, or fail on it. Webinars: recorder.ts.
import type { HandOver, OutboxRecord, Recording } from '../../model.js';
import type { FilmSight, OutboxAct, OutboxConfig, OutboxFollowing, OutboxFound } from './entry.js';
import { OF_A_FAILED_START } from './moving.js';
import {
  afterAskingRecorder,
  afterPost,
  afterRenameForRecorder,
  onRecorderFound,
  whyNotRecorders,
} from './recorder.js';

/** What Pod's job takes for the name of a recording of its own; anything else would be left lying there. */
const FILE_NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** What follows from what an act on an entry found out. */
export function afterOutboxAct(found: OutboxFound, record: OutboxRecord, config: OutboxConfig): OutboxFollowing {
  switch (found.of) {
    case 'begin':
      return { next: [{ is: record.handOver === null ? 'look' : 'find' }] };
    case 'look':
      return afterLook(found.files, record, config);
    case 'find':
      return afterFind(found, record);
    case 'ask meeting':
      return afterMeeting(found, record);
    case 'inspect':
      return afterInspection(found.file, found.sight, record);
    case 'copy':
    case 'set aside':
      return onTheWay(found.handOver, record);
    case 'tell owner':
      return afterTellingOwner(found.answer, record);
    case 'rename':
      if (isForRecorder(record)) return afterRenameForRecorder(found.final, record.handOver);
      return { change: { handOver: placed(record, found.final) }, next: [{ is: 'remove source' }] };
    case 'post':
      return afterPost(found.answer);
    case 'ask recorder':
      return afterAskingRecorder(found, record, config);
    case 'remove source':
      return afterPlacing(record);
    case 'close':
      return { next: [] };
  }
}

const copyToKept = (file: string, because: string): OutboxAct => ({ is: 'copy', file, to: { place: 'kept', because } });

/** What is in hand is to go to Pod's recorder. */
function isForRecorder(record: OutboxRecord): record is OutboxRecord & { handOver: HandOver } {
  const { webinar, handOver } = record;
  return webinar !== undefined && handOver !== null && handOver.keptBecause === undefined;
}

/** A copy takes its time: for Pod's job the row of the meeting is looked at again. Everything else is nobody's business. */
function onTheWay(handOver: HandOver, { webinar }: OutboxRecord): OutboxFollowing {
  if (handOver.keptBecause === undefined && webinar === undefined)
    return { change: { handOver }, next: [{ is: 'ask meeting', because: 'going on' }] };
  return { change: { handOver: { ...handOver, phase: 'renaming' } }, next: [{ is: 'rename' }] };
}

/** The first file, by name; when none is left, the entry has done its service. */
function afterLook(files: Recording[], record: OutboxRecord, config: OutboxConfig): OutboxFollowing {
  const [first] = files;
  if (first === undefined) return { next: [{ is: 'close' }] };
  const because = whyKept(record, config);
  if (because !== null) return { next: [copyToKept(first.file, because)] };
  if (record.webinar !== undefined) return { next: [{ is: 'inspect', file: first.file }] };
  return { next: [{ is: 'ask meeting', because: { file: first.file } }] };
}

/** Why a recording can never be Pod's, as far as that is known here; else null. */
function whyKept(record: OutboxRecord, config: OutboxConfig): string | null {
  if (record.keepBecause !== undefined) return record.keepBecause;
  if (!record.recordingAsked) return 'its live was not to be recorded';
  if (record.webinar !== undefined) return whyNotRecorders(record, config);
  if (config.podDefaultBbbPath === '') return 'POD_DEFAULT_BBB_PATH is empty';
  if (record.userPath === null) return 'its live has no user in Pod';
  if (record.internalMeetingId === '') return 'the internal id of its meeting is not known';
  if (!FILE_NAME.test(record.internalMeetingId)) return 'the internal id of its meeting cannot be the name of a file';
  return null;
}

function afterMeeting(
  { because, internalMeetingId, isWaiting }: Extract<OutboxFound, { of: 'ask meeting' }>,
  record: OutboxRecord,
): OutboxFollowing {
  const refusal = whyNotPods(internalMeetingId, record);
  const file = because === 'going on' ? (record.handOver?.file ?? '') : because.file;
  if (refusal !== null) {
    return { next: [because === 'going on' ? { is: 'set aside', because: refusal } : copyToKept(file, refusal)] };
  }
  // A second file under the name of the first would overwrite it, and a second PATCH would change whose the first is.
  if (isWaiting) {
    const detail = `an earlier recording of meeting ${record.internalMeetingId} was not collected by Pod yet; ${file} waits in the outbox`;
    return { next: [], failure: { kind: 'recordingWaiting', detail } };
  }
  return { next: [because === 'going on' ? { is: 'tell owner' } : { is: 'inspect', file }] };
}

/** A file that was cut off (its ffmpeg was killed) is a recording: Pod encodes what there is. */
function afterInspection(file: string, sight: FilmSight, { webinar }: OutboxRecord): OutboxFollowing {
  if (sight.is === 'none') return { next: [copyToKept(file, `there is nothing to show in it: ${sight.why}`)] };
  if (sight.is === 'growing') {
    const detail = `${file} waits in the outbox: somebody still writes to it (fuser shows who)`;
    return { next: [], failure: { kind: 'recordingFailed', detail } };
  }
  const place = webinar === undefined ? 'pod' : 'recorder';
  return { next: [{ is: 'copy', file, to: { place } }], remark: `recording ${file}: ${inWords(sight)}` };
}

function inWords(sight: Extract<FilmSight, { is: 'film' }>): string {
  if (sight.isCutOff) return 'it was cut off, its end was never written';
  return sight.seconds === null ? 'it is whole' : `it is whole, ${sight.seconds} s long`;
}

/** Why Pod would publish the file under another meeting; null when nothing speaks against it. */
function whyNotPods(internalMeetingId: string | null, record: OutboxRecord): string | null {
  if (internalMeetingId === null) return 'its meeting is no longer in Pod';
  if (internalMeetingId === record.internalMeetingId) return null;
  return `Pod's row of its meeting now has another internal id (${internalMeetingId})`;
}

function afterTellingOwner(
  answer: { internalMeetingId: string } | { refusal: string },
  record: OutboxRecord,
): OutboxFollowing {
  const refusal = 'refusal' in answer ? answer.refusal : whyNotPods(answer.internalMeetingId, record);
  if (refusal !== null) return { next: [{ is: 'set aside', because: refusal }] };
  return { change: { handOver: renaming(record) }, next: [{ is: 'rename' }] };
}

/** The intent to rename is noted before the rename: without it nothing was renamed. */
function renaming({ handOver }: OutboxRecord): HandOver | null {
  return handOver === null ? null : { ...handOver, phase: 'renaming' };
}

/** Under which name it stands at last: in `kept/` the one that was wanted may be taken by then. */
function placed({ handOver }: OutboxRecord, final: string): HandOver | null {
  return handOver === null ? null : { ...handOver, target: final, phase: 'renaming' };
}

/** What an earlier tick began is gone on with, as far as the files show that it was done. */
function afterFind({ where, source }: Extract<OutboxFound, { of: 'find' }>, record: OutboxRecord): OutboxFollowing {
  const begun = record.handOver;
  if (begun === null) return { next: [{ is: 'look' }] };
  const forRecorder = isForRecorder(record) ? onRecorderFound(where, source, begun) : null;
  if (forRecorder !== null) return forRecorder;
  switch (where) {
    case 'part':
      return onTheWay(begun, record);
    case 'final':
      return { next: [{ is: 'remove source' }] };
    case 'damagedPart':
      return copiedAgain(source, begun);
    case 'nowhere':
      // What Pod was never told of it has not taken.
      if (begun.phase === 'copied' || isForRecorder(record)) return copiedAgain(source, begun);
      // Pod's job has collected it, or it is lost with a disk: to hand it over again might publish it twice.
      if (source === null) return { next: [{ is: 'remove source' }] };
      // What was begun stays noted until the copy is: forgotten before, it would be handed over once more after a kill.
      return {
        next: [
          copyToKept(
            source.file,
            begun.keptBecause ?? `${begun.target} is gone; if Pod has not collected it, this is its only copy`,
          ),
        ],
      };
  }
}

/** A copy that nobody has seen under its final name: the recording is copied once more. */
function copiedAgain(source: Recording | null, begun: HandOver): OutboxFollowing {
  if (source !== null) return { change: { handOver: null }, next: [{ is: 'look' }] };
  const detail = `${begun.file} is no longer in the outbox, and its copy ${begun.part} is gone or damaged: nothing is left to hand over`;
  return { change: { handOver: null }, problem: { kind: 'diskFailed', detail }, next: [{ is: 'look' }] };
}

/** Told before it is forgotten: a kill between rather tells it twice than never. */
function afterPlacing({ handOver, webinar }: OutboxRecord): OutboxFollowing {
  const next = webinar === undefined ? {} : { webinar: { ...webinar, turn: webinar.turn + 1 } };
  const after: OutboxFollowing = { change: { handOver: null, ...next }, next: [{ is: 'look' }] };
  if (handOver === null) return after;
  if (handOver.keptBecause === undefined) return { ...after, remark: `recording ${handOver.file} handed over to Pod` };
  const detail = `${handOver.file} is now ${handOver.target}: ${handOver.keptBecause}`;
  const kind = handOver.keptBecause === OF_A_FAILED_START ? 'fragmentKept' : 'recordingKept';
  return { ...after, problem: { kind, detail } };
}
